import { createAssignmentDetector } from './assignment.js';
import { authorization } from './authorization.js';
import { card } from './card.js';
import { email } from './email.js';
import { ip } from './ip.js';
import { jwt } from './jwt.js';
import { createArgumentDetector, createElementDetector, sql } from './named-value.js';
import { privateKey } from './private-key.js';
import type { Traits } from './traits.js';
import { urlUser } from './url-user.js';
import { vendorKey } from './vendor-key.js';

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

/** One of ours: it need not search texts that have none of these traits. */
export interface BuiltInDetector extends Detector {
  readonly needs?: Traits | undefined;
}

/** A detector that runs where its name is asked for: what it finds is personal, but often what a log is about. */
export type OptionalDetector = 'email' | 'ip';

const OPTIONAL: Readonly<Record<OptionalDetector, Detector>> = { email, ip };

/** The names of the detectors that can be asked for. */
export const OPTIONAL_DETECTORS: readonly string[] = Object.keys(OPTIONAL);

/**
 * The detectors in their order: those that always run, then the ones asked for. What spans most comes first, so that no
 * other leaves half of it.
 *
 * @param isSensitive the test for keys, which holds for names in texts as well
 */
export function createDetectors(
  isSensitive: (key: string) => boolean,
  more: readonly (Detector | OptionalDetector)[],
): readonly BuiltInDetector[] {
  const asked = more.map((detector) => (typeof detector === 'string' ? OPTIONAL[detector] : detector));
  return [
    privateKey,
    urlUser,
    createAssignmentDetector(isSensitive),
    createArgumentDetector(isSensitive),
    createElementDetector(isSensitive),
    sql,
    authorization,
    jwt,
    vendorKey,
    card,
    ...asked,
  ];
}
