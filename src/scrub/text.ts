import { detach } from './detach.js';

/**
 * How far behind the cut a text is still scrubbed, in UTF-16 units, so that no secret is cut before it is found. The
 * longest that cannot be told by their beginning are private keys (3,300 for RSA 4096) and cookies (4,096, RFC 6265).
 */
export const SLACK = 4_096;

/** How often a cut text is looked at again: half a long number may pass for a card's, and its mask is cut in turn. */
const ROUNDS = 4;

/**
 * Scrubs first and cuts then, so that no half secret survives, without reading more of a long text than it needs to.
 * The result is well-formed UTF-16, ends in `…` where it was cut, and has nothing that a second scrubbing would change.
 *
 * @param maxLength UTF-16 units of the result, at least 1
 */
export function scrubText(text: string, maxLength: number, mask: string, scrub: (text: string) => string): string {
  const isWhole = text.length <= maxLength + SLACK;
  const head = isWhole ? text : detach(text.slice(0, maxLength + SLACK));
  const scrubbed = scrub(head.toWellFormed()).toWellFormed();
  // A secret that the slice cut in two lies in its last units: they stay inside, however short the text has become.
  const kept = cut(scrubbed, isWhole ? maxLength : Math.max(1, Math.min(maxLength, scrubbed.length - SLACK)));
  return kept === scrubbed ? kept : settle(kept, maxLength, mask, scrub);
}

function settle(text: string, maxLength: number, mask: string, scrub: (text: string) => string): string {
  let kept = text;
  for (let round = 0; round < ROUNDS; round++) {
    const again = scrub(kept).toWellFormed();
    if (again === kept) return kept;
    kept = cut(again, maxLength);
  }
  return cut(mask, maxLength);
}

/** Cuts between code points. */
function cut(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text;
  const end = maxLength - 1;
  return `${text.slice(0, isHighSurrogate(text.charCodeAt(end - 1)) ? end - 1 : end)}…`;
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}
