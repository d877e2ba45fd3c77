import { gunzipSync } from 'node:zlib';

/** The header of an envelope, its size, and its items when they are asked for. */
export function openEnvelope(body, encoding) {
  const bytes = encoding === 'gzip' ? gunzipSync(body) : body;
  const end = bytes.indexOf('\n');
  return {
    header: JSON.parse(bytes.subarray(0, end).toString()),
    size: bytes.length,
    items: () => readItems(bytes.subarray(end + 1)),
  };
}

function readItems(bytes) {
  const items = [];
  for (let at = 0; at < bytes.length; ) {
    const start = bytes.indexOf('\n', at) + 1;
    const header = JSON.parse(bytes.subarray(at, start).toString());
    const end = header.length === undefined ? endOfLine(bytes, start) : start + header.length;
    items.push({ header, payload: JSON.parse(bytes.subarray(start, end).toString()) });
    at = end + 1;
  }
  return items;
}

function endOfLine(bytes, start) {
  const end = bytes.indexOf('\n', start);
  return end === -1 ? bytes.length : end;
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
