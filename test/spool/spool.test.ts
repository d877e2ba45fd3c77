import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { OpenSpool, record, TemporaryDirectory, textsOf, until } from '../support/spool.js';

function filesIn(path: string): string[] {
  return readdirSync(path, { recursive: true, encoding: 'utf8' }).map((file) => file.replace(/^[^/]*\/?/, ''));
}

describe.each(['interval', 'always', 'process'] as const)('with sync: %s', (sync) => {
  it('gives out again what was released, the oldest first', async () => {
    using directory = new TemporaryDirectory();
    await using one = new OpenSpool(directory.path, { sync });
    const ids = ['a', 'b', 'c'].map((text) => one.spool.append(record(text), false) as number);
    for (const id of ids) one.spool.release(id);
    await one.spool.flush();
    expect(textsOf(await one.drain())).toEqual(['a', 'b', 'c']);
    expect(one.problems).toEqual([]);
  });

  it('leaves what is not settled to the next run', async () => {
    using directory = new TemporaryDirectory();
    const first = new OpenSpool(directory.path, { sync });
    const ids = ['a', 'b', 'c', 'd'].map((text) => first.spool.append(record(text), text === 'd') as number);
    await first.spool.flush();
    first.spool.settle(ids[1] as number);
    first.spool.release(ids[2] as number);
    await first.spool.close();

    await using second = new OpenSpool(directory.path, { sync });
    await until(() => second.available > 0);
    const given = await second.drain();
    expect(textsOf(given)).toEqual(['a', 'c', 'd']);
    expect(second.recovered).toEqual({ error: 3 });
    expect(given.every(({ recovered }) => recovered)).toBe(true);
    for (const { id } of given) second.spool.settle(id);
    await second.spool.close();
    expect(filesIn(directory.path)).toEqual(['']);
    expect([...first.problems, ...second.problems]).toEqual([]);
  });
});
