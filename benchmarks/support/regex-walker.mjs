/** How users scrub in `beforeSend`: every key and every text of the event, by patterns found on the way. */
const KEYS = /pass(word|wd)?|secret|token|api[-_]?key|auth|cookie|session|credential/i;
const VALUES = [
  /\b(?:\d[ -]*?){13,16}\b/g,
  /eyJ[\w-]+\.[\w-]+\.[\w-]+/g,
  /bearer\s+[\w.~+/-]+/gi,
  /(?:password|token|secret|api[-_]?key)["']?\s*[=:]\s*["']?[^\s"'&,;]+/gi,
  /[\w.+-]+:\/\/[^\s:@/]+:[^\s:@/]+@/g,
  /-----BEGIN [A-Z ]+PRIVATE KEY-----[\s\S]*?-----END [A-Z ]+PRIVATE KEY-----/g,
];

export function walk(value) {
  if (typeof value === 'string') return VALUES.reduce((text, pattern) => text.replace(pattern, '[Filtered]'), value);
  if (Array.isArray(value)) return value.map(walk);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, KEYS.test(key) ? '[Filtered]' : walk(inner)]),
  );
}
