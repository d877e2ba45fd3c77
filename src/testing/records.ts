import type { LogRecord } from '../record.js';

/**
 * A record as an adapter would make it: an error with the text `no stock`, unless told otherwise.
 *
 * @example client.captureRecord(logRecord({ level: 'info', data: { order: 17 } }))
 */
export function logRecord(fields: Partial<LogRecord> = {}): LogRecord {
  const { level = 'error' } = fields;
  return { level, levelName: level, time: Date.now(), message: 'no stock', origin: 'test', ...fields };
}
