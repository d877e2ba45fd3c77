/** Empty variables count as unset. */
export function given(text: string | undefined): string | undefined {
  const trimmed = text?.trim();
  return trimmed === '' ? undefined : trimmed;
}

/** The spec's words for true and false; anything else is neither. */
export function isTrue(text: string | undefined): boolean | undefined {
  const word = given(text)?.toLowerCase() ?? '';
  if (['true', 't', 'y', 'yes', 'on', '1'].includes(word)) return true;
  return ['false', 'f', 'n', 'no', 'off', '0'].includes(word) ? false : undefined;
}
