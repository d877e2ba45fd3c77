import { checkSize, jsonBytes } from './check-value.js';
import type { Report } from './finding.js';
import { asObject, type JsonObject } from './json-object.js';
import { itemPath, memberPath } from './json-path.js';

/** In bytes of JSON. */
const MAX_EXTRA_VALUE = 16 * 1024;
const MAX_EXTRA = 256 * 1024;
const MAX_CONTEXT = 8 * 1024;
const MAX_BODY = 8 * 1024;
const MAX_MODULES = 8 * 1024;
/** Containers inside containers. */
const MAX_DEPTH = 7;

const TRACE_IDS: readonly (readonly [field: string, id: RegExp, reason: string])[] = [
  ['trace_id', /^[0-9a-f]{32}$/, 'is not 32 hex digits'],
  ['span_id', /^[0-9a-f]{16}$/, 'is not 16 hex digits'],
];

/** The fields that hold data of the application's. */
export function checkData(event: JsonObject, report: Report): void {
  const { user, request, extra, contexts, modules, fingerprint, sdk } = event;
  objectAt(user, 'user', report);
  const body = objectAt(request, 'request', report)?.['data'];
  if (body !== undefined) checkSize(body, 'request.data', MAX_BODY, MAX_DEPTH, report);
  checkExtra(objectAt(extra, 'extra', report), report);
  checkContexts(objectAt(contexts, 'contexts', report), report);
  checkModules(objectAt(modules, 'modules', report), report);
  checkFingerprint(fingerprint, report);
  const { name, version } = objectAt(sdk, 'sdk', report) ?? { name: '', version: '' };
  if (typeof name !== 'string' || typeof version !== 'string') report('drop', 'sdk', 'has no name or no version');
}

/** Undefined: there is none. */
function objectAt(value: unknown, path: string, report: Report): JsonObject | undefined {
  if (value === undefined || value === null) return undefined;
  const object = asObject(value);
  if (object === undefined) report('drop', path, 'is no object');
  return object;
}

function checkExtra(extra: JsonObject | undefined, report: Report): void {
  if (extra === undefined) return;
  if (jsonBytes(extra) > MAX_EXTRA) report('cut', 'extra', `is larger than ${MAX_EXTRA / 1024} KiB`);
  for (const [key, value] of Object.entries(extra)) {
    checkSize(value, memberPath('extra', key), MAX_EXTRA_VALUE, MAX_DEPTH, report);
  }
}

function checkContexts(contexts: JsonObject | undefined, report: Report): void {
  for (const [key, value] of Object.entries(contexts ?? {})) {
    const path = memberPath('contexts', key);
    const context = objectAt(value, path, report);
    if (context === undefined) continue;
    checkSize(context, path, MAX_CONTEXT, MAX_DEPTH, report);
    if (key === 'trace') checkTrace(context, report);
  }
}

function checkTrace(trace: JsonObject, report: Report): void {
  for (const [field, pattern, reason] of TRACE_IDS) {
    const id = trace[field];
    if (id === undefined) report('drop', 'contexts.trace', `has no ${field}`);
    else if (typeof id !== 'string' || !pattern.test(id.toLowerCase()))
      report('drop', `contexts.trace.${field}`, reason);
  }
}

function checkModules(modules: JsonObject | undefined, report: Report): void {
  if (modules === undefined) return;
  if (jsonBytes(modules) > MAX_MODULES) report('cut', 'modules', `is larger than ${MAX_MODULES / 1024} KiB`);
  for (const [name, version] of Object.entries(modules)) {
    if (typeof version !== 'string') report('drop', memberPath('modules', name), 'is no text');
  }
}

function checkFingerprint(fingerprint: unknown, report: Report): void {
  if (fingerprint === undefined || fingerprint === null) return;
  if (!Array.isArray(fingerprint)) report('drop', 'fingerprint', 'is no list');
  else {
    for (const [index, part] of fingerprint.entries()) {
      if (typeof part !== 'string') report('drop', itemPath('fingerprint', index), 'is no text');
    }
  }
}
