/** JSON leaves the upper control characters and the ones that reorder text as they are; a terminal must not see them. */
const UNPRINTABLE = /[\x7f-\x9f\p{Cf}\p{Zl}\p{Zp}]/gu;

/** A value as JSON that is safe for a terminal, and means the same. */
export function jsonText(value: unknown, indent?: number): string {
  return JSON.stringify(value, null, indent).replace(UNPRINTABLE, escapeUnits);
}

/** The same on a line of its own. */
export function jsonLine(value: unknown): string {
  return `${jsonText(value)}\n`;
}

/** Unit by unit, as JSON escapes have four digits: some characters have two. */
function escapeUnits(character: string): string {
  const units = Array.from({ length: character.length }, (_, index) => character.charCodeAt(index));
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('');
}
