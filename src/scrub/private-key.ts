import type { BuiltInDetector } from './detectors.js';
import { replaceEach } from './replace-each.js';
import { DASH } from './traits.js';

/** RFC 7468 and OpenPGP, also as forms and URLs write the blanks. */
const BEGIN = /-----BEGIN(?:[ +_]|%(?:25)*20)[A-Z\d +_%]{0,60}?PRIVATE(?:[ +_]|%(?:25)*20)KEY[A-Z\d +_%]{0,30}-----/g;
const END = '-----END';
const LINE = '-----';

/** Private keys in PEM: from their first line to their last, or to the end of the text where that is missing. */
export const privateKey: BuiltInDetector = {
  name: 'private-key',
  needs: DASH,
  scrub(text, mask) {
    if (!text.includes('-----BEGIN')) return text;
    return replaceEach(text, BEGIN, ({ index }) => ({ from: index, to: endOf(text, index), by: mask }));
  },
};

function endOf(text: string, begin: number): number {
  const end = text.indexOf(END, begin);
  const close = end < 0 ? -1 : text.indexOf(LINE, end + END.length);
  return close < 0 ? text.length : close + LINE.length;
}
