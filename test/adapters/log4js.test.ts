import type log4js from 'log4js';
import { processState } from '../../src/client/process-state.js';
import { type AdapterOptions, describeAdapter, type HostCalls, type HostHarness, type OpenHost } from './contract.js';
import { jackdawLogger, loggerWith, shutdown } from './log4js-logger.js';

function calls(logger: log4js.Logger): HostCalls {
  return {
    message: (level, text) => logger[level](text),
    error: (level, text, error) => logger[level](text, error),
    errorAlone: (level, error) => logger[level](error),
    fields: (level, text, fields) => logger[level](text, fields),
  };
}

const harness: HostHarness = {
  name: 'log4js',
  loggerName: 'orders',
  open({ transport, ...options }: AdapterOptions): OpenHost {
    // A transport gets through log4js's copying as a function only.
    const logger = jackdawLogger({ ...options, ...(transport && { transport: () => transport }) });
    const client = typeof options.client === 'function' ? options.client() : processState().clients.at(-1);
    return { ...calls(logger), client: client!, end: shutdown };
  },
  bare: () => calls(loggerWith({ type: { configure: () => () => {} } })),
};

describeAdapter(harness);
