import type { LogRecord } from '../record.js';

/** The record as if it had been made at another time. A copy: records may be frozen, or make their fields when asked. */
export function timedRecord(record: LogRecord, time: number): LogRecord {
  const { level, levelName, message, template, params, error, errorIdentity, logger } = record;
  const { data, ownsData, context, handled, readLater, origin } = record;
  const text = { level, levelName, time, message, template, params, error, errorIdentity, logger };
  return { ...text, data, ownsData, context, handled, readLater, origin };
}
