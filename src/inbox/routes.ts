import type { IncomingMessage } from 'node:http';
import { authenticate } from './authenticate.js';
import type { InboxItem } from './item.js';
import { isLoopback } from './loopback.js';
import { type BodyLimits, readBody } from './read-body.js';
import { readEnvelope, readItems } from './read-items.js';
import { Rejection } from './rejection.js';
import { jsonReply, type Reply, rejectionReply, textReply } from './reply.js';

/** What the routes need to know of the inbox. */
export interface RouteContext {
  readonly limits: BodyLimits;
  /** Takes what a request brought. */
  accept(items: readonly InboxItem[]): void;
  items(type?: string): InboxItem[];
  clear(): void;
  /** The text at `/`. */
  hint(): string;
}

/** One request and what its handler may use. */
interface Exchange {
  readonly request: IncomingMessage;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly context: RouteContext;
}

/** Handlers by method. */
type Resource = ReadonlyMap<string, (exchange: Exchange) => Reply | Promise<Reply>>;

const ENVELOPE_PATH = /^\/api\/([^/]+)\/envelope\/?$/;
const PORT = /:\d+$/;

const ROOT: Resource = new Map([['GET', getHint]]);
const ITEMS: Resource = new Map([
  ['GET', getItems],
  ['DELETE', deleteItems],
]);
const ENVELOPE: Resource = new Map([['POST', postEnvelope]]);
/** Where SDKs copy to: see `postCopy`. */
const STREAM_PATH = '/stream';
const STREAM: Resource = new Map([['POST', postCopy]]);

/** Answers one request. Whatever is wrong with it becomes a reply, never a throw. */
export async function route(request: IncomingMessage, context: RouteContext): Promise<Reply> {
  try {
    return await dispatch(request, context);
  } catch (error) {
    return rejectionReply(error instanceof Rejection ? error : new Rejection(500, 'internal error', [String(error)]));
  }
}

function dispatch(request: IncomingMessage, context: RouteContext): Reply | Promise<Reply> {
  // A page of a foreign site whose name was rebound to 127.0.0.1 still sends that name.
  if (!isLoopback((request.headers.host ?? '').replace(PORT, '')))
    throw new Rejection(403, 'only for requests to a loopback host');
  // Not `new URL`: it throws on targets that any client may send.
  const [path = '', ...query] = (request.url ?? '/').split('?');
  const resource = resourceAt(path);
  if (resource === undefined) throw new Rejection(404, 'nothing here', ['POST /api/<project>/envelope/, GET /items']);
  const handle = resource.get(request.method === 'HEAD' ? 'GET' : (request.method ?? ''));
  if (handle !== undefined) return handle({ request, path, query: new URLSearchParams(query.join('?')), context });
  const reply = rejectionReply(new Rejection(405, 'method not allowed'));
  return { ...reply, headers: { ...reply.headers, allow: [...resource.keys()].join(', ') } };
}

function resourceAt(path: string): Resource | undefined {
  if (path === '/') return ROOT;
  if (path === '/items') return ITEMS;
  if (path === STREAM_PATH) return STREAM;
  return ENVELOPE_PATH.test(path) ? ENVELOPE : undefined;
}

function getHint({ context }: Exchange): Reply {
  return textReply(context.hint());
}

function getItems({ query, context }: Exchange): Reply {
  return jsonReply(200, context.items(query.get('type') ?? undefined));
}

function deleteItems({ context }: Exchange): Reply {
  context.clear();
  return { status: 204 };
}

async function postEnvelope({ request, path, query, context }: Exchange): Promise<Reply> {
  const envelope = readEnvelope(await readBody(request, context.limits));
  authenticate(request.headers, query, envelope.header['dsn']);
  return accept(envelope, ENVELOPE_PATH.exec(path)?.[1] ?? '', context);
}

/** A copy of what an SDK sends elsewhere, which names no key and no project (Sentry SDK docs, "Spotlight"). */
async function postCopy({ request, context }: Exchange): Promise<Reply> {
  return accept(readEnvelope(await readBody(request, context.limits)), 'spotlight', context);
}

function accept(envelope: ReturnType<typeof readEnvelope>, project: string, context: RouteContext): Reply {
  const items = readItems(envelope, project, new Date());
  context.accept(items);
  const event = items.find(({ header }) => header.type === 'event');
  return jsonReply(200, { id: envelope.header['event_id'] ?? event?.payload['event_id'] });
}
