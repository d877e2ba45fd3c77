import type log4js from 'log4js';
import { processState } from '../../src/client/process-state.js';
import { type AdapterOptions, describeAdapter, type HostCalls, type HostHarness, type OpenHost } from './contract.js';
import { jackdawLogger, loggerWith, shutdown } from './log4js-logger.js';

/** All loggers of log4js share its one configuration: one that belongs to a test that is over must not log into the next. */
function calls(logger: log4js.Logger, isOpen: () => boolean = () => true): HostCalls {
  return {
    message: (level, text) => isOpen() && logger[level](text),
    error: (level, text, error) => isOpen() && logger[level](text, error),
    errorAlone: (level, error) => isOpen() && logger[level](error),
    fields: (level, text, fields) => isOpen() && logger[level](text, fields),
  };
}

const harness: HostHarness = {
  name: 'log4js',
  loggerName: 'orders',
  open({ transport, ...options }: AdapterOptions): OpenHost {
    // A transport gets through log4js's copying as a function only.
    const logger = jackdawLogger({ ...options, ...(transport && { transport: () => transport }) });
    const client = typeof options.client === 'function' ? options.client() : processState().clients.at(-1);
    let isOpen = true;
    return {
      ...calls(logger, () => isOpen),
      client: client!,
      end() {
        isOpen = false;
        return shutdown();
      },
    };
  },
  bare: () => calls(loggerWith({ type: { configure: () => () => {} } })),
};

describeAdapter(harness);
