import { isQuote } from './sign.js';

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

/** The last percent-encoded unit before the name, encoded once or more: `?next=%2Fcb%3Ftoken` names `token`. */
const ENCODED = /^.*%(?:25)*[\da-f]{2}/is;
/** A closing quote, encoded as well. */
const ENCODED_QUOTE = /%(?:25)*2[27]$/;

/** What no name reaches over. */
export interface NameBounds {
  /** Up to here the text is done. */
  readonly done: number;
  /** The end of the last sign; names in quotes may have signs in them. */
  readonly last: number;
}

/** The name that ends at `end`, give or take blanks and a closing quote. */
export function nameBefore(text: string, end: number, { done, last }: NameBounds): AssignedName | undefined {
  let at = end;
  while (at > done && end - at < 3 && text.charCodeAt(at - 1) === 0x20) at -= 1;
  // config['password'] = …
  if (text.charCodeAt(at - 1) === 0x5d && isQuote(text.charCodeAt(at - 2))) at -= 1;
  if (at <= done) return undefined;
  return isQuote(text.charCodeAt(at - 1)) ? quotedName(text, at, done) : plainName(text, at, Math.max(done, last));
}

/** @param end behind the closing quote */
function quotedName(text: string, end: number, floor: number): AssignedName | undefined {
  const mark = text.charCodeAt(end - 1);
  let at = end - 1;
  while (at > floor && text.charCodeAt(at - 1) === 0x5c) at -= 1;
  const least = Math.max(floor, at - LONGEST);
  let open = at - 1;
  while (open >= least && text.charCodeAt(open) !== mark) open -= 1;
  if (open < least) return undefined;
  return { text: text.slice(open + 1, at), start: open, quote: text.slice(at, end) };
}

function plainName(text: string, end: number, floor: number): AssignedName | undefined {
  const least = Math.max(floor, end - LONGEST);
  let at = end;
  while (at > least && isNameUnit(text.charCodeAt(at - 1))) at -= 1;
  // The `n` of a `\\n` inside of JSON.
  if (text.charCodeAt(at - 1) === 0x5c && 'bfnrt'.includes(text[at] ?? ' ')) at += 1;
  if (at >= end || !hasLetter(text, at, end)) return undefined;
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
