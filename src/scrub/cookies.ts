import { lengthOfMask } from './assigned-value.js';

/** RFC 6265: a token; longer ones are values rather than names. */
const NAME = /^[\w!#$%&'*+.^`|~-]{1,64}$/;
const FLAGS = /^(?:secure|httponly|partitioned)$/i;
/** Attributes of a Set-Cookie header with values that are no more than they should be; cookies joined by commas are. */
const ATTRIBUTE =
  /^(?:path=\/[^,=]{0,200}|domain=[\w.-]{1,255}|max-age=-?\d{1,12}|expires=[\w ,:+-]{1,40}|samesite=\w{1,10}|priority=\w{1,10})$/i;

const HEADER = /^(?:set[-_]?)?cookie2?$/i;

/** Whether a key is the name of a header that holds cookies. */
export function isCookieHeader(key: string): boolean {
  return HEADER.test(key);
}

/** The values of a Cookie or Set-Cookie header are masked, its names stay; what is no cookie is masked as a whole. */
export function maskCookies(text: string, mask: string): string {
  return text
    .split(';')
    .map((part, index) => maskCookie(part, index, mask))
    .join(';');
}

function maskCookie(part: string, index: number, mask: string): string {
  const cookie = part.trim();
  if (cookie === '' || lengthOfMask(cookie, 0, mask) === cookie.length) return part;
  if (index > 0 && (FLAGS.test(cookie) || ATTRIBUTE.test(cookie))) return part;
  const end = cookie.indexOf('=');
  const blanks = part.slice(0, part.length - part.trimStart().length);
  const name = cookie.slice(0, Math.max(0, end));
  // Base64 may end in `=`, and then is all before it the value.
  return NAME.test(name) && !/^=*$/.test(cookie.slice(end + 1))
    ? `${blanks}${name}=${maskValue(cookie, end + 1, mask)}`
    : blanks + mask;
}

/** A cut mask stays as it is. */
function maskValue(cookie: string, from: number, mask: string): string {
  return lengthOfMask(cookie, from, mask) === cookie.length - from ? cookie.slice(from) : mask;
}
