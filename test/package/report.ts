import { afterAll, beforeAll, expect } from 'vitest';
import { type Inbox, startInbox } from '../../src/inbox/server.js';
import type { ErrorEvent } from '../../src/protocol/event.js';
import { write } from './layouts.js';
import { type ModuleKind, PROGRAMS, type ProgramName, sourceOf } from './programs.js';
import { type Finished, run } from './run.js';

/** What a run left behind: how it ended, and the events that arrived. */
export interface Report extends Finished {
  readonly events: readonly ErrorEvent[];
}

let inbox: Inbox;

/** An inbox for the tests of a file. */
export function useInbox(): void {
  beforeAll(async () => {
    inbox = await startInbox();
  });
  afterAll(() => inbox.close());
}

/** Runs a command in a folder, its events sent to the inbox. */
export async function reportOf(folder: string, command: string, args: readonly string[]): Promise<Report> {
  inbox.clear();
  const finished = await run(folder, command, args, { SENTRY_DSN: inbox.dsn });
  return { ...finished, events: inbox.items('event').map(({ payload }) => payload as unknown as ErrorEvent) };
}

/** Runs one of the programs in an app. */
export function runProgram(
  app: string,
  name: ProgramName,
  kind: ModuleKind,
  node: string = process.execPath,
): Promise<Report> {
  const file = `${name.replaceAll(' ', '-')}.${kind}`;
  write(app, file, sourceOf(PROGRAMS[name], kind));
  return reportOf(app, node, [file]);
}

/** The program went on as without jackdaw, and its one error arrived whole. */
export function expectReported({ code, stderr, events }: Report): void {
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(events).toHaveLength(1);
  expect(events[0]).toMatchObject({
    level: 'error',
    logentry: { formatted: expect.stringContaining('payment failed') },
    exception: { values: [{ type: 'TypeError', value: 'no gateway', stacktrace: { frames: expect.any(Array) } }] },
    breadcrumbs: { values: [{ message: 'order received' }] },
  });
}
