import type { BuiltInDetector } from './detectors.js';
import { matchAt, replaceEach } from './replace-each.js';
import { AT, PERCENT } from './traits.js';

/** What stands between a scheme and the host, percent-encoded once or more, or with the slashes of JSON. */
const SCHEME = /(?:[a-z\d]|%(?:25)*2B)(?::|%(?:25)*3A)(?:\\?\/|%(?:25)*2F){2}/gi;
const AUTHORITY = /(?:(?!%(?:25)*(?:2F|3F|23))[^\s/?#"'<>`\\,;&|]){1,512}/iy;
/** Passwords that nobody has encoded: up to the next `@` of the same word, if a colon and no port stands before it. */
const RAW = /[^\s"'<>`@/:]{1,128}:(?!\d{1,5}(?:[/?#]|$))[^\s"'<>`@]{1,256}@/y;
const AT_SIGN = /@|%(?:25)*40/gi;
/** `git@host`: a name without a password that is no token either. */
const PLAIN_NAME = /^[a-z]{1,16}$/;

/** User names and passwords in URLs of any scheme; the rest of the URL stays readable. */
export const urlUser: BuiltInDetector = {
  name: 'url-user',
  needs: AT | PERCENT,
  scrub(text, mask) {
    if (!text.includes('@') && !/%(?:25)*40/.test(text)) return text;
    return replaceEach(text, SCHEME, ({ 0: scheme, index }) => {
      const from = index + scheme.length;
      const to = endOfUser(text, from);
      const user = text.slice(from, to);
      return user === '' || user === mask || PLAIN_NAME.test(user) ? undefined : { from, to, by: mask };
    });
  },
};

function endOfUser(text: string, from: number): number {
  const authority = matchAt(AUTHORITY, text, from)?.[0] ?? '';
  const at = [...authority.matchAll(AT_SIGN)].at(-1)?.index;
  if (at !== undefined) return from + at;
  // Most URLs have neither; a pattern would look for it longer than this does.
  if (!text.slice(from, from + 400).includes('@')) return from;
  const raw = matchAt(RAW, text, from)?.[0];
  return raw === undefined ? from : from + raw.length - 1;
}
