import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { PassThrough, Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { stdoutTransport } from '../../src/transport/stdout.js';
import { Bench, eventEnvelope, logEnvelope } from '../support/bench.js';

const DSN = 'https://public@sentry.example/1';

describe('stdoutTransport', () => {
  it('writes one JSON line per item', async () => {
    const stream = new PassThrough();
    const bench = new Bench(() => stdoutTransport(stream), DSN);
    const event = eventEnvelope('error', 3);
    const report = { header: { type: 'client_report' }, payload: '{"discarded_events":[]}' };
    await bench.deliver({ ...event, items: [...event.items, report] }, logEnvelope(2));

    const lines = String(stream.read()).split('\n');
    expect(lines.pop()).toBe('');
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { envelope: event.header, header: { type: 'event' }, payload: { level: 'error' } },
      { envelope: event.header, header: { type: 'client_report' }, payload: { discarded_events: [] } },
      { header: { type: 'log', item_count: 2 }, payload: { items: [{ body: 'log 0' }, { body: 'log 1' }] } },
    ]);
    expect(bench.outcomes).toEqual(['delivered', 'delivered']);
  });

  it('keeps a payload that is no JSON on one line', async () => {
    const stream = new PassThrough();
    const bench = new Bench(() => stdoutTransport(stream), DSN);
    await bench.deliver({ ...eventEnvelope(), items: [{ header: { type: 'attachment' }, payload: 'two\nlines' }] });
    expect(JSON.parse(String(stream.read()))).toMatchObject({ payload: 'two\nlines' });
  });

  it('settles when the stream has taken the line, not before', async () => {
    const taken: (() => void)[] = [];
    const slow = new Writable({ write: (_chunk, _encoding, done) => taken.push(done) });
    const bench = new Bench(() => stdoutTransport(slow), DSN);
    bench.send();
    expect(await bench.transport.flush(5)).toBe(false);
    taken.shift()?.();
    expect(await bench.transport.flush(1_000)).toBe(true);
    expect(bench.outcomes).toEqual(['delivered']);
  });

  it('counts what comes while 16 MiB wait unread as queue_overflow', async () => {
    const stuck = new Writable({ write: () => {} });
    const bench = new Bench(() => stdoutTransport(stuck), DSN);
    for (let index = 0; index < 20; index++) bench.send(eventEnvelope('error', 1024 * 1024));
    expect(bench.count('queue_overflow')).toBeGreaterThan(0);
    expect(stuck.writableLength).toBeLessThan(18 * 1024 * 1024);
    expect(bench.balanced).toBe(true);
  });

  it('takes nothing after close, and leaves the stream open', async () => {
    const stream = new PassThrough();
    const bench = new Bench(() => stdoutTransport(stream), DSN);
    bench.send();
    expect(await bench.transport.close(1_000)).toBe(true);
    bench.send();
    expect(bench.outcomes).toEqual(['delivered', 'queue_overflow']);
    expect(stream.writable).toBe(true);
  });
});

describe('a broken stream', () => {
  it('never reaches the host: a reader that has gone (EPIPE) counts as send_error', async () => {
    const reader = spawn(process.execPath, [
      '-e',
      "fs.closeSync(0); console.log('closed'); setTimeout(() => {}, 10_000)",
    ]);
    await once(reader.stdout, 'data');
    const bench = new Bench(() => stdoutTransport(reader.stdin), DSN);
    // Without a listener of its own the error events would end this process as uncaught.
    await bench.deliver();
    await bench.deliver(eventEnvelope(), eventEnvelope());
    expect(bench.outcomes).toEqual(Array(3).fill('send_error'));
    reader.kill();
  });

  it('that throws counts as send_error', () => {
    const stream = new PassThrough();
    stream.write = () => {
      throw new Error('broken');
    };
    const bench = new Bench(() => stdoutTransport(stream), DSN);
    bench.send();
    expect(bench.outcomes).toEqual(['send_error']);
  });

  it('that was ended by the host counts as send_error', async () => {
    const stream = new PassThrough();
    stream.end();
    const bench = new Bench(() => stdoutTransport(stream), DSN);
    await bench.deliver();
    expect(bench.outcomes).toEqual(['send_error']);
  });

  it("leaves the host's own error listener alone", async () => {
    const stream = new Writable({ write: (_chunk, _encoding, done) => done(new Error('EPIPE')) });
    const heard: Error[] = [];
    stream.on('error', (error) => heard.push(error));
    const bench = new Bench(() => stdoutTransport(stream), DSN);
    await bench.deliver();
    expect(heard).toHaveLength(1);
    expect(stream.listenerCount('error')).toBe(1);
  });
});
