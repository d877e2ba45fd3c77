import type { Client } from '../client/client.js';
import { processState } from '../client/process-state.js';
import type { LogRecord, RecordContext } from '../record.js';
import { fromSerialized, isSerialized } from './pino-error.js';
import { CarriedErrors } from './pino-error-id.js';
import type { NamedLevel, PinoLevels } from './pino-levels.js';
import {
  guessNestedKey,
  type LineContent,
  type LineFields,
  levelKeyOf,
  lineTime,
  parseLine,
  readContent,
  scopeIn,
} from './pino-line.js';
import type { LineKeys } from './pino-logger.js';
import { type CarriedScope, CarriedScopes } from './pino-scope.js';

/** Takes lines that come from another thread or process, with nothing but their text. */
export class LineReader {
  readonly #client: Client;
  readonly #keys: LineKeys;
  readonly #levels: PinoLevels;
  readonly #scopes = new CarriedScopes();
  readonly #errors = new CarriedErrors();

  constructor(client: Client, keys: LineKeys, levels: PinoLevels) {
    this.#client = client;
    this.#keys = keys;
    this.#levels = levels;
  }

  /** What is no JSON object is counted as `invalid`; empty lines are nothing. */
  take(line: string): void {
    const text = line.startsWith('\ufeff') ? line.slice(1) : line;
    if (text.trim() === '') return;
    try {
      const fields = parseLine(text);
      if (fields === undefined) this.#client.rejectUnreadable(line);
      else this.#capture(fields);
    } catch {
      // Only a stack that is all but full gets here: the line nests deeper than anything can read.
      this.#client.rejectUnreadable(line);
    }
  }

  #capture(fields: LineFields): void {
    const key = levelKeyOf(fields, this.#levels);
    const level = this.#levels.place(key === undefined ? undefined : fields[key]);
    if (level.severity < this.#client.threshold) return;
    const nestedKey = this.#keys.nestedKey ?? guessNestedKey(fields, this.#keys.errorKey);
    const keys = { ...this.#keys, nestedKey };
    const scope = scopeIn(fields, keys);
    const id = scope?.error_id;
    const record = {
      ...toRecord(fields, level, readContent(fields, keys, this.#levels), scope?.tags),
      errorIdentity: id === undefined ? undefined : this.#errors.tokenOf(id),
    };
    const capture = (): unknown => this.#client.captureRecord(record);
    if (scope === undefined) capture();
    else processState().activeScope.run(this.#scopes.scopeOf(scope), capture);
  }
}

function toRecord(fields: LineFields, level: NamedLevel, content: LineContent, tags: CarriedScope['tags']): LogRecord {
  const { message, logger, data, context, error } = content;
  return {
    level: level.level,
    levelName: level.name,
    time: lineTime(fields, Date.now),
    message,
    logger,
    data,
    ownsData: true,
    context: withTags(context, tags),
    error: isSerialized(error) ? fromSerialized(error) : undefined,
    origin: 'pino',
  };
}

/** The record's own tags win over those of its scope. */
function withTags(context: RecordContext | undefined, tags: CarriedScope['tags']): RecordContext | undefined {
  return tags === undefined ? context : { ...context, tags: { ...tags, ...(context?.tags as object | undefined) } };
}
