/** UTF-16 units of the longest name that is looked for before a separator. */
const LONGEST = 64;

/** A name in a text, just before a separator. */
export interface AssignedName {
  readonly text: string;
  /** Where it begins, its opening quote included. */
  readonly start: number;
  /** The quote around it, with the backslashes that a text inside of JSON has: `"`, `\"`, `'`; empty where there is none. */
  readonly quote: string;
}

const QUOTES = '"\'`';

/** The last percent-encoded unit before the name, encoded once or more: `?next=%2Fcb%3Ftoken` names `token`. */
const ENCODED = /^.*%(?:25)*[\da-f]{2}/is;
/** A closing quote, encoded as well. */
const ENCODED_QUOTE = /%(?:25)*2[27]$/;

/** The name that ends at `end`, give or take blanks and a closing quote; nothing before `floor` belongs to it. */
export function nameBefore(text: string, end: number, floor: number): AssignedName | undefined {
  let at = end;
  while (at > floor && end - at < 3 && text[at - 1] === ' ') at -= 1;
  // config['password'] = …
  if (text[at - 1] === ']' && QUOTES.includes(text[at - 2] ?? ' ')) at -= 1;
  return at > floor && QUOTES.includes(text[at - 1] ?? ' ') ? quotedName(text, at, floor) : plainName(text, at, floor);
}

/** @param end behind the closing quote */
function quotedName(text: string, end: number, floor: number): AssignedName | undefined {
  const mark = text[end - 1] ?? '';
  let at = end - 1;
  while (at > floor && text[at - 1] === '\\') at -= 1;
  const quote = text.slice(at, end);
  const before = text.slice(Math.max(floor, at - LONGEST), at);
  const open = before.lastIndexOf(mark);
  return open < 0 ? undefined : { text: before.slice(open + 1), start: at - before.length + open, quote };
}

function plainName(text: string, end: number, floor: number): AssignedName | undefined {
  const least = Math.max(floor, end - LONGEST);
  let at = end;
  while (at > least && isNameUnit(text.charCodeAt(at - 1))) at -= 1;
  // The `n` of a `\\n` inside of JSON.
  if (text[at - 1] === '\\' && 'bfnrt'.includes(text[at] ?? ' ')) at += 1;
  if (at === end || !hasLetter(text, at, end)) return undefined;
  const found = text.slice(at, end);
  const name = found.includes('%') ? found.replace(ENCODED_QUOTE, '').replace(ENCODED, '') : found;
  return name === '' ? undefined : { text: name, start: end - name.length, quote: '' };
}

/** The name and the word before it, for names of two words: `api key: …`. */
export function twoWords(text: string, name: AssignedName): readonly [first: string, both: string] | undefined {
  if (name.quote !== '' || text[name.start - 1] !== ' ') return undefined;
  const before = plainName(text, name.start - 1, 0);
  return before === undefined ? undefined : [before.text, `${before.text} ${name.text}`];
}

/** Times, ports and line numbers have none, and stand before colons everywhere. */
function hasLetter(text: string, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if (text.charCodeAt(at) > 0x40) return true;
  return false;
}

/** A letter, a digit, or one of `$ % - . [ ] _`. */
function isNameUnit(unit: number): boolean {
  if (unit > 0x7f) return unit !== 0xff1a && unit !== 0xff1d;
  if (unit >= 0x61) return unit <= 0x7a;
  if (unit >= 0x41) return unit <= 0x5b || unit === 0x5d || unit === 0x5f;
  if (unit >= 0x30) return unit <= 0x39;
  return unit === 0x24 || unit === 0x25 || unit === 0x2d || unit === 0x2e;
}
