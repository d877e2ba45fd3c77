import type { LogRecord } from '../record.js';
import { isList } from '../scrub/is-list.js';
import type { Bounds, Scrubber } from '../scrub/walk.js';
import { cleanTexts } from './scope-content.js';

/** A record's message, clean, and what it was made of, where the host said so. */
export interface CleanMessage {
  readonly formatted: string;
  readonly template: string | undefined;
  readonly params: readonly string[];
}

/** A shorter argument may be part of any word of the message. */
const SHORTEST = 4;

/**
 * Cleans message, template and arguments together: an argument whose place in the template says that it is a secret
 * (`password=%s`) is masked, and its whole text in the message as well, blanks included.
 *
 * @param length UTF-16 units of the message and of the template, each
 */
export function cleanMessage(record: LogRecord, length: number, bounds: Bounds, scrubber: Scrubber): CleanMessage {
  const { message, template } = record;
  const params = template === undefined ? undefined : record.params;
  if (template === undefined || !isList(params)) {
    return {
      formatted: scrubber.text(message, length),
      template: template && scrubber.text(template, length),
      params: [],
    };
  }
  const secrets = scrubber.secretParameters(template);
  let formatted = message;
  const open = params.map((param: unknown, index) => {
    if (secrets[index] !== true) return param;
    if (typeof param === 'string' && param.length >= SHORTEST)
      formatted = formatted.replaceAll(param, () => scrubber.mask);
    return scrubber.mask;
  });
  return {
    formatted: scrubber.text(formatted, length),
    template: scrubber.text(template, length),
    params: cleanTexts(open, bounds, scrubber),
  };
}
