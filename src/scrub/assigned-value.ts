import { isHarmless } from './prose.js';
import { matchAt } from './replace-each.js';

/** How far an unquoted value reaches. */
export interface Reach {
  /**
   * To the next blank or delimiter, over blanks to the next `;`, to the end of the line, or to that of the quoted text or line
   * around it.
   */
  readonly to: 'word' | 'segment' | 'line' | 'quoted line';
  /** What delimiters begin with where the sign before the value is percent-encoded: `%`, `%25`; else empty. */
  readonly percent: string;
}

/** To the next blank or delimiter. */
export const WORD: Reach = { to: 'word', percent: '' };

/** A value in a text: `from` its first unit, `to` behind its last, quotes not included. */
export interface AssignedValue {
  readonly from: number;
  readonly to: number;
  readonly kind: 'quoted' | 'container' | 'plain';
}

/** Python and SQL may have letters before a quote; inside of JSON, quotes have backslashes. */
const QUOTE = /[bfnru@]{0,2}(\\*)(["'`])/iy;
const QUOTE_BEGINS = '"\'`\\bfnruBFNRU@';
const ENCODED_QUOTE = /%(?:25)*2[27]/iy;
/** Words that say how to read the credentials behind them, and those whose credentials are several words. */
const SCHEME = /(?:Bearer|Basic|Token|Negotiate|NTLM|ApiKey|GoogleLogin|SharedKey)(?:[ \t]{1,3}|\+|%(?:25)*20)/iy;
const LONG_SCHEME = /(?:Digest|Hawk|OAuth|AWS4-HMAC-SHA256|SharedAccessSignature)[ \t]/iy;
const SCHEME_BEGINS = 'ABDGHNOSTabdghnost';
/** A delimiter that begins a new assignment, rather than being part of a value. */
const NEXT = /[,;&|](?:amp;)?\s?\\*["'`]?[\w.$[\]%-]{1,64}\\*["'`]?\s?(?:[=:]|%(?:25)*3[AD])/iy;
/** Behind the percent: `&`, a quote, `#`, the end of a line. */
const ENCODED_END = /26|22|23|0A|0D/iy;
const LINE_END = /[\r\n]/g;
/** The lookbehind has a row of backslashes read once, not from each of them. */
const QUOTED_LINE_END = /[\r\n]|\\[rn]|(?<!\\)\\*["'`](?=[\s,)}\]]|$)/g;
const SEGMENT_END = /[;\r\n"'`]|\\[rn"'`]/g;

/** The value that begins at `from`; undefined where the line ends there. */
export function valueAt(text: string, from: number, reach: Reach, isJson: boolean): AssignedValue | undefined {
  if (from >= text.length || '\r\n'.includes(text[from] ?? '')) return undefined;
  return quotedValue(text, from) ?? containerValue(text, from) ?? plainValue(text, from, reach, isJson);
}

/** Whether a value can be a secret: it is not masked, not empty, and more than a placeholder. */
export function isOpen(text: string, { from, to }: AssignedValue, mask: string): boolean {
  return to > from && lengthOfMask(text, from, mask) !== to - from && !isHarmless(text.slice(from, to));
}

/** How much of the mask `text` has at `at`: all, or what a cut left of it at the end, or nothing. */
export function lengthOfMask(text: string, at: number, mask: string): number {
  if (text.startsWith(mask, at)) return mask.length;
  const left = text.length - at;
  const isCut = left > 0 && left <= mask.length && text.endsWith('…') && mask.startsWith(text.slice(at, -1));
  return isCut ? left : 0;
}

function quotedValue(text: string, from: number): AssignedValue | undefined {
  const encoded = text[from] === '%' ? matchAt(ENCODED_QUOTE, text, from) : undefined;
  if (encoded !== undefined) {
    const open = from + encoded[0].length;
    const end = text.indexOf(encoded[0], open);
    return { from: open, to: end < 0 ? text.length : end, kind: 'quoted' };
  }
  const quote = QUOTE_BEGINS.includes(text[from] ?? '-') ? matchAt(QUOTE, text, from) : undefined;
  if (quote === undefined) return undefined;
  const open = from + quote[0].length;
  return { from: open, to: closing(text, open, quote[2] ?? '', quote[1]?.length ?? 0), kind: 'quoted' };
}

/**
 * Where the quoted text ends. In JSON that is n times inside of JSON strings, a quote has 2ⁿ-1 backslashes, and one that
 * does not close has more, but not by a multiple of 2ⁿ⁺¹. Without a closing quote the text ends where all does.
 */
function closing(text: string, open: number, quote: string, backslashes: number): number {
  for (let at = text.indexOf(quote, open); at >= 0; at = text.indexOf(quote, at + 1)) {
    let begin = at;
    while (begin > open && text[begin - 1] === '\\') begin -= 1;
    const more = at - begin - backslashes;
    if (more >= 0 && more % (2 * (backslashes + 1)) === 0) return at - backslashes;
    // Fewer: the quote of a text around this one.
    if (more < 0) return begin;
  }
  return text.length;
}

/** An object or a list, as JSON or as `util.inspect` prints it. */
function containerValue(text: string, from: number): AssignedValue | undefined {
  if (text[from] !== '{' && text[from] !== '[') return undefined;
  let depth = 0;
  for (let at = from; at < text.length; at++) {
    const unit = text[at];
    if (unit === '{' || unit === '[') depth += 1;
    else if (unit === '}' || unit === ']') depth -= 1;
    else if (unit === '"') at = closingQuote(text, from, at);
    if (depth === 0) return { from, to: at + 1, kind: 'container' };
  }
  return { from, to: text.length, kind: 'container' };
}

/** Of the quoted text that opens at `at` inside of a container. */
function closingQuote(text: string, from: number, at: number): number {
  let begin = at;
  while (begin > from && text[begin - 1] === '\\') begin -= 1;
  return closing(text, at + 1, '"', at - begin) + at - begin;
}

function plainValue(text: string, from: number, reach: Reach, isJson: boolean): AssignedValue {
  const to = isJson ? search(/[\s,}\]"'\\]/g, text, from) : plainEnd(text, from, reach);
  return { from, to, kind: 'plain' };
}

/** Where the unquoted value ends that begins at `from`. */
export function plainEnd(text: string, from: number, reach: Reach): number {
  const mayBeScheme = SCHEME_BEGINS.includes(text[from] ?? '-');
  const isLong = mayBeScheme && matchAt(LONG_SCHEME, text, from) !== undefined;
  if (isLong || reach.to === 'line') return search(LINE_END, text, from);
  if (reach.to === 'quoted line') return search(QUOTED_LINE_END, text, from);
  if (reach.to === 'segment') return search(SEGMENT_END, text, from);
  return wordEnd(text, from + (mayBeScheme ? (matchAt(SCHEME, text, from)?.[0].length ?? 0) : 0), reach.percent);
}

/** Where the word that begins at `from` ends. A mark that may be part of a password ends it only where the text goes on. */
function wordEnd(text: string, from: number, percent: string): number {
  let at = from;
  while (at < text.length && !isEnd(text, at, percent)) at += 1;
  return at;
}

function isEnd(text: string, at: number, percent: string): boolean {
  const next = text[at + 1] ?? ' ';
  switch (text[at]) {
    case ' ':
    case '\t':
    case '\r':
    case '\n':
    case '\u2028':
      return true;
    case '"':
    case "'":
    case '`':
      return !/[\p{L}\d]/u.test(next);
    case '\\':
      return '"\'`nrt'.includes(next);
    case '<':
      return next === '/';
    case '>':
    case ')':
    case ']':
    case '}':
      return /[\s,;.:)\]}"'<>\\]/.test(next);
    case ',':
    case ';':
    case '&':
    case '|':
      return /[\s"'\\]/.test(next) || matchAt(NEXT, text, at) !== undefined;
    case '%':
      return (
        percent !== '' && text.startsWith(percent, at) && matchAt(ENCODED_END, text, at + percent.length) !== undefined
      );
    default:
      return false;
  }
}

function search(pattern: RegExp, text: string, from: number): number {
  pattern.lastIndex = from;
  return pattern.exec(text)?.index ?? text.length;
}
