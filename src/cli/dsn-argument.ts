import { type Dsn, parseDsn } from '../protocol/dsn.js';
import { type CommandIo, UsageError } from './command.js';

/**
 * The DSN a command is given, else that of `SENTRY_DSN`.
 *
 * @throws UsageError when there is none, or more than one; DsnError when it is malformed
 */
export function dsnArgument(positionals: readonly string[], env: CommandIo['env']): Dsn {
  if (positionals.length > 1) throw new UsageError('one DSN at a time');
  const text = positionals[0] ?? env['SENTRY_DSN'] ?? '';
  if (text === '') throw new UsageError('no DSN given, and SENTRY_DSN is not set');
  return parseDsn(text);
}
