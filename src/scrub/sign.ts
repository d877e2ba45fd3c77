import { matchAt } from './replace-each.js';

const ENCODED = /%(?:25)*3[AD]/iy;
/** `:=`, `=>`, `==`, and blanks; what it begins with. */
const REST = /[=>]{0,3}(?:[ \t]{0,8}|\+|%(?:25)*20)/iy;
const REST_BEGINS = '=> \t+%';

/**
 * UTF-16 units of the sign at `at` behind which a value may stand, or 0: `=`, `:`, encoded once or more, full-width; a comma
 * between quotes, as in lists of headers. Runs for each unit of a text, and so calls no pattern where a look is enough.
 */
export function signLength(text: string, at: number): number {
  switch (text.charCodeAt(at)) {
    case 0x3d:
    case 0xff1a:
    case 0xff1d:
      return 1;
    case 0x3a:
      // A path of names (`std::string`), and what stands behind a scheme.
      return text[at + 1] === ':' || text[at - 1] === ':' || text.startsWith('//', at + 1) ? 0 : 1;
    case 0x2c:
      return isQuote(text.charCodeAt(at - 1)) ? 1 : 0;
    case 0x25:
      return '23'.includes(text[at + 1] ?? ' ') ? (matchAt(ENCODED, text, at)?.[0].length ?? 0) : 0;
    default:
      return 0;
  }
}

/** Where the value begins behind a sign that ends at `end`. */
export function beginOfValue(text: string, end: number): number {
  return REST_BEGINS.includes(text[end] ?? '-') ? end + (matchAt(REST, text, end)?.[0].length ?? 0) : end;
}

/** Whether a unit is one of `"`, `'` and `` ` ``. */
export function isQuote(unit: number): boolean {
  return unit === 0x22 || unit === 0x27 || unit === 0x60;
}
