import { basename } from 'node:path';
import { defaultDirectory } from '../client/spooling.js';
import { publicDsn } from '../protocol/dsn.js';
import { destinationDirectory } from '../spool/home.js';
import { type SurveyedDestination, survey } from '../spool/survey.js';
import { type CommandIo, UsageError } from './command.js';
import { dsnArgument } from './dsn-argument.js';

/** The options that say which spool, and of it what is for which DSN. */
export const PLACE_OPTIONS = { dir: { type: 'string' }, dsn: { type: 'string' } } as const;

interface PlaceValues {
  readonly dir?: string | undefined;
  readonly dsn?: string | undefined;
}

/** The directory of the spool: the one given, else where a client keeps its own. */
export function directoryOf({ dir }: PlaceValues): string {
  if (dir === '') throw new UsageError('--dir takes a directory');
  return dir ?? defaultDirectory();
}

/**
 * What is kept there, of the DSN that was given, else of every one.
 *
 * @throws DsnError when it is malformed
 */
export async function surveyed(values: PlaceValues, env: CommandIo['env']): Promise<readonly SurveyedDestination[]> {
  const dir = directoryOf(values);
  const all = await survey(dir);
  if (values.dsn === undefined) return all;
  const wanted = basename(destinationDirectory(dir, publicDsn(dsnArgument([values.dsn], env))));
  return all.filter(({ path }) => basename(path) === wanted);
}
