import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Inbox, type InboxOptions, startInbox } from '../../src/inbox/server.js';
import { parseDsn } from '../../src/protocol/dsn.js';
import { AUTH, clientReportItem, EVENT_ID, envelopeOf, eventItem, logItem, post, send } from './sender.js';

const MIB = 1024 * 1024;

let inbox: Inbox;

async function restart(options: InboxOptions): Promise<void> {
  await inbox.close();
  inbox = await startInbox(options);
}

beforeEach(async () => {
  inbox = await startInbox();
});

afterEach(async () => {
  await inbox.close();
});

describe('an envelope', () => {
  it('is kept item by item, with what the senders said about it', async () => {
    const answer = await send(inbox, '/api/42/envelope/', {
      method: 'POST',
      headers: AUTH,
      body: envelopeOf([eventItem({ message: 'first' }), clientReportItem({ reason: 'sample_rate', quantity: 2 })]),
    });

    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toBe('application/json');
    expect(JSON.parse(answer.body)).toEqual({ id: EVENT_ID });
    const [event, report, ...others] = inbox.items();
    expect(others).toEqual([]);
    expect(event).toMatchObject({
      project: '42',
      envelope: { event_id: EVENT_ID, sent_at: expect.any(String) },
      header: { type: 'event', length: 19 },
      payload: { message: 'first' },
    });
    expect(Math.abs(Date.now() - Date.parse(event?.receivedAt ?? ''))).toBeLessThan(10_000);
    expect(report?.payload).toEqual({ discarded_events: [{ reason: 'sample_rate', quantity: 2 }] });
  });

  it('may be posted without the slash at the end', async () => {
    const answer = await send(inbox, '/api/1/envelope', {
      method: 'POST',
      headers: AUTH,
      body: envelopeOf([eventItem()]),
    });
    expect(answer.status).toBe(200);
    expect(inbox.items()).toHaveLength(1);
  });

  it('may be a copy of what goes elsewhere, without a key', async () => {
    const answer = await send(inbox, '/stream', { method: 'POST', body: envelopeOf([eventItem()]) });
    expect(answer.status).toBe(200);
    expect(inbox.items()).toEqual([expect.objectContaining({ project: 'spotlight', payload: { message: 'hello' } })]);
  });

  it('is answered with the id of the event when its header has none', async () => {
    const answer = await post(inbox, envelopeOf([eventItem({ event_id: EVENT_ID })], {}));
    expect(JSON.parse(answer.body)).toEqual({ id: EVENT_ID });
  });

  it('is answered without an id when it holds no event', async () => {
    const answer = await post(inbox, envelopeOf([logItem({ level: 'info', body: 'x' })], {}));
    expect(JSON.parse(answer.body)).toEqual({});
  });

  it('can be sent by fetch to the DSN', async () => {
    const dsn = parseDsn(inbox.dsn);
    const response = await fetch(`${inbox.url}/api/${dsn.projectId}/envelope/?sentry_key=${dsn.publicKey}`, {
      method: 'POST',
      body: new Uint8Array(envelopeOf([eventItem()])),
    });
    expect(response.status).toBe(200);
  });

  it('keeps an attachment as bytes, even when they are JSON', async () => {
    await post(inbox, envelopeOf([{ header: { type: 'attachment', filename: 'a.json' }, payload: '{"a":1}' }]));
    expect(inbox.items('attachment')[0]?.payload).toEqual({
      size: 7,
      base64: Buffer.from('{"a":1}').toString('base64'),
    });
  });

  it('keeps only the size of an attachment above 1 MiB', async () => {
    await post(inbox, envelopeOf([{ header: { type: 'attachment' }, payload: Buffer.alloc(MIB + 1) }]));
    expect(inbox.items()[0]?.payload).toEqual({ size: MIB + 1 });
  });

  it('keeps items of a type nobody knows, parsed where they are JSON', async () => {
    await post(
      inbox,
      envelopeOf([
        { header: { type: 'future' }, payload: '{"a":1}' },
        { header: { type: 'future' }, payload: Buffer.from([0xff, 0x00]) },
      ]),
    );
    expect(inbox.items('future').map(({ payload }) => payload)).toEqual([{ a: 1 }, { size: 2, base64: '/wA=' }]);
  });
});

describe('the content encoding', () => {
  it.each([
    ['gzip', gzipSync],
    ['x-gzip', gzipSync],
    ['GZip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
    ['identity', (body: Buffer) => body],
  ])('%s is taken off', async (encoding, compress) => {
    const answer = await post(inbox, compress(envelopeOf([eventItem()])), { 'content-encoding': encoding });
    expect(answer.status).toBe(200);
    expect(inbox.items()[0]?.payload).toEqual({ message: 'hello' });
  });

  it.each(['zstd', 'gzip, gzip', 'constructor'])('%s is answered with 415', async (encoding) => {
    const answer = await post(inbox, gzipSync(envelopeOf([eventItem()])), { 'content-encoding': encoding });
    expect(answer.status).toBe(415);
    expect(inbox.items()).toEqual([]);
  });

  it.each([
    ['is not what the header says', envelopeOf([eventItem()])],
    ['is cut off', gzipSync(envelopeOf([eventItem()])).subarray(0, -12)],
  ])('of a body that %s is answered with 400', async (_what, body) => {
    const answer = await post(inbox, body, { 'content-encoding': 'gzip' });
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.body)).toEqual({
      detail: 'malformed request body',
      causes: [expect.stringMatching(/^not gzip: /)],
    });
  });

  it.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
  ])('%s cannot smuggle in a bomb', async (encoding, compress) => {
    await restart({ maxEnvelopeBytes: MIB });
    const answer = await post(inbox, compress(Buffer.alloc(32 * MIB)), { 'content-encoding': encoding });
    expect(answer.status).toBe(413);
    expect(JSON.parse(answer.body)).toEqual({
      detail: 'envelope too large',
      causes: [`more than ${MIB} bytes when decompressed`],
    });
  });
});

describe('the size limits', () => {
  it('hold for an announced body', async () => {
    await restart({ maxBodyBytes: MIB });
    const answer = await post(inbox, Buffer.alloc(4 * MIB));
    expect(answer.status).toBe(413);
    expect(JSON.parse(answer.body)).toEqual({ detail: 'request body too large', causes: [`more than ${MIB} bytes`] });
  });

  it('hold for a body of unannounced length', async () => {
    await restart({ maxBodyBytes: MIB });
    const answer = await post(inbox, Buffer.alloc(4 * MIB), { 'transfer-encoding': 'chunked' });
    expect(answer.status).toBe(413);
  });

  it('hold for an uncompressed envelope', async () => {
    await restart({ maxEnvelopeBytes: 100 });
    const answer = await post(inbox, envelopeOf([eventItem()]));
    expect(answer.status).toBe(413);
  });

  it.each([
    ['an event', eventItem({ message: 'x'.repeat(MIB) }), 'event too large'],
    ['a log container', logItem({ level: 'info', body: 'x'.repeat(MIB) }), 'log too large'],
  ])('stop %s of more than 1 MiB', async (_what, item, detail) => {
    const answer = await post(inbox, envelopeOf([item]));
    expect(answer.status).toBe(413);
    expect(JSON.parse(answer.body)).toMatchObject({ detail });
  });

  it('let the same connection be used again', async () => {
    await restart({ maxBodyBytes: MIB });
    const socket = await open(inbox.port);
    const answers = collectText(socket);
    socket.write(`POST /api/1/envelope/ HTTP/1.1\r\nhost: localhost\r\ncontent-length: ${2 * MIB}\r\n\r\n`);
    socket.write(Buffer.alloc(2 * MIB));
    await vi.waitFor(() => expect(answers()).toMatch(/^HTTP\/1\.1 413/));
    socket.write('GET / HTTP/1.1\r\nhost: localhost\r\n\r\n');
    await vi.waitFor(() => expect(answers()).toMatch(/HTTP\/1\.1 200 OK/));
    socket.destroy();
  });
});

describe('authentication', () => {
  const body = envelopeOf([eventItem()]);
  const withDsn = (dsn: unknown) => envelopeOf([eventItem()], { event_id: EVENT_ID, dsn });

  it.each([
    ['in the X-Sentry-Auth header', AUTH, '', body],
    ['in the header, first of its parts', { 'x-sentry-auth': 'Sentry sentry_key=abc,sentry_version=7' }, '', body],
    ['in the query', {}, '?sentry_version=7&sentry_key=abc', body],
    ['in the DSN of the envelope header', {}, '', withDsn('http://abc@localhost/1')],
    ['in the header and, for a tunnel, in the envelope', AUTH, '', withDsn('http://abc@localhost/1')],
  ])('finds a key %s', async (_where, headers, query, envelope) => {
    const path = `/api/1/envelope/${query}`;
    const answer = await send(inbox, path, { method: 'POST', headers, body: envelope });
    expect(answer.status).toBe(200);
  });

  it.each([
    ['is no key', {}, '', body],
    ['is an empty key in the query', {}, '?sentry_key=', body],
    ['is an empty key in the header', { 'x-sentry-auth': 'Sentry sentry_version=7, sentry_key=' }, '', body],
    ['is another scheme in the header', { 'x-sentry-auth': 'Bearer sentry_key=abc' }, '', body],
    ['is a DSN that is none', {}, '', withDsn('http://localhost/1')],
    ['is a DSN that is no text', {}, '', withDsn({})],
    ['are two keys, in header and query', AUTH, '?sentry_key=abc', body],
  ])('answers 401 where there %s', async (_what, headers, query, envelope) => {
    const path = `/api/1/envelope/${query}`;
    const answer = await send(inbox, path, { method: 'POST', headers, body: envelope });
    expect(answer.status).toBe(401);
    expect(JSON.parse(answer.body)).toEqual({ detail: expect.stringMatching(/^(missing|multiple) authorization/) });
    expect(inbox.items()).toEqual([]);
  });
});

describe('what a server could not read', () => {
  const deep = `${'{"a":'.repeat(200)}1${'}'.repeat(200)}`;

  it.each([
    ['nothing', '', 'invalid envelope'],
    ['garbage', 'not an envelope', 'invalid envelope'],
    ['an item that ends too early', '{}\n{"type":"event","length":99}\n{}', 'invalid envelope'],
    ['an event that is no JSON', envelopeOf([{ ...eventItem(), payload: '{"a"' }]), 'invalid event'],
    ['an event that is no object', envelopeOf([{ ...eventItem(), payload: '[1]' }]), 'invalid event'],
    [
      'an event that is no UTF-8',
      envelopeOf([{ ...eventItem(), payload: Buffer.from('{"a":"\xff"}', 'latin1') }]),
      'invalid event',
    ],
    ['an event with a lone surrogate', envelopeOf([{ ...eventItem(), payload: '{"a":["\\ud800"]}' }]), 'invalid event'],
    ['a key with a lone surrogate', envelopeOf([{ ...eventItem(), payload: '{"\\udc00":1}' }]), 'invalid event'],
    ['an event of depth 200', envelopeOf([{ ...eventItem(), payload: deep }]), 'invalid event'],
    ['an envelope header of depth 200', `{"a":${deep}}\n`, 'invalid envelope header'],
    ['an item header of depth 200', `{}\n{"type":"x","a":${deep}}\n{}`, 'invalid item header'],
    [
      'a client report that is no JSON',
      envelopeOf([{ header: { type: 'client_report' }, payload: 'x' }]),
      'invalid client_report',
    ],
    ['logs with a wrong count', envelopeOf([{ ...logItem({}), payload: '{"items":[]}' }]), 'invalid envelope'],
  ])('%s is answered with 400 and the reason', async (_what, body, detail) => {
    const answer = await post(inbox, body);
    expect(answer.status).toBe(400);
    const parsed = JSON.parse(answer.body);
    expect(parsed).toEqual({ detail, causes: [expect.any(String)] });
    expect(answer.headers['x-sentry-error']).toBe(`${detail}: ${parsed.causes[0]}`);
    expect(inbox.items()).toEqual([]);
  });

  it('costs the whole envelope, as it does at Relay', async () => {
    const answer = await post(inbox, envelopeOf([eventItem(), { header: { type: 'client_report' }, payload: '!' }]));
    expect(answer.status).toBe(400);
    expect(inbox.items()).toEqual([]);
  });
});

describe('GET and DELETE /items', () => {
  beforeEach(async () => {
    await post(inbox, envelopeOf([eventItem({ message: 'one' })]));
    await post(inbox, envelopeOf([logItem({ level: 'info', body: 'two' })], {}));
    await post(inbox, envelopeOf([clientReportItem()], {}));
    await post(inbox, envelopeOf([eventItem({ message: 'four' })]));
  });

  it('lists all items as JSON, newest last', async () => {
    const answer = await send(inbox, '/items');
    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toBe('application/json');
    expect(answer.headers['x-content-type-options']).toBe('nosniff');
    expect(JSON.parse(answer.body)).toEqual(inbox.items());
    expect(inbox.items().map(({ header }) => header.type)).toEqual(['event', 'log', 'client_report', 'event']);
    expect(Object.keys(JSON.parse(answer.body)[0])).toEqual(['receivedAt', 'project', 'envelope', 'header', 'payload']);
  });

  it.each([
    ['event', 2],
    ['log', 1],
    ['client_report', 1],
    ['session', 0],
  ])('lists the items of type %s', async (type, count) => {
    const items = JSON.parse((await send(inbox, `/items?type=${type}`)).body);
    expect(items).toHaveLength(count);
    expect(items).toEqual(inbox.items(type));
  });

  it('forgets them', async () => {
    const answer = await send(inbox, '/items', { method: 'DELETE' });
    expect(answer).toMatchObject({ status: 204, body: '' });
    expect(inbox.items()).toEqual([]);
    expect((await send(inbox, '/items')).body).toBe('[]');
  });

  it('shows nothing to a page whose name was rebound to this machine', async () => {
    const answer = await send(inbox, '/items', { headers: { host: `evil.example:${inbox.port}` } });
    expect(answer.status).toBe(403);
    expect(answer.body).not.toContain('one');
  });
});

describe('the Host header', () => {
  it.each(['localhost', 'LOCALHOST:1', '127.0.0.1', '127.0.0.1:8969', '127.8.8.8', '[::1]', '[::1]:80'])(
    '%s is welcome',
    async (host) => {
      expect((await send(inbox, '/', { headers: { host } })).status).toBe(200);
    },
  );

  it.each([
    'evil.example',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    '192.168.1.1',
    '[::2]',
    'evil@localhost',
  ])('%s is refused with 403', async (host) => {
    expect((await send(inbox, '/items', { headers: { host } })).status).toBe(403);
  });
});

describe('other requests', () => {
  it('to / get a hint with the DSN', async () => {
    const answer = await send(inbox, '/');
    expect(answer.headers['content-type']).toBe('text/plain; charset=utf-8');
    expect(answer.body).toContain(inbox.dsn);
  });

  it('by HEAD get the head of what GET would get', async () => {
    expect(await send(inbox, '/items', { method: 'HEAD' })).toMatchObject({ status: 200, body: '' });
  });

  it.each([
    ['GET', '/api/1/envelope/', 405, 'POST'],
    ['POST', '/items', 405, 'GET, DELETE'],
    ['PUT', '/', 405, 'GET'],
    ['GET', '/nope', 404, undefined],
    ['POST', '/api/1/store/', 404, undefined],
    ['POST', '/api//envelope/', 404, undefined],
    ['GET', '//[', 404, undefined],
    ['GET', '/%', 404, undefined],
  ])('%s %s is answered with %i', async (method, path, status, allow) => {
    const answer = await send(inbox, path, { method });
    expect(answer.status).toBe(status);
    expect(answer.headers.allow).toBe(allow);
    expect(answer.headers['content-type']).toBe('application/json');
  });

  it.each([
    ['no HTTP', '\x16\x03\x01\x02\x00\x01\x00'],
    ['without a Host header', 'GET / HTTP/1.1\r\n\r\n'],
    ['of a time without Host headers', 'GET /items HTTP/1.0\r\n\r\n'],
    ['one endless header', `GET / HTTP/1.1\r\nx: ${'y'.repeat(100_000)}`],
  ])('that are %s do no harm', async (_what, bytes) => {
    const socket = await open(inbox.port);
    const answer = collectText(socket);
    socket.write(bytes);
    await once(socket, 'close');
    expect(answer()).toMatch(/^HTTP\/1\.1 4\d\d/);
    expect((await post(inbox, envelopeOf([eventItem()]))).status).toBe(200);
  });

  it('that break off do no harm', async () => {
    const socket = await open(inbox.port);
    socket.write('POST /api/1/envelope/ HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1000\r\n\r\n{}');
    socket.destroy();
    await once(socket, 'close');
    expect((await post(inbox, envelopeOf([eventItem()]))).status).toBe(200);
    expect(inbox.items()).toHaveLength(1);
  });
});

describe('startInbox', () => {
  it('gives a DSN that belongs to this inbox alone', async () => {
    await using other = await startInbox();
    expect(inbox.dsn).toMatch(new RegExp(`^http://[0-9a-f]{32}@127\\.0\\.0\\.1:${inbox.port}/1$`));
    expect(inbox.url).toBe(`http://127.0.0.1:${inbox.port}`);
    expect(parseDsn(other.dsn).publicKey).not.toBe(parseDsn(inbox.dsn).publicKey);
  });

  it('gives the same DSN at every start on the same port', async () => {
    const { port } = inbox;
    await restart({ port });
    const before = inbox.dsn;
    await restart({ port });
    expect(inbox.dsn).toBe(before);
    expect(inbox.port).toBe(port);
  });

  it.each([
    ['::1', '[::1]'],
    ['localhost', 'localhost'],
  ] as const)('listens on %s', async (host, inUrl) => {
    await restart({ host });
    expect(inbox.url).toBe(`http://${inUrl}:${inbox.port}`);
    expect(parseDsn(inbox.dsn).host).toBe(inUrl);
    expect((await post(inbox, envelopeOf([eventItem()]))).status).toBe(200);
  });

  it.each([
    [{ host: '0.0.0.0' }, "host must be '127.0.0.1', '::1' or 'localhost'"],
    [{ host: '' }, 'host must be'],
    [{ port: -1 }, 'port must be a whole number from 0 to 65535'],
    [{ port: '8080' }, 'port must be'],
    [{ maxItems: 0 }, 'maxItems must be'],
    [{ maxBodyBytes: Number.NaN }, 'maxBodyBytes must be'],
    [{ maxEnvelopeBytes: 2 ** 40 }, 'maxEnvelopeBytes must be a whole number from 1 to 1073741824'],
    [{ onItem: 'print' }, 'onItem must be a function'],
  ])('rejects %j and names the option', async (options, message) => {
    const rejected = startInbox(options as InboxOptions);
    await expect(rejected).rejects.toThrow(TypeError);
    await expect(rejected).rejects.toThrow(`startInbox: ${message}`);
  });

  it('rejects with EADDRINUSE when the port is taken', async () => {
    await expect(startInbox({ port: inbox.port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });

  it('keeps the newest items when there are too many', async () => {
    await restart({ maxItems: 2 });
    for (const message of ['a', 'b', 'c']) await post(inbox, envelopeOf([eventItem({ message })]));
    expect(inbox.items().map(({ payload }) => payload['message'])).toEqual(['b', 'c']);
  });

  it('hands each item to onItem before its sender is answered', async () => {
    const seen: string[] = [];
    await restart({ onItem: ({ header }) => seen.push(header.type) });
    await post(inbox, envelopeOf([eventItem(), clientReportItem()]));
    expect(seen).toEqual(['event', 'client_report']);
  });

  it('turns what onItem throws into a warning, and the sender does not notice', async () => {
    const warned = once(process, 'warning');
    await restart({
      onItem: () => {
        throw new Error('printer on fire');
      },
    });
    expect((await post(inbox, envelopeOf([eventItem()]))).status).toBe(200);
    const [warning] = await warned;
    expect(warning).toMatchObject({ code: 'JACKDAW_INBOX_ON_ITEM', message: 'onItem threw: Error: printer on fire' });
    expect(inbox.items()).toHaveLength(1);
  });
});

describe('close', () => {
  it('frees the port, keeps the items and may be called twice', async () => {
    await post(inbox, envelopeOf([eventItem()]));
    await Promise.all([inbox.close(), inbox.close()]);
    await expect(open(inbox.port)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    expect(inbox.items()).toHaveLength(1);
  });

  it('does not wait for clients that keep a connection open', async () => {
    const silent = await open(inbox.port);
    const halfway = await open(inbox.port);
    halfway.write('POST /api/1/env');
    const idle = await open(inbox.port);
    const answer = collectText(idle);
    idle.write('GET / HTTP/1.1\r\nhost: localhost\r\n\r\n');
    await vi.waitFor(() => expect(answer()).toContain(inbox.dsn));
    const ended = [silent, halfway, idle].map((socket) => once(socket, 'close'));

    const start = performance.now();
    await inbox.close();

    expect(performance.now() - start).toBeLessThan(900);
    await Promise.all(ended);
  });

  it('lets a request under way finish, and ends its connection then', async () => {
    const body = envelopeOf([eventItem()]);
    const socket = await startPost(inbox, body);
    const answer = collectText(socket);
    const ended = once(socket, 'close');
    const closed = inbox.close();
    socket.write(body.subarray(10));
    await Promise.all([closed, ended]);
    expect(answer()).toMatch(/^HTTP\/1\.1 200 OK/);
    expect(answer()).toMatch(/connection: close/i);
    expect(inbox.items()).toHaveLength(1);
  });

  it('cuts off a request that does not finish', async () => {
    const socket = await startPost(inbox, envelopeOf([eventItem()]));
    const ended = once(socket, 'close');
    await inbox.close();
    await ended;
    expect(inbox.items()).toEqual([]);
  });
});

function open(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => resolve(socket));
    socket.on('error', reject);
  });
}

function collectText(socket: Socket): () => string {
  let text = '';
  socket.setEncoding('latin1').on('data', (chunk: string) => {
    text += chunk;
  });
  return () => text;
}

/** Sends the head and ten bytes of a request and waits until the inbox has read them. */
async function startPost(target: Inbox, body: Buffer): Promise<Socket> {
  const socket = await open(target.port);
  const head = ['POST /api/1/envelope/?sentry_key=abc HTTP/1.1', 'host: localhost', `content-length: ${body.length}`];
  socket.write(`${[...head, 'expect: 100-continue'].join('\r\n')}\r\n\r\n`);
  const [hello] = await once(socket, 'data');
  expect(String(hello)).toMatch(/^HTTP\/1\.1 100 Continue/);
  socket.write(body.subarray(0, 10));
  return socket;
}
