import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { beforeEach, describe, expect, it } from 'vitest';
import { run } from '../../src/cli/run.js';
import { TemporaryDirectory } from '../support/spool.js';
import { jackdaw, type Result, screenOf } from './terminal.js';

const EVENT = { event_id: '9ec79c33ec9942ab8353589fcb2e04dc', timestamp: 1, platform: 'node' };

let file: string;

beforeEach(() => {
  const directory = new TemporaryDirectory();
  file = join(directory.path, 'input.json');
  return () => directory[Symbol.dispose]();
});

/** Runs it on a value in a file. */
function doctor(option: '--scrub' | '--event', value: unknown, ...more: string[]): Promise<Result> {
  writeFileSync(file, typeof value === 'string' ? value : JSON.stringify(value));
  return jackdaw(['doctor', option, file, ...more]);
}

describe('jackdaw doctor --scrub', () => {
  it('shows what leaves, and which rule masked what, but not what it was', async () => {
    const record = {
      level: 'error',
      user: { name: 'bob', password: { hash: 'hunter2' } },
      param: { name: 'token', value: 'hunter3' },
      rawHeaders: ['Cookie', 'hunter4'],
      card: 4111111111111111,
    };
    const { code, out, err } = await doctor('--scrub', record);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const [json = '', report = ''] = out.split('\n\n');
    expect(JSON.parse(json)).toEqual({
      level: 'error',
      user: { name: 'bob', password: '[Filtered]' },
      param: { name: 'token', value: '[Filtered]' },
      rawHeaders: ['Cookie', '[Filtered]'],
      card: '[Filtered]',
    });
    expect(report.split('\n')).toEqual([
      'masked      user.password  key',
      'masked      param.value  key',
      'masked      rawHeaders[1]  key',
      'masked      card  card',
      '',
    ]);
    expect(out).not.toMatch(/hunter|4111/);
  });

  it('tells cuts from masks', async () => {
    const record = { long: 'x'.repeat(9_000), list: Array.from({ length: 300 }, () => 1), password: 'a' };
    const { out } = await doctor('--scrub', record, '--json');
    expect(JSON.parse(out).changes).toEqual([
      { path: 'long', rules: [] },
      { path: 'list', rules: [] },
      { path: 'password', rules: ['key'] },
    ]);
    const report = (await doctor('--scrub', record)).out.split('\n\n')[1];
    expect(report).toBe('masked      password  key\ncut         long\ncut         list\n');
  });

  it('cleans an event as the client does: what servers rely on keeps its shape', async () => {
    const event = { ...EVENT, modules: { session: '1.0.0' }, extra: { session: 'x' } };
    const { leaves, changes } = JSON.parse((await doctor('--scrub', event, '--json')).out);
    expect(leaves).toEqual({ ...event, extra: { session: '[Filtered]' } });
    expect(changes).toEqual([{ path: 'extra.session', rules: ['key'] }]);
  });

  it('says so where nothing is masked', async () => {
    expect((await doctor('--scrub', { a: 1 })).out).toMatch(/\n\nmasked {6}nothing\n$/);
  });

  it('takes the keys that the option scrub would', async () => {
    const args = ['--deny-key', 'plumage', '--deny-key', 'beak', '--ignore-key', 'token', '--json'];
    const { out } = await doctor('--scrub', { plumage: 'a', beak: 'b', token: 'c' }, ...args);
    expect(JSON.parse(out).leaves).toEqual({ plumage: '[Filtered]', beak: '[Filtered]', token: 'c' });
  });

  it('reads the standard input', async () => {
    const screen = screenOf({ stdin: Readable.from([Buffer.from('{"pass'), Buffer.from('word":"x"}')]) });
    expect(await run(['doctor', '--scrub', '-'], screen)).toBe(0);
    expect(screen.out()).toContain('masked      password  key');
  });

  it('prints nothing that steers a terminal', async () => {
    const { out } = await doctor('--scrub', {
      'a\u001b[2J\u202e\u009b': '\u001b[2J\u009b\u202e',
      'b\u202e': { password: 1 },
    });
    expect(out.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });
});

describe('jackdaw doctor --event', () => {
  it('says what a server would do about each broken rule, and fails', async () => {
    const event = { ...EVENT, level: 'warn', logger: 'x'.repeat(65), logentry: { formatted: 'down' } };
    expect(await doctor('--event', event)).toEqual({
      code: 1,
      out: [
        'event       down',
        'a server    would refuse the event for level, which is none of fatal, error, warning, info, debug',
        'a server    would cut logger, which is longer than 64 characters',
        '',
      ].join('\n'),
      err: '',
    });
  });

  it('finds nothing in a good event', async () => {
    const { code, out } = await doctor('--event', { ...EVENT, logentry: { formatted: 'fine' } });
    expect(code).toBe(0);
    expect(out).toBe('event       fine\nresult      no server that we know objects to it\n');
    expect(await doctor('--event', EVENT, '--json')).toEqual({ code: 0, out: '[]\n', err: '' });
  });

  it('tells the same as JSON', async () => {
    const { code, out } = await doctor('--event', { ...EVENT, tags: { 'a/b': 'c' } }, '--json');
    expect(code).toBe(1);
    expect(JSON.parse(out)).toEqual([
      { path: 'tags["a/b"]', effect: 'drop', reason: expect.stringContaining('a key with characters') },
    ]);
  });

  it('does not understand what is no event', async () => {
    expect(await doctor('--event', [1])).toMatchObject({ code: 1, err: expect.stringContaining('this is no event') });
  });
});

describe('jackdaw doctor', () => {
  it('repeats nothing of what is no JSON', async () => {
    const { code, out, err } = await doctor('--scrub', 'password=hunter2');
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toBe('jackdaw doctor: this is no JSON: it takes one record or one event\n');
  });

  it('repeats nothing of a path that leads nowhere', async () => {
    const { code, err } = await jackdaw(['doctor', '--scrub', 'https://key:secret@host/1']);
    expect({ code, err }).toEqual({ code: 1, err: 'jackdaw doctor: the file cannot be read (ENOENT)\n' });
  });

  it('reads no more than anybody sends', async () => {
    const screen = screenOf({ stdin: Readable.from(Array.from({ length: 17 }, () => Buffer.alloc(2 ** 20, ' '))) });
    expect(await run(['doctor', '--event', '-'], screen)).toBe(1);
    expect(screen.err()).toContain('longer than 16 MiB');
  });

  it.each([[[]], [['--scrub', 'a', '--event', 'b']]])('%j does not say what to examine', async (args) => {
    const { code, err } = await jackdaw(['doctor', ...args]);
    expect(code).toBe(2);
    expect(err).toContain('say what to examine: --scrub or --event');
  });

  it('has no standard input to read where there is none', async () => {
    expect((await jackdaw(['doctor', '--event', '-'])).code).toBe(2);
  });
});
