import type { LayoutsParam, LoggingEvent } from 'log4js';
import { ConfigError } from '../client/config-error.js';
import { type Clean, MAX_ARGUMENTS, printable } from './printf-arguments.js';

/** Makes the text of an event; undefined where it fails. */
export type Render = (event: LoggingEvent, clean: Clean) => string | undefined;

/**
 * A renderer by one of log4js's layouts. What a layout makes of the host's objects no rule about keys can read any more,
 * so it gets to see clean copies only.
 *
 * @throws ConfigError for a layout that log4js does not know.
 */
export function rendererFor(layout: { readonly type: string }, layouts: LayoutsParam | undefined): Render {
  const layOut = layouts?.layout(layout.type, layout as never);
  if (layOut === undefined) {
    const problem = `.type must be a layout that log4js knows, not '${layout.type}'`;
    throw new ConfigError([{ option: 'layout', problem }]);
  }
  return function render(event, clean) {
    try {
      const text: unknown = layOut(cleanEvent(event, clean));
      return typeof text === 'string' ? text : undefined;
    } catch {
      return undefined;
    }
  };
}

function cleanEvent(event: LoggingEvent, clean: Clean): LoggingEvent {
  const { data, context, error } = event;
  const copy: LoggingEvent = Object.create(Object.getPrototypeOf(event));
  return Object.assign(copy, event, {
    data: data.slice(0, MAX_ARGUMENTS).map((value) => printable(value, clean)),
    context: clean(context ?? {}),
    error: error && clean(error),
  });
}
