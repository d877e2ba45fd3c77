import { gunzipSync } from 'node:zlib';

/** The header of an envelope and its items, `{ header, payload }` each. */
export function readEnvelope(body, encoding) {
  const bytes = encoding === 'gzip' ? gunzipSync(body) : body;
  let at = 0;
  const take = (length) => {
    const end = length === undefined ? bytes.indexOf('\n', at) : at + length;
    const part = bytes.subarray(at, end === -1 ? undefined : end).toString();
    at += Buffer.byteLength(part) + 1;
    return part;
  };
  const header = JSON.parse(take());
  const items = [];
  while (at < bytes.length) {
    const itemHeader = JSON.parse(take());
    items.push({ header: itemHeader, payload: JSON.parse(take(itemHeader.length)) });
  }
  return { header, items, size: bytes.length };
}

/** The numbers of the failures in an item: the last number in the text of each. */
export function failuresIn({ header: { type }, payload }) {
  if (type === 'event') return [lastNumber(textOf(payload))];
  if (type === 'log') return payload.items.filter(({ level }) => level === 'error').map(({ body }) => lastNumber(body));
  return [];
}

function textOf({ exception, logentry, message }) {
  return exception?.values.at(-1).value ?? logentry?.formatted ?? logentry?.message ?? message;
}

function lastNumber(text) {
  return Number(/\d+(?=\D*$)/.exec(text)?.[0]);
}
