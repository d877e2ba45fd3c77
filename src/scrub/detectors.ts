import { card } from './card.js';

/**
 * Finds one kind of secret in any text and masks it.
 *
 * `scrub` returns the text itself when nothing was found. It takes time linear in the length of the text, keeps no state
 * from call to call, and leaves its own result alone. One that throws has the whole text masked.
 */
export interface Detector {
  /** What `onScrub` reports as the rule. */
  readonly name: string;
  scrub(text: string, mask: string): string;
}

/** The detectors that always run, in order; a user's own come after them. */
export const DEFAULT_DETECTORS: readonly Detector[] = [card];
