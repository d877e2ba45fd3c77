export {
  type DeterministicOptions,
  type DeterministicStart,
  deterministic,
  type TestWorld,
} from './testing/deterministic.js';
export {
  type Log4jsModule,
  type LoggerFixture,
  log4jsFixture,
  type PinoModule,
  pinoFixture,
  type WinstonModule,
  winstonFixture,
} from './testing/fixtures.js';
export { type JackdawMatchers, jackdawMatchers, type MatcherContext, type MatcherResult } from './testing/matchers.js';
export { logRecord } from './testing/records.js';
export { type MemoryTransport, memoryTransport } from './transport/memory.js';
