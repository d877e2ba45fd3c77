import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { isOrphan, machineProcesses, type Owner, parseOwner, type Sighting } from '../../src/spool/owner.js';
import { until } from '../support/spool.js';

const self: Owner = { pid: 100, started: '5000', boot: 'boot-1', pidNamespace: 'pid:[1]', host: 'here' };
const ALIVE = { ageMs: 5_000, watchedMs: 0 };
const OLD = { ageMs: 61_000, watchedMs: 0 };
const SILENT = { ageMs: 61_000, watchedMs: 15_000 };
const YOUNG_BUT_WATCHED = { ageMs: 59_000, watchedMs: 59_000 };
const there = (started: string): Sighting => ({ started });

it.each<[string, Partial<Owner>, Sighting, typeof ALIVE, boolean]>([
  ['its process is gone', {}, 'gone', ALIVE, true],
  ['its pid means another process now', {}, there('6000'), ALIVE, true],
  ['its process lives, and gives signs of life', {}, there('4000'), ALIVE, false],
  ['its process lives, however silent', {}, there('4000'), SILENT, false],
  ['its process may live: its start is not known', {}, there(''), ALIVE, false],
  ['its process may live, but is silent', {}, there(''), SILENT, true],
  ['another container, where that pid is nobody here', { pidNamespace: 'pid:[2]' }, 'gone', ALIVE, false],
  ['another container that is silent', { pidNamespace: 'pid:[2]' }, there('4000'), SILENT, true],
  ['another boot, maybe of another machine', { boot: 'boot-2' }, 'gone', ALIVE, false],
  ['another boot, silent', { boot: 'boot-2' }, 'gone', SILENT, true],
  ['another host by name, but the same world', { host: 'there' }, 'gone', ALIVE, true],
  ['a system that knows no boots', { boot: '' }, 'gone', ALIVE, false],
  ['a heartbeat that looks old because the clock was set', { boot: 'boot-2' }, 'gone', OLD, false],
  ['a heartbeat that is not old enough', { boot: 'boot-2' }, 'gone', YOUNG_BUT_WATCHED, false],
])('E19: %s', (_name, changes, sighting, heartbeat, expected) => {
  const owner = { ...self, pid: 7, started: '4000', ...changes };
  expect(isOrphan(owner, { self, look: () => sighting }, heartbeat)).toBe(expected);
});

it('E19: nobody known, only silence proves it', () => {
  const processes = { self, look: (): Sighting => 'gone' };
  expect(isOrphan(undefined, processes, ALIVE)).toBe(false);
  expect(isOrphan(undefined, processes, SILENT)).toBe(true);
});

it('reads back an owner, and nothing else', () => {
  expect(parseOwner(JSON.stringify(self))).toEqual(self);
  for (const text of [
    '',
    'null',
    '7',
    '{}',
    '{"pid":1}',
    JSON.stringify({ ...self, pid: -1 }),
    JSON.stringify(self).slice(0, -9),
  ]) {
    expect(parseOwner(text)).toBeUndefined();
  }
});

it.runIf(process.platform === 'linux')(
  'sees a process as gone that has ended, though nobody has taken notice',
  async () => {
    // The shell replaces itself with a program that never asks what became of its child.
    const parent = spawn('/bin/sh', ['-c', 'sleep 0 & echo $!; exec sleep 60'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const [line] = await once(parent.stdout, 'data');
    const { look } = machineProcesses();
    await until(() => look(Number(line)) === 'gone');
    expect(readFileSync(`/proc/${Number(line)}/stat`, 'utf8')).toContain(') Z ');
    parent.kill();
  },
);

it('sees this process as itself, and a pid that is free as gone', () => {
  const { self: own, look } = machineProcesses();
  expect(look(process.pid)).toEqual({ started: own.started });
  expect(look(2 ** 22 + 1)).toBe('gone');
});
