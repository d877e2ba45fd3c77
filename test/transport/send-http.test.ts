import { expect, it } from 'vitest';
import { parseDsn } from '../../src/protocol/dsn.js';
import { createHttpSender, type HttpSender } from '../../src/transport/send-http.js';
import { answer, type ScriptedServer, startScriptedServer } from '../support/scripted-server.js';

const BODY = Buffer.from('{}\n');

function senderFor(server: ScriptedServer, requestTimeoutMs: number = 15_000): HttpSender {
  const options = {
    maxQueueItems: 1,
    maxQueueBytes: 1,
    concurrency: 4,
    requestTimeoutMs,
    compress: false,
    retry: false as const,
  };
  return createHttpSender({ dsn: parseDsn(server.dsn), options });
}

/** Everything that the listener hears of one request, in order, until its connection is free. */
function post(sender: HttpSender, headers: Readonly<Record<string, string>> = {}): Promise<unknown[]> {
  const heard: unknown[] = [];
  return new Promise((resolve) => {
    sender.post(BODY, headers, {
      answered: (reply) => heard.push(reply),
      free: () => {
        heard.push('free');
        // Whatever would come now comes too late to be right.
        setImmediate(() => resolve(heard));
      },
    });
  });
}

it('tells of the answer once, then that the connection is free', async () => {
  await using server = await startScriptedServer({ replies: [answer(200, { 'x-a': ['1', '2'] })] });
  const sender = senderFor(server);
  expect(await post(sender)).toEqual([
    { status: 200, headers: { 'content-length': '2', 'x-a': ['1', '2'] }, text: '' },
    'free',
  ]);
  await sender.close();
});

it.each([
  ['the header that Relay writes', { 'x-sentry-error': 'bad envelope' }, 'other', 'bad envelope'],
  ['the body', {}, 'the reason', 'the reason'],
  ['the first 1,024 bytes of the body', {}, 'x'.repeat(50_000), 'x'.repeat(1_024)],
  ['nothing of a body that is compressed', { 'content-encoding': 'br' }, 'bytes', ''],
])('repeats of a rejection %s', async (_name, headers, body, text) => {
  await using server = await startScriptedServer({ replies: [answer(400, headers, body)] });
  const sender = senderFor(server);
  expect(await post(sender)).toEqual([expect.objectContaining({ status: 400, text }), 'free']);
  await sender.close();
});

it.each(['a\r\nx-forged: 1', 'a\nb', 'a\0b'])(
  'refuses the header value %j without a throw and without repeating it',
  async (value) => {
    await using server = await startScriptedServer();
    const sender = senderFor(server);
    const [error, free] = await post(sender, { 'x-a': value });
    expect(error).toBeInstanceOf(Error);
    expect((error as Error).message).not.toContain(value);
    expect(free).toBe('free');
    expect(await post(sender)).toEqual([expect.objectContaining({ status: 200 }), 'free']);
    expect(server.requests).toHaveLength(1);
    await sender.close();
  },
);

it('uses the connection that is free before it makes another', async () => {
  await using server = await startScriptedServer();
  const sender = senderFor(server);
  for (let round = 0; round < 5; round++) await post(sender);
  expect(server.connections).toBe(1);
  await sender.close();
});

it('answers with an error after close', async () => {
  await using server = await startScriptedServer();
  const sender = senderFor(server);
  await sender.close();
  await sender.close();
  expect(await post(sender)).toEqual([expect.objectContaining({ message: 'the transport is closed' }), 'free']);
  expect(server.connections).toBe(0);
});
