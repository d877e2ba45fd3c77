import type { MemoryTransport } from '../transport/memory.js';

/** What `expect.extend` of jest and vitest gives a matcher as `this`, as far as it is needed. */
export interface MatcherContext {
  readonly isNot?: boolean | undefined;
  equals(one: unknown, other: unknown, testers?: unknown[]): boolean;
  readonly utils: {
    stringify(value: unknown): string;
    readonly subsetEquality: unknown;
  };
}

/** What a matcher answers. */
export interface MatcherResult {
  readonly pass: boolean;
  message(): string;
}

/** How a matcher looks to those who use it. */
export interface JackdawMatchers<Result = void> {
  /** Whether an event was sent that says this text, or holds these fields; `expect.stringContaining` and its like count. */
  toHaveSentEvent(expected: string | object): Result;
  /** The same for a structured log. */
  toHaveSentLog(expected: string | object): Result;
}

type Sent = Readonly<Record<string, unknown>>;

/**
 * Matchers for a `memoryTransport()`. A text is that of the log or of an exception, an object some of the fields.
 *
 * @example
 * expect.extend(jackdawMatchers);
 * expect(transport).toHaveSentEvent('payment failed');
 * expect(transport).not.toHaveSentEvent({ level: 'fatal' });
 */
export const jackdawMatchers: {
  toHaveSentEvent(this: MatcherContext, transport: MemoryTransport, expected: string | object): MatcherResult;
  toHaveSentLog(this: MatcherContext, transport: MemoryTransport, expected: string | object): MatcherResult;
} = {
  toHaveSentEvent(transport, expected) {
    return judge(this, 'event', transport.events, expected, textsOfEvent);
  },
  toHaveSentLog(transport, expected) {
    return judge(this, 'log', transport.logs, expected, ({ body }) => [body]);
  },
};

function judge(
  { equals, isNot = false, utils }: MatcherContext,
  what: string,
  sent: readonly Sent[],
  expected: string | object,
  textsOf: (item: Sent) => unknown[],
): MatcherResult {
  const pass =
    typeof expected === 'string'
      ? sent.some((item) => textsOf(item).includes(expected))
      : sent.some((item) => equals(item, expected, [utils.subsetEquality]));
  const texts = sent.map((item) => `\n- ${textsOf(item).map(String).join(' | ')}`).join('');
  return {
    pass,
    message: () =>
      `expected ${isNot ? 'no' : 'an'} ${what} like ${utils.stringify(expected)}; sent: ${texts === '' ? 'none' : texts}`,
  };
}

function textsOfEvent(event: Sent): unknown[] {
  const { formatted } = (event['logentry'] ?? {}) as { readonly formatted?: unknown };
  const { values = [] } = (event['exception'] ?? {}) as { readonly values?: readonly { readonly value?: unknown }[] };
  return [...(formatted === undefined ? [] : [formatted]), ...values.map(({ value }) => value)];
}
