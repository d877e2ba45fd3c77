import type { BuiltInDetector } from './detectors.js';
import { DIGITS } from './traits.js';

/** What a scheme's numbers begin with, and how many digits they have: ISO/IEC 7812, as the schemes publish them. */
const SCHEMES: readonly (readonly [prefix: RegExp, lengths: readonly number[]])[] = [
  [/^4/, [13, 16, 19]], // Visa
  [/^(?:5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720)/, [16]], // Mastercard
  [/^3[47]/, [15]], // American Express
  [/^(?:6011|64[4-9]|65)/, [16, 17, 18, 19]], // Discover
  [/^(?:30[0-5]|3095|36|38|39)/, [14, 15, 16, 17, 18, 19]], // Diners Club
  [/^35(?:2[89]|[3-8])/, [16, 17, 18, 19]], // JCB
  [/^62/, [16, 17, 18, 19]], // UnionPay
  [/^(?:5018|5020|5038|5893|6304|6759|676[1-3])/, [13, 14, 15, 16, 17, 18, 19]], // Maestro
];

/** A space, as forms and URLs write it too, or a dash. */
const SEPARATOR = '(?:[ +-]|%(?:25)*20)';
const SEPARATORS = new RegExp(SEPARATOR, 'g');

/** Thirteen digits with at most a single separator between them: most texts have none and end here. */
const CANDIDATE = new RegExp(String.raw`\d(?:${SEPARATOR}?\d){12}`);

/**
 * A card does not begin inside a word, a hash, a longer number or a fraction (`0.4539578763621486`), but it may follow an
 * escape sequence of JSON or of a URL (`\n`, `%3D`, `%20`).
 */
const BEGIN = String.raw`(?:(?<![\dA-Za-z]|\d\.)|(?<=\\[bfnrt]|%[\dA-Fa-f]{2}))(?=[2-6])`;

/** It does not end inside one either; `n` is how Node prints a BigInt. */
const END = String.raw`(?![\dA-Za-mo-z]|n\w)`;

/** Together or in the groups that cards are printed in; behind sixteen digits a check code may stand that is not theirs. */
const PRINTED = new RegExp(
  `${BEGIN}(?:${[
    String.raw`\d{13,19}`,
    String.raw`(\d{4}(?:${SEPARATOR}\d{4}){3})(?:[ -]\d{1,3})?`,
    String.raw`\d{4}${SEPARATOR}\d{6}${SEPARATOR}\d{4,5}`,
    String.raw`\d{6}${SEPARATOR}\d{13}`,
  ].join('|')})${END}`,
  'g',
);

/** In any other groups, if no further group stands beside them; not as an international phone number. */
const TYPED = new RegExp(String.raw`(?<!\d[ -]|\+)${BEGIN}\d(?:[ -]?\d){12,18}${END}(?![ -]\d)`, 'g');

/** Numbers of payment cards: 13 to 19 digits, single spaces or dashes between them, known issuer, right check digit. */
export const card: BuiltInDetector = {
  name: 'card',
  needs: DIGITS,
  scrub(text, mask) {
    if (text.length < 13 || !CANDIDATE.test(text)) return text;
    return maskPrinted(text, mask).replace(TYPED, (run) => (isTyped(run) && isCard(run) ? mask : run));
  },
};

/** Not `replace`: where the digits are no card the search goes on at the next one of them. */
function maskPrinted(text: string, mask: string): string {
  let masked = '';
  let done = 0;
  PRINTED.lastIndex = 0;
  for (let match = PRINTED.exec(text); match !== null; match = PRINTED.exec(text)) {
    const end = match.index + cardLength(match);
    if (end > match.index) {
      masked += text.slice(done, match.index) + mask;
      done = end;
    }
    PRINTED.lastIndex = Math.max(match.index + 1, end);
  }
  return done === 0 ? text : masked + text.slice(done);
}

/** How much of the match is a card: all of it, its first sixteen digits, or nothing. */
function cardLength({ 0: all, 1: sixteen, index, input }: RegExpExecArray): number {
  // E.164: an international phone number has at most 15 digits.
  if (all.length <= 15 && input[index - 1] === '+') return 0;
  if (isCard(all)) return all.length;
  return sixteen !== undefined && isCard(sixteen) ? sixteen.length : 0;
}

/** A row of small numbers is not typed as one card: a few groups or single digits are, all parted by the same sign. */
function isTyped(run: string): boolean {
  const separators = run.match(SEPARATORS) ?? [];
  const groups = separators.length + 1;
  return new Set(separators).size === 1 && (groups <= 5 || groups === run.length - separators.length);
}

function isCard(text: string): boolean {
  const readable = text.includes('%') ? text.replace(SEPARATORS, '') : text;
  return hasCheckDigit(readable) && isIssued(readable.replace(SEPARATORS, ''));
}

function isIssued(digits: string): boolean {
  return SCHEMES.some(([prefix, lengths]) => lengths.includes(digits.length) && prefix.test(digits));
}

/** ISO/IEC 7812-1 annex B, known as Luhn's: from the right, every second digit counts double, as the sum of its digits. */
function hasCheckDigit(text: string): boolean {
  let sum = 0;
  let double = false;
  for (let at = text.length - 1; at >= 0; at--) {
    const digit = text.charCodeAt(at) - 0x30;
    // A separator: all of them stand before the digits in ASCII.
    if (digit < 0) continue;
    sum += !double ? digit : digit > 4 ? 2 * digit - 9 : 2 * digit;
    double = !double;
  }
  return sum % 10 === 0;
}
