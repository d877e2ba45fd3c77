import { checkLevel, checkSize, checkText, checkTime, listAt } from './check-value.js';
import type { Report } from './finding.js';
import { asObject } from './json-object.js';
import { itemPath } from './json-path.js';

/** In characters. */
const MAX_NAME = 128;
const MAX_TEXT = 8_192;
/** In bytes of JSON, and in containers inside containers. */
const MAX_DATA_BYTES = 2 * 1024;
const MAX_DATA_DEPTH = 5;

/** What happened before an event. */
export function checkBreadcrumbs(value: unknown, report: Report): void {
  for (const [index, item] of listAt(value, 'breadcrumbs', report).entries()) {
    const path = itemPath('breadcrumbs', index);
    const breadcrumb = asObject(item);
    if (breadcrumb === undefined) {
      report('drop', path, 'is no object');
      continue;
    }
    const { timestamp, type, category, message, level, data } = breadcrumb;
    checkText(type, `${path}.type`, MAX_NAME, report);
    checkText(category, `${path}.category`, MAX_NAME, report);
    checkText(message, `${path}.message`, MAX_TEXT, report);
    checkLevel(level, `${path}.level`, report);
    checkTime(timestamp, `${path}.timestamp`, report);
    if (data === undefined || data === null) continue;
    if (asObject(data) === undefined) report('drop', `${path}.data`, 'is no object');
    else checkSize(data, `${path}.data`, MAX_DATA_BYTES, MAX_DATA_DEPTH, report);
  }
}
