/** The secret that was found: the numbers of its kind and of its place, in the lists that the child prints. */
export interface FoundCanary {
  readonly kind: number;
  readonly place: number;
}

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** The halves of canaries, as `canaries.cjs` makes them; each is looked for, so that half a secret counts too. */
const PATTERNS: readonly (readonly [pattern: RegExp, decode: (cell: string) => number])[] = [
  [/ZQXJ7([A-Z2-7]{4})?/gi, base32Number],
  [/(?<=([A-Z2-7]{4})?..)K3VWQ/gi, base32Number],
  [/c0ffeed5([\da-f]{4})?/gi, (cell) => Number.parseInt(cell, 16)],
  [/4928[ -]?356(\d[ -]?\d{3})?/g, cardNumber],
];

/** Every canary in these bytes: plain, JSON-escaped, percent-encoded, in base64, hexadecimal or UTF-16. */
export function findCanaries(bytes: Buffer): FoundCanary[] {
  const found = new Map<number, FoundCanary>();
  for (const text of variants(bytes.toString('latin1'))) {
    for (const [pattern, decode] of PATTERNS) {
      for (const [, cell] of text.matchAll(pattern)) {
        const number = cell === undefined ? -1 : decode(cell);
        found.set(number, { kind: number >> 8, place: number & 255 });
      }
    }
  }
  return [...found.values()];
}

function* variants(text: string): Generator<string> {
  yield text;
  yield text.replaceAll('\0', '');
  yield text.replace(/\\+u00([\da-f]{2})/gi, (_, digits) => String.fromCharCode(Number.parseInt(digits, 16)));
  let decoded = text;
  for (let round = 0; round < 3; round++) {
    decoded = decoded.replace(/%([\da-f]{2})/gi, (_, digits) => String.fromCharCode(Number.parseInt(digits, 16)));
    yield decoded;
  }
  yield decodedRuns(text, /[\da-f]{10,}/gi, 2, 'hex');
  yield decodedRuns(text, /[\w+/-]{12,}/g, 4, 'base64');
}

/** A run may begin anywhere in a group of `width` characters. */
function decodedRuns(text: string, runs: RegExp, width: number, encoding: 'hex' | 'base64'): string {
  const decoded: string[] = [];
  for (const [run] of text.matchAll(runs)) {
    for (let skip = 0; skip < width; skip++) decoded.push(Buffer.from(run.slice(skip), encoding).toString('latin1'));
  }
  return decoded.join('\n').replaceAll('\0', '');
}

function base32Number(cell: string): number {
  const [a = 0, b = 0, c = 0, d = 0] = [...cell.toUpperCase()].map((letter) => BASE32.indexOf(letter));
  return ((a * 32 + b) << 8) + (c * 32 + d);
}

function cardNumber(cell: string): number {
  const digits = cell.replace(/\D/g, '');
  return (Number(digits.slice(0, 2)) << 8) + Number(digits.slice(2));
}
