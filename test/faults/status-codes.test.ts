import { expect, it } from 'vitest';
import { httpTransport } from '../../src/transport/http-transport.js';
import { Bench, eventEnvelope } from '../support/bench.js';
import { answer, startScriptedServer } from '../support/scripted-server.js';

it.each([200, 201, 202, 204, 299])('B20: %i delivers', async (status) => {
  await using server = await startScriptedServer({ otherwise: answer(status) });
  await using bench = new Bench(httpTransport, server.dsn, { concurrency: 1 });
  await bench.deliver();
  await bench.deliver();
  expect(bench.outcomes).toEqual(['delivered', 'delivered']);
  expect(bench.errors).toEqual([]);
  expect(server.connections).toBe(1);
});

it('B01: an envelope that is refused is dropped once, and the next goes out at once', async () => {
  const refusal = answer(400, { 'x-sentry-error': 'bad envelope' }, '{"detail":"other"}');
  await using server = await startScriptedServer({ replies: [refusal] });
  await using bench = new Bench(httpTransport, server.dsn, { concurrency: 1 });
  const [poison, good] = [eventEnvelope(), eventEnvelope()];
  await bench.deliver(poison, good);
  expect(bench.settled.map(({ envelope, outcome }) => [envelope, outcome])).toEqual([
    [poison, 'send_error'],
    [good, 'delivered'],
  ]);
  expect(server.requests[1]!.arrivedAt - server.requests[0]!.arrivedAt).toBeLessThan(100);
  expect(bench.warnings).toEqual([{ code: 'JACKDAW_REJECTED', message: expect.stringContaining('(bad envelope)') }]);
});

it('B02: 413 is dropped, and the error says what the server says and how large the envelope was', async () => {
  await using server = await startScriptedServer({ replies: [answer(413, {}, 'the limit is 1000 bytes')] });
  await using bench = new Bench(httpTransport, server.dsn);
  await bench.deliver(eventEnvelope('error', 2_000));
  await bench.deliver();
  expect(bench.outcomes).toEqual(['send_error', 'delivered']);
  expect(bench.warnings).toEqual([
    { code: 'JACKDAW_TOO_LARGE', message: expect.stringMatching(/limit is 1000 bytes.* 2\d\d\d bytes/) },
  ]);
});

it.each([401, 403, 404])('B03: %i is dropped, and the warning points at the DSN without its key', async (status) => {
  await using server = await startScriptedServer({ otherwise: answer(status, {}, 'no such key: 0123456789abcdef') });
  await using bench = new Bench(httpTransport, server.dsn.replace('public', '0123456789abcdef'));
  await bench.deliver();
  expect(bench.outcomes).toEqual(['send_error']);
  expect(bench.warnings).toEqual([
    { code: 'JACKDAW_CREDENTIALS_REFUSED', message: expect.stringMatching(/no such key: \*\*\*.*DSN/) },
  ]);
  expect(server.requests).toHaveLength(1);
});

it.each([500, 502, 503, 504])('B16: without retry %i is dropped at once, and the next goes out', async (status) => {
  await using server = await startScriptedServer({ replies: [answer(status)] });
  await using bench = new Bench(httpTransport, server.dsn);
  await bench.deliver();
  await bench.deliver();
  expect(bench.outcomes).toEqual(['send_error', 'delivered']);
  expect(bench.warnings).toEqual([
    { code: 'JACKDAW_REJECTED', message: expect.stringContaining(`answered ${status}`) },
  ]);
});
