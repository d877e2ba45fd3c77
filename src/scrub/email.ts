import type { BuiltInDetector } from './detectors.js';
import { replaceEach } from './replace-each.js';
import { AT, PERCENT } from './traits.js';

/** Lengths by RFC 5321; a search begins only where a name does, or behind what is percent-encoded. */
const ADDRESS =
  /(?:(?<![\p{L}\d.!#$%&'*+/=?^_`{|}~-])|(?<=%[\da-f]{2}|[=/'&`?|{]))[\p{L}\d.!#$'*+^_`|~-]{1,64}(?:@|%(?:25)*40)[\p{L}\d-]{1,63}(?:\.[\p{L}\d-]{1,63}){1,8}/giu;

/** E-mail addresses, percent-encoded or not. By option. */
export const email: BuiltInDetector = {
  name: 'email',
  needs: AT | PERCENT,
  scrub(text, mask) {
    return replaceEach(text, ADDRESS, ({ 0: address, index }) => ({
      from: index,
      to: index + address.length,
      by: mask,
    }));
  },
};
