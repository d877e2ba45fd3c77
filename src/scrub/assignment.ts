import { type AssignedName, nameBefore, twoWords } from './assigned-name.js';
import { type AssignedValue, isOpen, lengthOfMask, plainEnd, type Reach, valueAt } from './assigned-value.js';
import { isCookieHeader, maskCookies } from './cookies.js';
import type { BuiltInDetector } from './detectors.js';
import { isHeaderName } from './named-items.js';
import { isProse, isStatus, isStrong } from './prose.js';
import { type Edit, matchAt, replaceEach } from './replace-each.js';
import { PERCENT, QUOTE, SEPARATOR } from './traits.js';

/** `=`, `:` and `=>`, percent-encoded once or more, full-width; a comma between quotes, in lists of headers. */
const SIGN = /[=:：＝]|%(?:25)*3[AD]|(?<=["']),(?=\s?\\*["'])/gi;
const REST_OF_SIGN = /[=>]{0,3}(?:[ \t]{0,8}|\+|%(?:25)*20)/iy;
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
      return replaceEach(text, SIGN, (match, done) => {
        const name = secretName(text, match, done, isSensitive);
        return name && editValue(text, { name, separator: match[0], at: match.index }, mask);
      });
    },
  };
}

/** The secret's name before a separator. */
function secretName(
  text: string,
  { 0: separator, index }: RegExpExecArray,
  done: number,
  isSensitive: (key: string) => boolean,
): AssignedName | undefined {
  if (separator === ':' && (text[index + 1] === ':' || text[index - 1] === ':' || text.startsWith('//', index + 1))) {
    return undefined;
  }
  const name = nameBefore(text, index, done);
  if (name === undefined || (separator === ',' && (name.quote === '' || !isHeaderName(name.text)))) return undefined;
  if (isSensitive(name.text)) return name;
  const words = SECOND_WORD.test(name.text) ? twoWords(text, name) : undefined;
  return words !== undefined && isSensitive(words[1]) && !isSensitive(words[0]) ? name : undefined;
}

interface Assignment {
  readonly name: AssignedName;
  readonly separator: string;
  readonly at: number;
}

function editValue(text: string, assignment: Assignment, mask: string): Edit | undefined {
  const { name, separator, at } = assignment;
  const behind = at + separator.length;
  const from = behind + (matchAt(REST_OF_SIGN, text, behind)?.[0].length ?? 0);
  const isColon = separator === ':' || separator === '：';
  const reach = reachOf(text, name, isColon);
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

function reachOf(text: string, { text: name, start }: AssignedName, isColon: boolean): Reach {
  const before = text[start - 1] ?? '\n';
  if (isColon) {
    if (isCookieHeader(name)) return 'line';
    const isFirst = '\r\n"\'`'.includes(before) || /\\[rn]$/.test(text.slice(Math.max(0, start - 2), start));
    return isFirst && (isHeaderName(name) || isStrong(name)) ? 'line' : 'word';
  }
  const isSegment = before === ';' && /=[^;/?\r\n]*$/.test(text.slice(Math.max(0, start - BEFORE), start - 1));
  return isSegment ? 'segment' : 'word';
}
