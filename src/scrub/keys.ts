import { remember } from './remember.js';

/** A key's words: `apiKey`, `API-KEY`, `x.api_key2`; digits part words and are none. */
const WORDS = /\p{Lu}+(?!\p{Ll})|\p{Lu}?\p{Ll}+|\p{Lo}+/gu;

/** Of a longer key only this many UTF-16 units at both ends are looked at. */
const KEY_END = 128;

/** A key that ends so tells something about a secret: `tokenCount`, `passwordLength`, `auth_type`, `secret_expires_at`. */
const ABOUT: ReadonlySet<string> = new Set(
  'at count endpoint error exception expiration expires expiry file length limit name path policy size timeout ttl type'.split(
    ' ',
  ),
);

/**
 * Tells which keys hold secrets, by whole words and not by substring: `author` is not `auth`, `keyboard` not `key`.
 *
 * A deny term is one of
 * - `'access token'`: these words in a row, however they are joined (`accessToken`, `ACCESS-TOKEN`, `accesstoken`);
 * - `'session$'`: only as the last words of the key (`user_session`, not `sessionCount`);
 * - `'^sid$'`: only as the whole key;
 * - `'*password*'`, `'*secret'`: also inside, or at the end of, a longer word (`userpassword`, `clientsecret`).
 *
 * Upper and lower case, digits and a plural `s` make no difference. A key that ends in a word like `count` or `length` is
 * denied only by a term that ends so too. An ignore term exempts only the key that consists of exactly its words.
 */
export function createKeyMatcher(denyKeys: readonly string[], ignoreKeys: readonly string[]): (key: string) => boolean {
  const terms = compile(denyKeys);
  const ignored = new Set(ignoreKeys.map(glued));
  return remember(function isSensitive(key: string): boolean {
    const words = wordsOf(key.length > 2 * KEY_END ? `${key.slice(0, KEY_END)} ${key.slice(-KEY_END)}` : key);
    return !ignored.has(words.join('')) && isDenied(words, terms);
  });
}

/** Deny terms as rows of letters, singular and plural, by where in a key they match. */
interface Terms {
  readonly anywhere: ReadonlySet<string>;
  readonly last: ReadonlySet<string>;
  readonly whole: ReadonlySet<string>;
  /** Matches a single word. */
  readonly inside: RegExp;
  /** UTF-16 units of the longest term. */
  readonly longest: number;
}

function compile(denyKeys: readonly string[]): Terms {
  // A term without a letter would match everything or nothing.
  const terms = denyKeys.filter((term) => glued(term) !== '');
  const rows = (some: readonly string[]): Set<string> => new Set(some.map(glued).flatMap((row) => [row, `${row}s`]));
  const whole = rows(terms.filter((term) => term.startsWith('^')));
  const last = rows(terms.filter((term) => !term.startsWith('^') && term.endsWith('$')));
  const anywhere = rows(terms.filter((term) => !term.startsWith('^') && !term.endsWith('$')));
  return {
    whole,
    last,
    anywhere,
    inside: new RegExp(
      terms
        .filter((term) => term.includes('*'))
        .map(insideWord)
        .join('|') || '(?!)',
    ),
    longest: Math.max(0, ...[...whole, ...last, ...anywhere].map((row) => row.length)),
  };
}

/** Letters only, so nothing in it is special to a RegExp. */
function insideWord(term: string): string {
  const row = glued(term);
  if (!term.endsWith('*')) return `${row}s?$`;
  return term.startsWith('*') ? row : `^${row}`;
}

function isDenied(words: readonly string[], terms: Terms): boolean {
  const final = words.length - 1;
  const onlyFinal = ABOUT.has(words[final] ?? '');
  for (let start = 0; start <= final; start++) {
    // Every row of words is tried, written together: so `passWord` is `password`, and `api_key` is `apikey`.
    let row = '';
    for (let end = start; end <= final && row.length <= terms.longest; end++) {
      row += words[end];
      if (end === final && isEnding(row, start === 0, terms)) return true;
      if (onlyFinal && end < final) continue;
      if (terms.anywhere.has(row) || (start === end && terms.inside.test(row))) return true;
    }
  }
  return false;
}

function isEnding(row: string, isWhole: boolean, terms: Terms): boolean {
  return terms.last.has(row) || (isWhole && terms.whole.has(row));
}

function wordsOf(text: string): string[] {
  return (fold(text).match(WORDS) ?? []).map((word) => word.toLowerCase());
}

/** Without what cannot be seen, and full-width letters and their like as the letters they look like. */
function fold(text: string): string {
  return /^\p{ASCII}*$/u.test(text) ? text : text.replace(/\p{Default_Ignorable_Code_Point}/gu, '').normalize('NFKC');
}

function glued(text: string): string {
  return wordsOf(text).join('');
}
