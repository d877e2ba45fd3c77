import type { Bounds, JsonValue, Scrubber } from '../scrub/walk.js';
import { type CleanObject, cleanObject, redactField } from './scope-content.js';

/** Relay keeps 8 KiB of a request's body; headers and cookies are small. */
const BOUNDS: Bounds = { depth: 4, breadth: 100, nodes: 500, stringLength: 8_192, bytes: 32 * 1_024 };

/** In characters; longer than any that a server takes (Node: 16 KiB for the whole head). To parse one takes time. */
const QUERY_LENGTH = 65_536;

/** In characters; an address of IPv6 with a zone is the longest. */
const ADDRESS_LENGTH = 128;

/** What is taken from a request: no sockets, no raw header lists, no bodies of streams. */
const FIELDS = ['method', 'headers', 'cookies', 'query_string', 'data', 'env'] as const;

/** Headers and variables that tell who sent a request: the opt-in terms of Sentry's data-collection spec 0.1. */
const PERSONAL = /forwarded|[-_]ip$|^remote[-_]|(?:^|[-_])via$|[-_]user$/i;

/**
 * The request fields of an event, from an `http.IncomingMessage` (or a framework's request that extends it) or from an
 * object that already has these fields. Undefined where there is neither method nor URL.
 *
 * @param sendPii whether the body that a framework has read is taken, and headers stay that tell who sent it
 */
export function cleanRequest(request: unknown, scrubber: Scrubber, sendPii: boolean): CleanObject | undefined {
  const whole = cleanObject(readRequest(request, sendPii), BOUNDS, scrubber);
  return whole && redactField(sendPii ? whole : impersonal(whole, scrubber.mask), scrubber, 'req', 'request');
}

/** The same, by reference and not clean yet. `withBody`: what a framework has read of it. */
export function readRequest(request: unknown, withBody: boolean): Record<string, unknown> | undefined {
  if (request === null || typeof request !== 'object') return undefined;
  const picked: Record<string, unknown> = {};
  for (const field of FIELDS) picked[field] = read(request, field);
  if (withBody) picked['data'] ??= read(request, 'body');
  const url = read(request, 'originalUrl') ?? read(request, 'url');
  if (typeof url === 'string') {
    const [path, query] = splitOnce(url, '?');
    picked['url'] = path;
    if (query !== undefined) picked['query_string'] ??= parameters(query);
  }
  if (picked['method'] === undefined && picked['url'] === undefined) return undefined;
  return Object.fromEntries(Object.entries(picked).filter(([, value]) => isGiven(value)));
}

/** The address of who made the request, as a user of the event; undefined where it is not known. */
export function clientAddress(request: unknown, scrubber: Scrubber): CleanObject | undefined {
  if (request === null || typeof request !== 'object') return undefined;
  const socket = read(request, 'socket');
  const address =
    read(request, 'ip') ??
    read(request, 'remoteAddress') ??
    (typeof socket === 'object' && socket !== null ? read(socket, 'remoteAddress') : undefined);
  return typeof address === 'string' ? { ip_address: scrubber.text(address, ADDRESS_LENGTH) } : undefined;
}

function impersonal(request: CleanObject, mask: string): CleanObject {
  const masked = (fields: JsonValue | undefined): JsonValue | undefined =>
    fields !== null && typeof fields === 'object' && !Array.isArray(fields)
      ? Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, PERSONAL.test(name) ? mask : value]))
      : fields;
  const [headers, env] = [masked(request['headers']), masked(request['env'])];
  return { ...request, ...(headers === undefined ? {} : { headers }), ...(env === undefined ? {} : { env }) };
}

function parameters(query: string): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(query.slice(0, QUERY_LENGTH)));
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null && typeof value !== 'function';
}

function splitOnce(text: string, separator: string): [string, string | undefined] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

/** Frameworks define their fields as getters, which may throw on a request that is over. */
function read(object: object, field: string): unknown {
  try {
    return (object as Record<string, unknown>)[field];
  } catch {
    return undefined;
  }
}
