import { describe, expect, it } from 'vitest';
import { flatApp, NODE_MAJORS, nodeBinary, pnpmApp, workspaceApp } from './layouts.js';
import { MODULE_KINDS, PROGRAM_NAMES } from './programs.js';
import { expectReported, runProgram, useInbox } from './report.js';
import { succeed } from './run.js';

const EVERY_WAY = PROGRAM_NAMES.flatMap((name) => MODULE_KINDS.map((kind) => [name, kind] as const));

useInbox();

describe(`installed by npm, on Node ${process.version}`, () => {
  it.each(EVERY_WAY)('%s reports from a %s program', async (name, kind) => {
    expectReported(await runProgram(await flatApp(), name, kind));
  });
});

describe.runIf(process.platform === 'linux' && process.arch === 'x64').each(NODE_MAJORS)('on Node %i', (major) => {
  it('is the version it says', async () => {
    expect(await succeed(await flatApp(), await nodeBinary(major), ['--version'])).toMatch(`v${major}.`);
  });

  it.each(PROGRAM_NAMES)('%s reports', async (name) => {
    expectReported(await runProgram(await flatApp(), name, 'mjs', await nodeBinary(major)));
  });
});

describe('installed by pnpm', () => {
  it.each(EVERY_WAY)('%s reports from a %s program', async (name, kind) => {
    expectReported(await runProgram(await pnpmApp(), name, kind));
  });
});

describe('in a pnpm workspace', () => {
  it.each(MODULE_KINDS)('log4js finds jackdaw by name for a %s program', async (kind) => {
    expectReported(await runProgram(await workspaceApp('hoisting'), 'log4js by name', kind));
  });
});

describe('in a pnpm workspace without hoisting', () => {
  const isFound = (name: string): boolean => name !== 'log4js by name';

  it.each(EVERY_WAY.filter(([name]) => isFound(name)))('%s reports from a %s program', async (name, kind) => {
    expectReported(await runProgram(await workspaceApp('not hoisting'), name, kind));
  });

  it.each(MODULE_KINDS)('log4js cannot find jackdaw by name for a %s program, and says so', async (kind) => {
    const { code, stderr, events } = await runProgram(await workspaceApp('not hoisting'), 'log4js by name', kind);
    expect(code).toBe(1);
    expect(stderr).toContain('type "jackdaw/log4js" could not be found');
    expect(events).toEqual([]);
  });
});
