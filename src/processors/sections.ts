import type { Bounds } from '../scrub/walk.js';

/** The fields of an event that carry what came from outside. */
export const SECTIONS = [
  'breadcrumbs',
  'contexts',
  'exception',
  'extra',
  'logentry',
  'request',
  'tags',
  'threads',
  'user',
  'transaction',
] as const;

/** Wide enough for any event that we built: a walk with these bounds masks, but does not cut. */
export const EVENT_BOUNDS: Bounds = {
  depth: 16,
  breadth: 1_000,
  nodes: 100_000,
  stringLength: 16_384,
  bytes: 2 * 1_024 * 1_024,
};
