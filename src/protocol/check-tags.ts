import { checkText, isLonger } from './check-value.js';
import type { Report } from './finding.js';
import { asObject } from './json-object.js';
import { itemPath, memberPath } from './json-path.js';

/** In characters. */
const MAX_KEY = 200;
const MAX_VALUE = 200;
/** Spaces become dashes: that loses nothing. */
const KEY = /^[\w.: -]+$/;

/** Tags, as an object or as a list of pairs. */
export function checkTags(value: unknown, report: Report): void {
  if (value === undefined || value === null) return;
  const tags = asObject(value);
  if (tags !== undefined) {
    for (const [key, text] of Object.entries(tags)) checkTag(key, text, memberPath('tags', key), report);
  } else if (Array.isArray(value)) {
    for (const [index, pair] of value.entries()) checkPair(pair, itemPath('tags', index), report);
  } else report('drop', 'tags', 'is neither an object nor a list of pairs');
}

function checkPair(pair: unknown, path: string, report: Report): void {
  if (Array.isArray(pair) && pair.length === 2 && typeof pair[0] === 'string') checkTag(pair[0], pair[1], path, report);
  else report('drop', path, 'is no pair of a key and a value');
}

function checkTag(key: string, value: unknown, path: string, report: Report): void {
  if (isLonger(key, MAX_KEY)) report('drop', path, `has a key longer than ${MAX_KEY} characters`);
  else if (!KEY.test(key)) report('drop', path, 'has a key with characters other than letters, digits, _ . : and -');
  if (typeof value === 'number' || typeof value === 'boolean') report('refuse', path, 'is no text');
  else if (checkText(value, path, MAX_VALUE, report) && value.includes('\n')) report('drop', path, 'has a line end');
}
