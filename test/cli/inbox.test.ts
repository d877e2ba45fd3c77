import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { run } from '../../src/cli/run.js';
import { startInbox } from '../../src/inbox/server.js';
import { parseDsn } from '../../src/protocol/dsn.js';
import { envelopeOf, eventItem, logItem, post } from '../inbox/sender.js';
import { jackdaw, type Screen, screenOf } from './terminal.js';

const DSN = /http:\/\/[0-9a-f]{32}@127\.0\.0\.1:\d+\/1/;

interface Running {
  readonly screen: Screen;
  readonly url: string;
  readonly dsn: string;
  stop(): Promise<number>;
}

/** Starts the command, waits until it has printed its DSN, and stops it at the end of the test. */
async function start(...options: string[]): Promise<Running> {
  const controller = new AbortController();
  const screen = screenOf({ signal: controller.signal });
  const ended = run(['inbox', '--port', '0', ...options], screen);
  const stop = (): Promise<number> => {
    controller.abort();
    return ended;
  };
  onTestFinished(async () => void (await stop()));
  const dsn = await vi.waitFor(() => {
    const [found] = DSN.exec(screen.out() + screen.err()) ?? [];
    if (found === undefined) throw new Error('no DSN yet');
    return found;
  });
  const { host, port } = parseDsn(dsn);
  return { screen, dsn, url: `http://${host}:${port}`, stop };
}

describe('jackdaw inbox', () => {
  it('says what to do, shows what arrives and ends with 0 when it is told to stop', async () => {
    const { screen, url, dsn, stop } = await start();
    expect(screen.out()).toContain(`logger.add(new JackdawTransport({ dsn: '${dsn}' }))\n`);
    expect(screen.out()).toMatch(/^ {4}logger\.error\(/m);
    expect(screen.out()).toContain(`${url}/items`);
    const introduction = screen.out();

    await post({ url }, envelopeOf([eventItem({ level: 'fatal', logger: 'db', logentry: { formatted: 'down' } })]));
    await post({ url }, envelopeOf([logItem({ level: 'info', body: 'up' })], {}));

    const shown = screen.out().slice(introduction.length);
    expect(shown).toMatch(
      /^\d\d:\d\d:\d\d {2}fatal {2}db\n {10}down\n\n\d\d:\d\d:\d\d {2}log {2}1 line\n {10}info {3}up\n\n$/,
    );
    expect(await stop()).toBe(0);
    expect(screen.err()).toBe('');
    await expect(post({ url }, '')).rejects.toThrow();
  });

  it('prints one line of JSON per item with --json, and the introduction elsewhere', async () => {
    const { screen, url, dsn } = await start('--json');
    expect(screen.err()).toContain(dsn);
    expect(screen.out()).toBe('');

    await post(
      { url },
      envelopeOf([eventItem({ message: 'two\nlines \u009b31m \u202e \u2028 \u{e0041}' }), eventItem({ message: 'b' })]),
    );

    const lines = screen.out().split('\n');
    expect(lines.pop()).toBe('');
    expect(lines.map((line) => JSON.parse(line).payload.message)).toEqual([
      'two\nlines \u009b31m \u202e \u2028 \u{e0041}',
      'b',
    ]);
    expect(screen.out()).not.toMatch(/[\u007f-\u009f\u202e\u2028\u{e0041}]/u);
    const items = await fetch(`${url}/items`);
    expect(lines.map((line) => JSON.parse(line))).toEqual(await items.json());
  });

  it('prints the DSN and nothing more with --quiet, but keeps the items', async () => {
    const { screen, url, dsn } = await start('--quiet');
    await post({ url }, envelopeOf([eventItem()]));
    expect(screen.out()).toBe(`${dsn}\n`);
    expect(screen.err()).toBe('');
    expect(await (await fetch(`${url}/items`)).json()).toHaveLength(1);
  });

  it('says which port is in use', async () => {
    await using other = await startInbox();
    expect(await jackdaw(['inbox', '--port', String(other.port)])).toEqual({
      code: 1,
      out: '',
      err: `jackdaw inbox: port ${other.port} is in use; choose another with --port, or any free one with --port 0\n`,
    });
  });

  it('ends at once when it is told to stop before it started', async () => {
    const screen = screenOf({ signal: AbortSignal.abort() });
    expect(await run(['inbox', '--port', '0'], screen)).toBe(0);
  });
});
