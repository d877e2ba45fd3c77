/** Headers whose names are words; the others have a hyphen, as no other word in a list is likely to. */
const HEADERS: ReadonlySet<string> = new Set(['authorization', 'cookie']);
const HYPHENATED = /^[a-z\d]+(?:-[a-z\d]+)+$/i;
/** Longer than any header's name. */
const LONG = 128;

/** Node's own `rawHeaders` and `rawTrailers`: names and values in turn. */
export function isRawHeaders(key: string): boolean {
  return /raw[-_]?(?:headers|trailers)$/i.test(key);
}

/** Whether a text is the name of a header rather than any word. */
export function isHeaderName(text: string): boolean {
  return text.length <= LONG && (HYPHENATED.test(text) || HEADERS.has(text.toLowerCase()));
}

/** What the walk says of items it left out. Nothing to mask, and a second walk must leave it. */
export function isMoreMarker(item: unknown): boolean {
  return typeof item === 'string' && item.length < 40 && /^\[… \d+ more\]$/.test(item);
}
