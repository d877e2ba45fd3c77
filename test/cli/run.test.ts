import { describe, expect, it } from 'vitest';
import { SDK } from '../../src/version.js';
import { jackdaw } from './terminal.js';

describe('jackdaw', () => {
  it.each([[[]], [['help']], [['--help']], [['-h']]])('%j lists the commands', async (args) => {
    const { code, out, err } = await jackdaw(args);
    expect(code).toBe(0);
    const names = ['test', 'inbox', 'dsn', 'spool', 'doctor', 'help'];
    for (const name of names) expect(out).toMatch(new RegExp(`^ {2}${name.padEnd(8)}\\S`, 'm'));
    expect(err).toBe('');
  });

  it.each([[['help', 'inbox']], [['inbox', '--help']], [['inbox', '--port', '0', '-h']], [['--help', 'inbox']]])(
    '%j explains one command',
    async (args) => {
      const { code, out } = await jackdaw(args);
      expect(code).toBe(0);
      expect(out).toMatch(/^jackdaw inbox \[options\]\n/);
      expect(out).toContain('--port <n>');
    },
  );

  it.each([[['--version']], [['-v']]])('%j prints the version and nothing else', async (args) => {
    expect(await jackdaw(args)).toEqual({ code: 0, out: `${SDK.version}\n`, err: '' });
  });

  it.each([
    ['inbx', "there is no command 'inbx'; did you mean 'jackdaw inbox'?"],
    ['ibnox', "there is no command 'ibnox'; did you mean 'jackdaw inbox'?"],
    ['in', "there is no command 'in'; did you mean 'jackdaw inbox'?"],
    ['dns', "there is no command 'dns'; did you mean 'jackdaw dsn'?"],
    ['hlep', "there is no command 'hlep'; did you mean 'jackdaw help'?"],
    ['tset', "there is no command 'tset'; did you mean 'jackdaw test'?"],
    ['deploy', "there is no command 'deploy'"],
    ['--inbox', "there is no command '--inbox'; did you mean 'jackdaw inbox'?"],
    ['x'.repeat(100_000), 'there is no such command'],
    ['https://key:secret@host/1', "there is no such command; did you mean 'jackdaw dsn'?"],
  ])('%.30s is no command', async (name, message) => {
    const expected = { code: 2, out: '', err: `jackdaw: ${message}\nTry 'jackdaw help'.\n` };
    expect(await jackdaw([name])).toEqual(expected);
    expect(await jackdaw(['help', name])).toMatchObject({ code: 2, err: expect.stringContaining(`: ${message}\n`) });
  });

  it.each([
    [['inbox', '--prot', '1'], "jackdaw inbox: unknown option '--prot'"],
    [['inbox', '--port'], "jackdaw inbox: option '--port <value>' argument missing"],
    [['inbox', '--port', '65536'], 'jackdaw inbox: --port takes a number from 0 to 65535'],
    [['inbox', '--port', '-1'], "jackdaw inbox: option '--port' argument is ambiguous"],
    [['inbox', '--port', ''], 'jackdaw inbox: --port takes a number from 0 to 65535'],
    [['inbox', '--port', '1e3'], 'jackdaw inbox: --port takes a number from 0 to 65535'],
    [['inbox', '--quiet=yes'], "jackdaw inbox: option '--quiet' does not take an argument"],
    [['inbox', 'https://key:secret@host/1'], 'jackdaw inbox: unexpected argument'],
    [['dsn', '--publick'], "jackdaw dsn: unknown option '--publick'"],
    [['dsn', 'a', 'b'], 'jackdaw dsn: one DSN at a time'],
  ])('%j makes no sense and says why', async (args, message) => {
    const { code, out, err } = await jackdaw(args);
    expect(code).toBe(2);
    expect(out).toBe('');
    const [first, second, ...rest] = err.split('\n');
    expect(first).toBe(message);
    expect([second, ...rest]).toEqual([`Try 'jackdaw help ${args[0]}'.`, '']);
    expect(err).not.toContain('secret');
  });
});
