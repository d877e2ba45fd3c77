/**
 * Terminal control sequences (ECMA-48) in their 7-bit and 8-bit forms: strings such as a window title up to their
 * terminator, CSI, other escapes. Node's own `stripVTControlCharacters` leaves parts of titles behind.
 */
const SEQUENCE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it looks for
  /(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)|(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|\x1b[ -/]*[0-~]/g;
/** Control characters, and those that reorder or hide the text around them. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}]/gu;
/** How much is looked at: what is longer is cut anyway, and a megabyte of spaces must not cost time. */
const MAX_LENGTH = 2000;

/**
 * Text from elsewhere on one line of at most `width` characters, safe for a terminal: no escape sequences, no control
 * characters, no line ends.
 */
export function printable(text: string, width: number): string {
  const plain = text.slice(0, MAX_LENGTH).replace(SEQUENCE, '');
  const line = plain.replace(/\s+/g, ' ').replace(UNPRINTABLE, '').trim();
  const characters = [...line];
  const fits = characters.length <= width && text.length <= MAX_LENGTH;
  return fits ? line : `${characters.slice(0, width - 1).join('')}…`;
}

/** As many of the texts as fit on one line, and how many are left out. */
export function printableList(texts: readonly string[], width: number): string {
  let line = '';
  for (const [index, text] of texts.entries()) {
    const rest = texts.length - index;
    const more = rest > 1 ? `, +${rest - 1} more` : '';
    const next = index === 0 ? printable(text, width - more.length) : `${line}, ${printable(text, width)}`;
    if ([...next].length + more.length > width) return `${line}, +${rest} more`;
    line = next;
  }
  return line;
}
