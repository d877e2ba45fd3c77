import { plainText } from '../event/scope-content.js';
import { type Bounds, createScrubber, type JsonValue } from '../scrub/walk.js';

const copier = createScrubber({ rules: false });
/** Longer than any text that leaves: scrubbing comes later and must see a secret whole, not the half before a cut. */
const SNAPSHOT: Bounds = { depth: 8, breadth: 200, nodes: 10_000, stringLength: 32_768, bytes: 1_024 * 1_024 };

/** A plain bounded copy, not scrubbed yet: the host may reuse its object, and a scope must not keep a request alive. */
export function snapshot(value: unknown): JsonValue {
  return copier.clean(value, SNAPSHOT);
}

/** Any value as text. Never by `String`: an object may have no `toString`, or one that throws. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : plainText(snapshot(value));
}
