import fc from 'fast-check';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { fromRaw, fromSerialized, isSerialized, tellsAll } from '../../src/adapters/pino-error.js';
import { readErrors } from '../../src/event/exception.js';

type Told = Record<string, unknown>;

class PaymentError extends Error {
  override readonly name = 'PaymentError';
  readonly code = 'CARD_DECLINED';
}

/** What a line of pino's holds of an error. */
function written(error: unknown, serializer: (error: never) => object = pino.stdSerializers.err): Told {
  return JSON.parse(JSON.stringify(serializer(error as never)));
}

/** The errors as events tell them: type and message, the one that was logged first. */
function told(error: unknown): string[] {
  return readErrors(error)
    .map(({ type, value }) => `${type}: ${value}`)
    .reverse();
}

function chain(...messages: string[]): Error {
  const [message, ...deeper] = messages;
  return deeper.length === 0 ? new RangeError(message) : new TypeError(message, { cause: chain(...deeper) });
}

const SERIALIZERS = [
  ['err', pino.stdSerializers.err],
  ['errWithCause', pino.stdSerializers.errWithCause],
] as const;

describe.each(SERIALIZERS)('an error out of what the serializer %s wrote', (_name, serializer) => {
  it('has its class, message and frames', () => {
    const error = new PaymentError('no funds');
    const [facts] = readErrors(fromSerialized(written(error, serializer)));
    expect(facts).toMatchObject({ type: 'PaymentError', value: 'no funds', own: { code: 'CARD_DECLINED' } });
    expect(facts?.stack?.slice(facts.headLength)).toBe(error.stack?.slice(error.stack.indexOf('\n')));
  });

  it('has its causes apart, each with a class and frames of its own', () => {
    const rebuilt = fromSerialized(written(chain('saving', 'connecting', 'refused: port 5432'), serializer));
    expect(told(rebuilt)).toEqual(['TypeError: saving', 'TypeError: connecting', 'RangeError: refused: port 5432']);
    for (const { stack, headLength } of readErrors(rebuilt))
      expect(stack?.slice(headLength)).toMatch(/^\n {4}at chain /);
  });

  it('has the errors of a list, each with its causes', () => {
    const error = new AggregateError([chain('a', 'b'), new SyntaxError('c'), 'no error'], 'all failed');
    expect(told(fromSerialized(written(error, serializer)))).toEqual([
      'AggregateError: all failed',
      'TypeError: a',
      'SyntaxError: c',
      'NonError: no error',
      'RangeError: b',
    ]);
  });

  it('keeps the messages of any chain apart', () => {
    // A line of a message that looks like a frame cannot be told from one.
    const message = fc.string().filter((text) => !/\n\s+at |caused by/.test(text));
    fc.assert(
      fc.property(fc.array(message, { minLength: 1, maxLength: 5 }), (messages) => {
        const rebuilt = readErrors(fromSerialized(written(chain(...messages), serializer)));
        expect(rebuilt.map(({ value }) => value).reverse()).toEqual(messages);
      }),
    );
  });
});

describe('an error out of its serialized form', () => {
  it('keeps the whole message where the causes in it were changed or redacted', () => {
    const line = { ...written(chain('saving', 'secret')), message: '[Redacted]' };
    expect(told(fromSerialized(line))).toEqual(['TypeError: [Redacted]', 'RangeError: ']);
  });

  it('takes a message that was changed after the stack was made', () => {
    const error = chain('saving', 'refused');
    error.message = `order 4711: ${error.message}`;
    expect(told(fromSerialized(written(error)))).toEqual(['TypeError: order 4711: saving', 'RangeError: refused']);
  });

  it('ends where causes run in a circle', () => {
    const error = new TypeError('snake');
    error.cause = new RangeError('tail', { cause: error });
    expect(told(fromSerialized(written(error)))[0]).toMatch(/^TypeError: snake/);
  });

  it('is told by message and stack, or by message and a class', () => {
    expect(
      [
        { message: 'a', stack: 's' },
        { message: 'a', type: 'TypeError' },
      ].map(isSerialized),
    ).toEqual([true, true]);
    const others = [{ message: 'a', type: 'Object' }, { message: 'a' }, { stack: 's' }, 'text', null, 7];
    expect(others.map(isSerialized)).toEqual(others.map(() => false));
  });

  it('is read from any depth of causes and lists', () => {
    let line: Told = { type: 'E', message: 'm', stack: 's' };
    for (let depth = 0; depth < 10_000; depth++)
      line = { type: 'E', message: 'm', stack: 's', cause: line, aggregateErrors: [line] };
    expect(told(fromSerialized(line))).toHaveLength(10);
  });
});

/** A logger that may hide anything. */
const GUARDED = { plain: false, whole: false };

describe('a copy of an Error as far as the line tells it', () => {
  it('is the same Error where the line tells all of it', () => {
    const error = new PaymentError('no funds', { cause: chain('gateway', 'refused: port 5432') });
    const copy = fromRaw(error, written(error), GUARDED);
    expect(copy).toBeInstanceOf(PaymentError);
    expect(readErrors(copy).map(({ link: _link, ...facts }) => facts)).toEqual(
      readErrors(error).map(({ link: _link, ...facts }) => ({
        ...facts,
        stack: `${facts.type}: ${facts.value}${facts.stack?.slice(facts.headLength)}`,
        headLength: `${facts.type}: ${facts.value}`.length,
      })),
    );
  });

  it.each([
    ['a censored message', { message: '[Redacted]' }, ['TypeError: [Redacted]', 'RangeError: ']],
    ['a changed message', { message: 'outer: ***' }, ['TypeError: outer: ***', 'RangeError: ']],
    ['no message', { message: undefined }, ['TypeError: ', 'RangeError: ']],
    ['a message that is no text', { message: { deep: 'inner' } }, ['TypeError: ', 'RangeError: ']],
  ])('has the line’s texts and the Error’s structure: %s', (_name, changed, expected) => {
    const error = chain('outer', 'inner');
    const line = { ...written(error), ...changed };
    expect(told(fromRaw(error, line, GUARDED))).toEqual(expected);
  });

  it.each([
    ['censored as a whole', '[Redacted]', 'TypeError: [Redacted]'],
    ['removed', undefined, 'TypeError: '],
    ['null', null, 'TypeError: '],
  ])('has class and frames though the line has it %s', (_name, line, expected) => {
    const error = chain('outer', 'inner');
    const [, copy] = readErrors(fromRaw(error, line, GUARDED));
    expect(`${copy?.type}: ${copy?.value}`).toBe(expected);
    expect(copy?.stack).not.toContain('outer');
    expect(copy?.stack).toContain('at chain ');
  });

  it('has no property that the line does not show', () => {
    const error = Object.assign(new PaymentError('no funds'), { card: '4111', config: { token: 't0p' } });
    const line = { ...written(error), card: '[Redacted]', config: undefined };
    const [facts] = readErrors(fromRaw(error, line, GUARDED));
    expect(facts?.own).toEqual({ code: 'CARD_DECLINED', card: '[Redacted]' });
  });

  it('has the properties of its causes where the line shows all of its own', () => {
    const refused = Object.assign(new RangeError('refused'), { code: 'ECONNREFUSED', errno: -111, syscall: 'connect' });
    const retry = { retry: () => {}, next: undefined };
    const cause = new TypeError('no gateway', { cause: refused });
    const error = Object.assign(new PaymentError('no funds', { cause }), retry);
    const line = written(error);
    const ownOf = (whole: boolean): unknown => readErrors(fromRaw(error, line, { plain: false, whole }))[0]?.own;
    expect(tellsAll(error, line)).toBe(true);
    expect(ownOf(true)).toEqual({ code: 'ECONNREFUSED', errno: -111, syscall: 'connect' });
    expect(ownOf(false)).toEqual({});
  });

  it.each<[string, (line: Told) => unknown]>([
    ['lacks one of its properties', ({ code: _code, ...line }) => line],
    ['has a place of its own for the cause', (line) => ({ ...line, cause: { type: 'E', message: 'm', stack: 's' } })],
    ['is a text', () => 'no funds'],
    ['has nothing of it', () => undefined],
  ])('is not told as a whole by a line that %s', (_, change) => {
    const error = new PaymentError('no funds', { cause: new TypeError('no gateway') });
    expect(tellsAll(error, change(written(error)))).toBe(false);
  });

  it('has the texts of the Error where the logger hides nothing and just did not write them', () => {
    const error = chain('outer', 'inner');
    expect(told(fromRaw(error, {}, { plain: true, whole: true }))).toEqual(['TypeError: outer', 'RangeError: inner']);
  });

  it('has the errors of a list, each with what the line tells of it', () => {
    const error = new AggregateError([chain('a', 'b'), new SyntaxError('c')], 'all failed');
    const line = written(error);
    (line['aggregateErrors'] as Told[])[1]!['message'] = '[Redacted]';
    expect(told(fromRaw(error, line, GUARDED))).toEqual([
      'AggregateError: all failed',
      'TypeError: a',
      'SyntaxError: [Redacted]',
      'RangeError: b',
    ]);
  });

  it('counts the errors of a long list without reading them', () => {
    const error = new AggregateError(
      Array.from({ length: 10_000 }, (_, index) => new Error(`${index}`)),
      'many',
    );
    const facts = readErrors(fromRaw(error, written(error), GUARDED));
    expect(facts.at(-1)?.link).toMatchObject({ isGroup: true, omitted: 9_991 });
  });

  it('ends where causes run in a circle', () => {
    const error = new TypeError('snake');
    error.cause = new RangeError('tail', { cause: error });
    expect(told(fromRaw(error, written(error), GUARDED))).toEqual(['TypeError: snake', 'RangeError: tail']);
  });

  it('does not show lines of a message as frames', () => {
    const error = new Error('first\n    at secret (/srv/secret.js:1:1)');
    const line = { ...written(error), message: '[Redacted]' };
    const [copy] = readErrors(fromRaw(error, line, GUARDED));
    expect(copy?.stack).not.toContain('secret');
  });
});
