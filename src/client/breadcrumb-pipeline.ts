import { breadcrumbFromUser, type KeptBreadcrumb, readableBreadcrumb } from '../event/build-breadcrumb.js';
import { isThenable, runHook } from '../processors/processor.js';
import type { Breadcrumb } from '../protocol/event.js';
import type { LogRecord } from '../record.js';
import type { Scrubber } from '../scrub/walk.js';
import type { Diagnostics } from './diagnostics.js';
import type { ClientOptions } from './options.js';
import { asOwnWork } from './process-state.js';

/** A breadcrumb's way through `beforeBreadcrumb`. */
export class BreadcrumbPipeline {
  readonly #scrubber: Scrubber;
  readonly #beforeBreadcrumb: ClientOptions['beforeBreadcrumb'];
  readonly #diagnostics: Diagnostics;

  constructor(scrubber: Scrubber, { beforeBreadcrumb }: ClientOptions, diagnostics: Diagnostics) {
    this.#scrubber = scrubber;
    this.#beforeBreadcrumb = beforeBreadcrumb;
    this.#diagnostics = diagnostics;
  }

  /** Undefined: the hook dropped it, on purpose or by mistake. `record`: what the breadcrumb was made of, if anything. */
  run(kept: KeptBreadcrumb, record: LogRecord | undefined): KeptBreadcrumb | undefined {
    const hook = this.#beforeBreadcrumb;
    if (hook === undefined) return kept;
    const hint = record === undefined ? {} : { record, originalException: record.error };
    const now = Date.now();
    const readable = readableBreadcrumb(kept, this.#scrubber, now);
    const result = runHook(() => asOwnWork(() => hook(readable, hint)), isBreadcrumb);
    if ('failed' in result) this.#diagnostics.hookFailed('beforeBreadcrumb', result);
    return 'value' in result ? breadcrumbFromUser(result.value, this.#scrubber, now) : undefined;
  }
}

function isBreadcrumb(value: unknown): value is Breadcrumb {
  return value !== null && typeof value === 'object' && !Array.isArray(value) && !isThenable(value);
}
