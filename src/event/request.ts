import type { Bounds, Scrubber } from '../scrub/walk.js';
import { type CleanObject, cleanField } from './scope-content.js';

/** Relay keeps 8 KiB of a request's body; headers and cookies are small. */
const BOUNDS: Bounds = { depth: 4, breadth: 100, nodes: 500, stringLength: 8_192, bytes: 32 * 1_024 };

/** In characters; longer than any that a server takes (Node: 16 KiB for the whole head). To parse one takes time. */
const QUERY_LENGTH = 65_536;

/** What is taken from a request: no sockets, no raw header lists, no bodies of streams. */
const FIELDS = ['method', 'headers', 'cookies', 'query_string', 'data', 'env'] as const;

/**
 * The request fields of an event, from an `http.IncomingMessage` (or a framework's request that extends it) or from an
 * object that already has these fields. Undefined where there is neither method nor URL.
 */
export function cleanRequest(request: unknown, scrubber: Scrubber): CleanObject | undefined {
  return cleanField(readRequest(request), BOUNDS, scrubber, 'req', 'request');
}

/** The same, by reference and not clean yet. */
export function readRequest(request: unknown): Record<string, unknown> | undefined {
  if (request === null || typeof request !== 'object') return undefined;
  const picked: Record<string, unknown> = {};
  for (const field of FIELDS) picked[field] = read(request, field);
  const url = read(request, 'originalUrl') ?? read(request, 'url');
  if (typeof url === 'string') {
    const [path, query] = splitOnce(url, '?');
    picked['url'] = path;
    if (query !== undefined) picked['query_string'] ??= parameters(query);
  }
  if (picked['method'] === undefined && picked['url'] === undefined) return undefined;
  return Object.fromEntries(Object.entries(picked).filter(([, value]) => isGiven(value)));
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
