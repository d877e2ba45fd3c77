/** What a text has in it, as bits: most texts have nothing that most detectors look for, and need not be searched. */
export type Traits = number;

/** `=`, `:`, or any sign beyond ASCII, such as their full-width forms. */
export const SEPARATOR: Traits = 1;
/** A percent sign. */
export const PERCENT: Traits = 2;
/** A quotation mark of any kind. */
export const QUOTE: Traits = 4;
/** An at sign. */
export const AT: Traits = 8;
/** A dash. */
export const DASH: Traits = 16;
/** A dash before which no word ends. */
export const FLAG: Traits = 32;
/** A less-than sign. */
export const LESS: Traits = 64;
/** As many letters, digits, dots, dashes and underscores in a row as the shortest key has, and not just hexadecimal ones. */
export const LONG_WORD: Traits = 128;
/** As many digits, in all, as the shortest card number has. */
export const DIGITS: Traits = 256;
const LONG = 20;
const CARD_DIGITS = 13;

/** What words are made of, beside the bits of the traits. */
const DIGIT = 1 << 10;
const HEX = 1 << 11;
const LETTER = 1 << 12;
const WORD = DIGIT | HEX | LETTER;
const CLASSES: Int16Array = classes();

function classes(): Int16Array {
  const table = new Int16Array(128);
  const put = (units: string, bits: number): void => {
    for (const unit of units) table[unit.charCodeAt(0)] = bits;
  };
  put('=:', SEPARATOR);
  put('%', PERCENT);
  put('"\'`', QUOTE);
  put('@', AT);
  put('<', LESS);
  put('-', DASH | HEX);
  put('.', HEX);
  put('0123456789', DIGIT);
  put('abcdefABCDEF', HEX);
  put('ghijklmnopqrstuvwxyzGHIJKLMNOPQRSTUVWXYZ_', LETTER);
  return table;
}

/** The traits of a text, by one look at each of its units. */
export function traitsOf(text: string): Traits {
  let traits = 0;
  let digits = 0;
  let begin = 0;
  let word = 0;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    const bits = unit < 128 ? (CLASSES[unit] ?? 0) : SEPARATOR;
    traits |= bits;
    if (bits & WORD) {
      if (word === 0 && bits & DASH) traits |= FLAG;
      if (bits & DIGIT) digits += 1;
      word |= bits;
    } else {
      traits |= longWord(at - begin, word);
      begin = at + 1;
      word = 0;
    }
  }
  traits |= longWord(text.length - begin, word);
  return digits >= CARD_DIGITS ? traits | DIGITS : traits;
}

function longWord(length: number, word: number): Traits {
  return length >= LONG && word & LETTER ? LONG_WORD : 0;
}
