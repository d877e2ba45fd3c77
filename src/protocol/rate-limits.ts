/** Until when a category may not be sent, in milliseconds since the epoch; `*` stands for all categories. */
export type RateLimits = ReadonlyMap<string, number>;

/** What of a server's answer matters for rate limits. */
export interface Reply {
  readonly status: number;
  /** By lower-case name; several values where a header came in several lines. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

/** After a 429 that does not say how long (Sentry SDK docs, "Rate Limiting"). */
const DEFAULT_LIMIT_SECONDS = 60;

/** The longest pause that is believed; ours, so that one bad answer cannot silence a process for good. */
const MAX_LIMIT_SECONDS = 24 * 60 * 60;

/** All lines of the header together, in characters; ours: longer ones, which a cut could turn into other limits, are ignored. */
const MAX_HEADER_LENGTH = 16_384;

/** Data categories of the protocol that a client may send. Others are ignored, which also bounds the map. */
const CATEGORIES: ReadonlySet<string> = new Set([
  'default',
  'error',
  'transaction',
  'monitor',
  'span',
  'log_item',
  'log_byte',
  'security',
  'attachment',
  'session',
  'profile',
  'profile_chunk',
  'replay',
  'feedback',
  'trace_metric',
  'trace_metric_byte',
  'internal',
]);

const ALL = '*';
const SECONDS = /^[+-]?\d+(?:\.\d*)?(?:e[+-]?\d+)?$/i;
/** The one form of a date that a server may send (RFC 9110, 5.6.7); `Date.parse` alone would find a date in `x 1`. */
const HTTP_DATE = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/;

interface Limit {
  readonly category: string;
  readonly seconds: number;
}

/**
 * The limits after a reply: those of before, lengthened but never shortened by what it says, without the expired ones
 * (Sentry SDK docs, "Rate Limiting"). The same map when nothing changed.
 *
 * @param now in milliseconds since the epoch
 */
export function updateRateLimits(limits: RateLimits, reply: Reply, now: number): RateLimits {
  const next = new Map([...limits].filter(([, deadline]) => isActive(deadline, now)));
  let changed = next.size !== limits.size;
  for (const { category, seconds } of replyLimits(reply, now)) {
    const deadline = Math.ceil(now + seconds * 1000);
    if (deadline <= (next.get(category) ?? now)) continue;
    next.set(category, deadline);
    changed = true;
  }
  return changed ? next : limits;
}

/**
 * The limits with a pause for one category, at least as long as `ms`: a 429 refuses it, whatever its headers say.
 *
 * @param now in milliseconds since the epoch
 */
export function pauseAtLeast(limits: RateLimits, category: string, ms: number, now: number): RateLimits {
  const deadline = now + ms;
  return limitedUntil(limits, category, now) >= deadline ? limits : new Map([...limits, [category, deadline]]);
}

/**
 * Until when a category is limited, in milliseconds since the epoch like `now`; 0 when it is not.
 *
 * Logs count in two categories, `log_item` and `log_byte`: a limit on either stops them.
 */
export function limitedUntil(limits: RateLimits, category: string, now: number): number {
  const gates = category === 'log_item' ? ['log_item', 'log_byte', ALL] : [category, ALL];
  const deadlines = gates.map((gate) => limits.get(gate) ?? 0);
  return Math.max(0, ...deadlines.filter((deadline) => isActive(deadline, now)));
}

/** A deadline further away than any limit reaches means that the clock was set back: it would hold for too long. */
function isActive(deadline: number, now: number): boolean {
  return deadline > now && deadline <= Math.ceil(now + MAX_LIMIT_SECONDS * 1000);
}

function replyLimits({ status, headers }: Reply, now: number): readonly Limit[] {
  const stated = parseRateLimits(lines(headers['x-sentry-rate-limits']).join(','));
  if (stated !== undefined) return stated;
  if (status !== 429) return [];
  const waits = lines(headers['retry-after']).map((line) => parseRetryAfter(line.trim(), now));
  const seconds = Math.max(...waits.filter((wait) => wait !== undefined));
  return [{ category: ALL, seconds: Number.isFinite(seconds) ? seconds : DEFAULT_LIMIT_SECONDS }];
}

function lines(header: string | readonly string[] | undefined): readonly string[] {
  if (header === undefined) return [];
  return typeof header === 'string' ? [header] : header;
}

/** Undefined when no entry makes sense: then `Retry-After` counts. An entry for unknown categories does make sense. */
function parseRateLimits(text: string): readonly Limit[] | undefined {
  if (text.length > MAX_HEADER_LENGTH) return undefined;
  const entries = text
    .split(',')
    .map(parseEntry)
    .filter((entry) => entry !== undefined);
  return entries.length === 0 ? undefined : entries.flat();
}

/** `seconds:category;category:scope:reason:…`; no category at all means every one, none that is known means none. */
function parseEntry(entry: string): readonly Limit[] | undefined {
  const [first = '', second = ''] = entry.split(':');
  const seconds = parseSeconds(first.trim());
  if (seconds === undefined) return undefined;
  if (second.trim() === '') return [{ category: ALL, seconds }];
  return second
    .split(';')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => CATEGORIES.has(name))
    .map((category) => ({ category, seconds }));
}

function parseRetryAfter(text: string, now: number): number | undefined {
  return HTTP_DATE.test(text) ? clamp((Date.parse(text) - now) / 1000) : parseSeconds(text);
}

function parseSeconds(text: string): number | undefined {
  return SECONDS.test(text) ? clamp(Number(text)) : undefined;
}

function clamp(seconds: number): number | undefined {
  return Number.isNaN(seconds) ? undefined : Math.min(Math.max(seconds, 0), MAX_LIMIT_SECONDS);
}
