import { pino } from 'pino';
import { describe } from 'vitest';
import { JackdawDestination } from '../../src/adapters/pino-destination.js';
import { describeAdapter, type HostCalls, type HostHarness } from './contract.js';

const OPTIONS: pino.LoggerOptions = {
  level: 'trace',
  name: 'orders',
  // pino's own serializer throws for a frozen error, which it wants to mark.
  serializers: { frozen: ({ name, message, stack }: Error) => ({ type: name, message, stack }) },
};

function calls(stream: pino.DestinationStream): HostCalls {
  const logger = pino(OPTIONS, stream);
  return {
    message: (level, text) => logger[level](text),
    error: (level, text, error) => logger[level]({ [Object.isFrozen(error) ? 'frozen' : 'err']: error }, text),
    errorAlone: (level, error) => logger[level](error),
    fields: (level, text, fields) => logger[level](fields, text),
  };
}

/** `writtenBy`: what pino is given, so that its lines reach the destination. */
function harness(writtenBy: (destination: JackdawDestination) => HostCalls, seesErrors = true): HostHarness {
  return {
    name: 'pino',
    loggerName: 'orders',
    seesErrors,
    open(options) {
      const destination = new JackdawDestination(options);
      return {
        ...writtenBy(destination),
        client: destination.client,
        end: () => new Promise((resolve) => destination.end(resolve)),
      };
    },
    bare: () => calls({ write() {} }),
  };
}

describe('pino in this thread', () => {
  describeAdapter(harness(calls));
});

/** As a worker reads them: nothing but their text. */
describe('lines of pino', () => {
  describeAdapter(
    harness((destination) => {
      const host = calls({ write: (line) => void destination.write(line) });
      // For a symbol as its message pino writes no JSON.
      const writable = <T>(value: T): T => (typeof value === 'symbol' ? (String(value) as T) : value);
      return {
        ...host,
        message: (level, text) => host.message(level, writable(text)),
        fields: (level, text, fields) => host.fields(level, text, writable(fields)),
      };
    }, false),
  );
});
