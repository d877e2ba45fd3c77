import type { BuiltInDetector } from './detectors.js';
import { matchAt, replaceEach } from './replace-each.js';
import { LONG_WORD } from './traits.js';

/** The base64 of `{"`, with which the header of every JSON Web Token begins. */
const BEGIN = /eyJ/g;
/** What is left of a run of base64url, which has a claim or a signature behind its dot. */
const REST = /[\w-]{9,}(?:\.[\w-]*){1,4}/y;
const RUN = /[\w-]*/y;

/** JSON Web Tokens and their encrypted kin (RFC 7519, 7516), cut ones too if something stands behind their header. */
export const jwt: BuiltInDetector = {
  name: 'jwt',
  needs: LONG_WORD,
  scrub(text, mask) {
    if (!text.includes('eyJ')) return text;
    return replaceEach(text, BEGIN, ({ index }) => {
      const rest = matchAt(REST, text, index + 3)?.[0];
      if (rest !== undefined && !/^[^.]*\.$/.test(rest)) return { from: index, to: index + 3 + rest.length, by: mask };
      // No other begin in the same run can do better.
      BEGIN.lastIndex = index + 3 + (matchAt(RUN, text, index + 3)?.[0].length ?? 0);
      return undefined;
    });
  },
};
