/** How much of one value the walk keeps; what lies beyond is named by a marker, never dropped in silence. */
export interface Bounds {
  /** Containers inside containers, the value itself being the first; a deeper one becomes `[Object]` or `[Array]`. */
  readonly depth: number;
  /** Items of an array, or keys of an object, the marker for the rest included; at least 1. */
  readonly breadth: number;
  /** Values in total, give or take two per level. */
  readonly nodes: number;
  /** UTF-16 units of one text. */
  readonly stringLength: number;
  /**
   * UTF-16 units of texts and keys in total, give or take a marker per level.
   * One unit is one byte of ASCII and at most three of UTF-8.
   */
  readonly bytes: number;
}

/** The bounds where nothing else is said. */
export const DEFAULT_BOUNDS: Bounds = {
  // raven's `max_depth`; a Sentry server keeps 7 levels of `extra`.
  depth: 6,
  // Twice raven's `list_max_length`.
  breadth: 100,
  // A node costs about a microsecond: half of the 10 ms that scrubbing one event may take.
  nodes: 5_000,
  // Relay cuts a message here; older GlitchTips refuse a longer one.
  stringLength: 8_192,
  // What a Sentry server keeps of `extra`; even at three bytes per unit an event stays below its 1 MiB.
  bytes: 256 * 1024,
};

/** UTF-16 units of one key: the length a Sentry server accepts for a tag's key. */
export const KEY_LENGTH = 200;

/** Every text may have this many UTF-16 units though `bytes` is spent, so that markers stay readable. */
export const LEAST_TEXT = 64;

/**
 * UTF-16 units that one walk may look at beyond `bytes`, because long texts are scrubbed before they are cut: what bounds its
 * time. At 40 ns each, for the worst texts the detectors know, looked at again when they are cut, the bounds of an event's
 * extra come to about 10 ms; ordinary texts take 2 ns.
 */
export const MORE_READ: number = 64 * 1024;
