import { type AssignedName, type NameBounds, nameBefore, twoWords } from './assigned-name.js';
import { type AssignedValue, isOpen, lengthOfMask, plainEnd, type Reach, valueAt } from './assigned-value.js';
import { isCookieHeader, maskCookies } from './cookies.js';
import type { BuiltInDetector } from './detectors.js';
import { isHeaderName } from './named-items.js';
import { isProse, isStatus, isStrong } from './prose.js';
import { type Edit, Edits } from './replace-each.js';
import { beginOfValue, signLength } from './sign.js';
import { PERCENT, QUOTE, SEPARATOR } from './traits.js';

/** Second words of names that are two: `api key: …`. */
const SECOND_WORD = /^(?:assertion|code|data|id|key|number|pass|response|string|token|verifier|word)s?$/i;
/** Variables of every shell, which are no passwords. */
const WORKING_DIRECTORY = /^(?:OLD)?PWD$/;
/** UTF-16 units before a name that tell whether it stands in a connection string. */
const BEFORE = 128;
/** And behind it, that tell whether it begins a sentence. */
const AHEAD = 40;

/**
 * Values that stand behind the name of a secret in a text: headers, forms, queries, JSON in any depth of strings, connection
 * strings, configuration. One pass over the separators; a name is looked for no further back than one is long, a value
 * only where the name is a secret's, and then it is done.
 */
export function createAssignmentDetector(isSensitive: (key: string) => boolean): BuiltInDetector {
  return {
    name: 'assignment',
    needs: SEPARATOR | PERCENT | QUOTE,
    scrub(text, mask) {
      const edits = new Edits(text);
      // No name reaches over a sign.
      let last = 0;
      for (let at = 0; at < text.length; at++) {
        const length = signLength(text, at);
        if (length === 0) continue;
        const name = secretName(text, at, { done: edits.done, last }, isSensitive);
        const edit = name && editValue(text, { name, at, end: at + length }, mask);
        if (edit !== undefined) edits.add(edit);
        last = at + length;
        at = Math.max(last, edits.done) - 1;
      }
      return edits.result;
    },
  };
}

/** The secret's name before a sign. */
function secretName(
  text: string,
  at: number,
  bounds: NameBounds,
  isSensitive: (key: string) => boolean,
): AssignedName | undefined {
  const name = nameBefore(text, at, bounds);
  if (name === undefined || (text[at] === ',' && (name.quote === '' || !isHeaderName(name.text)))) return undefined;
  if (isSensitive(name.text)) return name;
  const words = SECOND_WORD.test(name.text) ? twoWords(text, name) : undefined;
  return words !== undefined && isSensitive(words[1]) && !isSensitive(words[0]) ? name : undefined;
}

interface Assignment {
  readonly name: AssignedName;
  /** Of the sign. */
  readonly at: number;
  readonly end: number;
}

function editValue(text: string, { name, at, end }: Assignment, mask: string): Edit | undefined {
  const from = beginOfValue(text, end);
  const isColon = text[at] === ':' || text[at] === '：';
  const percent = text[at] === '%' ? text.slice(at, end - 2) : '';
  const reach: Reach = { to: reachOf(text, name, isColon), percent };
  const masked = lengthOfMask(text, from, mask);
  if (masked > 0) {
    const to = plainEnd(text, from + masked, reach);
    return to === from + masked ? undefined : { from, to, by: mask };
  }
  const isJson = isColon && name.quote.endsWith('"');
  const value = valueAt(text, from, reach, isJson);
  if (value === undefined || !isSecret(text, value, name.text, isColon, mask)) return undefined;
  const secret = text.slice(value.from, value.to);
  const by = isColon && isCookieHeader(name.text) ? maskCookies(secret, mask) : mask;
  const quote = isJson && value.kind !== 'quoted' ? name.quote : '';
  return by === secret ? undefined : { from: value.from, to: value.to, by: quote + by + quote };
}

function isSecret(
  text: string,
  { from, to, kind }: AssignedValue,
  name: string,
  isColon: boolean,
  mask: string,
): boolean {
  if (!isOpen(text, { from, to, kind }, mask)) return false;
  const value = text.slice(from, to);
  if (kind !== 'plain') return true;
  if (isStrong(name)) return !(WORKING_DIRECTORY.test(name) && value.startsWith('/'));
  return isColon ? !isProse(value, text.slice(from, from + AHEAD)) : !isStatus(value);
}

function reachOf(text: string, { text: name, start }: AssignedName, isColon: boolean): Reach['to'] {
  const before = text[start - 1] ?? '\n';
  if (!isColon) return before === ';' && isAssignment(text, start - 1) ? 'segment' : 'word';
  const isFirst = before === '\n' || before === '\r';
  // The `\\n` of a text inside of JSON.
  const isQuoted = '"\'`'.includes(before) || /\\[rn]$/.test(text.slice(Math.max(0, start - 2), start));
  if (isCookieHeader(name)) return isFirst ? 'line' : 'quoted line';
  if (!isHeaderName(name) && !isStrong(name)) return 'word';
  return isFirst ? 'line' : isQuoted ? 'quoted line' : 'word';
}

/** Whether the segment that ends at `end` is one as well: `Server=db;`, and not the path of a URL. */
function isAssignment(text: string, end: number): boolean {
  for (let at = end - 1; at >= Math.max(0, end - BEFORE); at--) {
    if (text[at] === '=') return true;
    if (';/?\r\n'.includes(text[at] ?? ';')) return false;
  }
  return false;
}
