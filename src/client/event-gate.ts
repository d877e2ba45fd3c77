import { readFacts } from '../event/error-facts.js';
import { type ErrorSubject, errorMatcher } from '../processors/error-pattern.js';
import { SEVERITY } from '../protocol/level.js';
import type { DropReason } from '../protocol/outcome.js';
import type { LogRecord } from '../record.js';
import { DEFAULTS } from './defaults.js';
import type { Diagnostics } from './diagnostics.js';
import type { LoggerPolicy } from './logger-policy.js';
import { asOwnWork } from './process-state.js';
import { isSampled, seededRandom } from './sampling.js';
import type { Settings } from './settings.js';

/** Decides by ignore lists and sampling which records become events, before anything is built. */
export class EventGate {
  /** Undefined: no error is ignored. */
  readonly #isIgnored: ((subject: ErrorSubject) => boolean) | undefined;
  readonly #random: () => number;

  constructor({ options, world }: Settings, diagnostics: Diagnostics) {
    const { random, sampleSeed, ignoreErrors = DEFAULTS.ignoreErrors } = options;
    this.#random = random ?? (sampleSeed === undefined ? () => world.random() : seededRandom(sampleSeed));
    if (ignoreErrors.length === 0) return;
    const fits = errorMatcher(ignoreErrors, (failure) =>
      diagnostics.hookFailed('ignoreErrors', failure, 'the error counts as not ignored'),
    );
    const asks = ignoreErrors.some((pattern) => typeof pattern === 'function');
    this.#isIgnored = asks ? (subject) => asOwnWork(() => fits(subject)) : fits;
  }

  /** Undefined: it may become one. */
  refusal(record: LogRecord, { ignoredBelow, sampleRate }: LoggerPolicy): DropReason | undefined {
    if (SEVERITY[record.level] < ignoredBelow || this.#isIgnored?.(subjectOf(record)) === true) return 'ignored';
    return isSampled(sampleRate, record.context?.sampleRate, this.#random) ? undefined : 'sample_rate';
  }
}

function subjectOf({ error, message }: LogRecord): ErrorSubject {
  if (error === undefined) return { error, type: undefined, message };
  const { type, value } = readFacts(error, []);
  return { error, type, message: value };
}
