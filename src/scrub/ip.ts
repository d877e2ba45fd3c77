import { isIPv6 } from 'node:net';
import type { Detector } from './detectors.js';
import { replaceEach } from './replace-each.js';

const OCTET = String.raw`(?:25[0-5]|2[0-4]\d|1?\d?\d)`;
/** Not a part of a longer row of numbers, as in versions of five parts. */
const V4 = new RegExp(String.raw`(?<![\w.])${OCTET}(?:\.${OCTET}){3}(?!\w|\.\d)`, 'g');
/** What may be one; Node tells. */
const V6 = /(?<![\w:.])[\da-f:]{2,39}(?:\.\d{1,3}){0,3}(?![\w:])/gi;

/** IP addresses of both versions. By option. */
export const ip: Detector = {
  name: 'ip',
  scrub(text, mask) {
    const masked = text.includes('.') ? text.replace(V4, () => mask) : text;
    if (!masked.includes(':')) return masked;
    return replaceEach(masked, V6, ({ 0: address, index }) =>
      isIPv6(address) && address !== '::' ? { from: index, to: index + address.length, by: mask } : undefined,
    );
  },
};
