import { type AssignedValue, isOpen, valueAt, WORD } from './assigned-value.js';
import type { BuiltInDetector } from './detectors.js';
import { type Edit, matchAt, replaceEach } from './replace-each.js';
import { FLAG, LESS, QUOTE } from './traits.js';

/** `--password x`, and as a list of arguments: `"--password", "x"`. */
const ARGUMENT = /(?<![\w-])--?([a-z][\w-]{1,48})(?: {1,3}|\\*["'],\s?)(?!-)/gi;
const SQL = /\b(?:identified (?:with \w{1,40} )?(?:by|as)|password|passphrase) {1,3}(?=\\*['"])/gi;
/** An element's name without its namespace. */
const ELEMENT = /<(?:[\w.-]{1,40}:)?([a-z_][\w.-]{0,63})(?:\s[^<>]{0,200})?>/gi;
const CONTENT = /(<!\[CDATA\[)?([^<]{1,4096})<\//y;

/** Values behind the names of a command's arguments. */
export function createArgumentDetector(isSensitive: (key: string) => boolean): BuiltInDetector {
  return {
    name: 'argument',
    needs: FLAG,
    scrub(text, mask) {
      return replaceEach(text, ARGUMENT, ({ 1: name = '' }) =>
        isSensitive(name) ? editAt(text, ARGUMENT.lastIndex, mask) : undefined,
      );
    },
  };
}

/** Passwords in SQL that creates or changes users. */
export const sql: BuiltInDetector = {
  name: 'sql',
  needs: QUOTE,
  scrub(text, mask) {
    return replaceEach(text, SQL, () => editAt(text, SQL.lastIndex, mask));
  },
};

/** The texts of XML elements that are named like secrets. */
export function createElementDetector(isSensitive: (key: string) => boolean): BuiltInDetector {
  return {
    name: 'element',
    needs: LESS,
    scrub(text, mask) {
      if (!text.includes('</')) return text;
      return replaceEach(text, ELEMENT, ({ 1: name = '' }) => {
        if (!isSensitive(name)) return undefined;
        const content = matchAt(CONTENT, text, ELEMENT.lastIndex);
        if (content === undefined) return undefined;
        const from = content.index + (content[1] ?? '').length;
        return edit(text, { from, to: from + (content[2] ?? '').length, kind: 'plain' }, mask);
      });
    },
  };
}

function editAt(text: string, at: number, mask: string): Edit | undefined {
  const value = valueAt(text, at, WORD, false);
  return value && edit(text, value, mask);
}

function edit(text: string, value: AssignedValue, mask: string): Edit | undefined {
  return isOpen(text, value, mask) ? { from: value.from, to: value.to, by: mask } : undefined;
}
