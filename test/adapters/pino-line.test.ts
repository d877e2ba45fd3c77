import fc from 'fast-check';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { loggerOfLine } from '../../src/adapters/pino-line.js';

/** What a logger with these bindings writes for this call. */
function lineOf(options: pino.LoggerOptions, fields: object, text: string): string {
  const lines: string[] = [];
  pino(options, { write: (line) => void lines.push(line) }).info(fields, text);
  return lines[0] ?? '';
}

function parsedName(line: string): string {
  const { name } = JSON.parse(line) as { name?: unknown };
  return typeof name === 'string' && name !== '' ? name : 'pino';
}

describe('the logger of a line', () => {
  it.each([
    ['{"level":30,"time":1,"pid":1,"hostname":"h","name":"db","msg":"x"}', 'db'],
    ['{"level":30,"time":1,"msg":"x"}', 'pino'],
    ['{"name":"db"}', 'db'],
    ['{"level":30,"name":"","msg":"x"}', 'pino'],
    ['{"level":30,"tags":["a"],"name":"db","msg":"x"}', 'db'],
    ['{"level":30,"note":"\\"name\\":\\"web\\"","name":"db"}', 'db'],
  ])('of %s is %s, without parsing', (line, name) => {
    expect(loggerOfLine(line)).toBe(name);
  });

  it.each([
    '{"level":30,"user":{"name":"ann"},"msg":"x"}',
    '{"level":30,"name":"db","name":"web"}',
    '{"level":30,"name":"d\\"b"}',
    '{"level":30,"name":5}',
    '{"level":30,"list":["name"]}',
    '{"level":30,"list":["a","name"]}',
    '{"level": 30, "name": "db"}',
  ])('of %s is not known without', (line) => {
    expect(loggerOfLine(line)).toBeUndefined();
  });

  it('is, where it is known, the one that a parser finds', () => {
    const text = fc.oneof(fc.string(), fc.constantFrom('name', '"name"', '","name":"x"', '{"name":"x"}', '\\'));
    const value = fc.letrec((tie) => ({
      value: fc.oneof({ maxDepth: 2 }, text, fc.integer(), fc.array(tie('value')), fc.dictionary(key, tie('value'))),
    })).value;
    const fields = fc.dictionary(key, value, { maxKeys: 4, noNullPrototype: true });
    fc.assert(
      fc.property(fc.option(text), fields, fields, text, (name, bindings, call, message) => {
        const options = { base: bindings, ...(name === null ? {} : { name }) };
        const line = lineOf(options, call, message);
        const found = loggerOfLine(line);
        if (found !== undefined) expect(found, line).toBe(parsedName(line));
      }),
      { numRuns: 1_000 },
    );
  });
});

const key: fc.Arbitrary<string> = fc.constantFrom('name', 'names', 'user', 'note', '"name"', 'a');
