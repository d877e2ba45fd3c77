import { afterEach, describe, expect, it } from 'vitest';
import { createDebugIds } from '../../src/event/debug-ids.js';

const rules = { inAppInclude: [], inAppExclude: [], root: '/app' };
const ID = '0a1b2c3d-0000-4000-8000-00000000000a';
const OTHER = '0a1b2c3d-0000-4000-8000-00000000000b';
const notes = globalThis as { _sentryDebugIds?: unknown; _debugIds?: unknown };

afterEach(() => {
  delete notes._sentryDebugIds;
  delete notes._debugIds;
});

/** As a bundler plugin's snippet would, at the top of a file. */
function stackIn(file: string): string {
  return `Error\n    at <anonymous> (${file}:1:300)\n    at Module._compile (node:internal/modules/cjs/loader:1:1)`;
}

describe('debug ids', () => {
  it('are none without a bundler plugin', () => {
    expect(createDebugIds(rules)().size).toBe(0);
  });

  it.each(['_sentryDebugIds', '_debugIds'] as const)('in %s are found by the path of the file', (holder) => {
    notes[holder] = { [stackIn('/app/dist/a.js')]: ID, [stackIn('file:///app/dist/b%20c.mjs')]: OTHER };
    expect([...createDebugIds(rules)()]).toEqual([
      ['/app/dist/a.js', ID],
      ['/app/dist/b c.mjs', OTHER],
    ]);
  });

  it('of files that load later are found, too', () => {
    const read = createDebugIds(rules);
    notes._sentryDebugIds = { [stackIn('/app/a.js')]: ID };
    expect([...read().keys()]).toEqual(['/app/a.js']);
    expect(read()).toBe(read());
    notes._sentryDebugIds = { [stackIn('/app/a.js')]: ID, [stackIn('/app/b.js')]: OTHER };
    expect([...read().keys()]).toEqual(['/app/a.js', '/app/b.js']);
  });

  it.each([
    ['no UUID', { [stackIn('/app/a.js')]: 'hunter2' }],
    ['no text', { [stackIn('/app/a.js')]: 5 }],
    ['noted under no stack', { somewhere: ID }],
    ['no object', 'text'],
    ['null', null],
  ])('that are %s are left alone', (_, ids) => {
    notes._sentryDebugIds = ids;
    expect(createDebugIds(rules)().size).toBe(0);
  });
});
