import type { BuiltInDetector } from './detectors.js';
import { matchAt, replaceEach } from './replace-each.js';

/** Not inside of a word, but behind an escape sequence of JSON or of a URL. */
const SCHEME =
  /(?:(?<![a-z\d])|(?<=\\[bfnrt]|%[\da-f]{2}))(bearer|basic|digest|negotiate|apikey)(?:[ \t]{1,3}|\+|%(?:25)*20|["']?,\s?["'])/gi;
const TOKEN = /[\w.~+/=-]{6,}/y;
/** RFC 7616: the parameters of Digest, in JSON with escaped quotes. */
const PARAMETER = /\s{0,3}[a-z]{1,20}=(?:\\*"[^"\\]*\\*"|[^\s,"\\]{1,200}),?/iy;
const PARAMETER_NAME = /^[a-z_]{1,20}=$/;
/** Words of a sentence have none of these. */
const RANDOM = /\d|[a-z][A-Z]|[A-Z]{2}[a-z]|[=_/+]/;

/** What stands behind the name of an HTTP authentication scheme: `Bearer …`, `Basic …`, `Digest username="…", …`. */
export const authorization: BuiltInDetector = {
  name: 'authorization',
  scrub(text, mask) {
    return replaceEach(text, SCHEME, ({ 0: all, 1: scheme = '', index }) => {
      const from = index + all.length;
      const length = lengthOf(scheme.toLowerCase(), text, from);
      return length === 0 ? undefined : { from, to: from + length, by: mask };
    });
  },
};

function lengthOf(scheme: string, text: string, from: number): number {
  if (scheme === 'digest') return lengthOfParameters(text, from);
  const token = matchAt(TOKEN, text, from)?.[0] ?? '';
  // A parameter of a challenge, `Bearer realm="api"`, and not the padding of base64.
  if (PARAMETER_NAME.test(token) && '\\"'.includes(text[from + token.length] ?? ' ')) return 0;
  // "Basic JavaScript": credentials are the base64 of a name, a colon and a password (RFC 7617).
  const isSecret = scheme === 'basic' ? Buffer.from(token, 'base64').includes(':') : RANDOM.test(token);
  return isSecret ? token.length : 0;
}

function lengthOfParameters(text: string, from: number): number {
  let end = from;
  for (let next = matchAt(PARAMETER, text, end); next !== undefined; next = matchAt(PARAMETER, text, end)) {
    end += next[0].length;
  }
  return end - from;
}
