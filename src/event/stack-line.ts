/** What one line of a V8 stack text says. */
export interface StackLine {
  /** As V8 spells it (`new Foo`, `Type.method [as alias]`), without `async`; `?` where there is no name. */
  readonly function: string;
  /** A path, a URL, `node:fs` or `<anonymous>`; absent for native code and the entries of `Promise.all`. */
  readonly file?: string;
  /** 1-based. */
  readonly line?: number;
  /** 1-based. */
  readonly column?: number;
}

type Location = Omit<StackLine, 'function'> & { readonly function?: string };

/** Longer lines are minified code or data: URLs; who is called stands at their start, where at their end. */
const MAX_LINE_LENGTH = 1_024;
const UNKNOWN = '?';
const ANONYMOUS = '<anonymous>';
const EVAL = 'eval at ';
/** How a location starts: a path, a URL or drive, `<anonymous>`, `[eval]`, `native`, `index 0`, `eval at f (…)`. */
const LOCATION_START = /[./\\<[]|native\)|index |eval at |[A-Za-z][A-Za-z0-9+.-]*:/y;

/**
 * Reads one line of `error.stack`; undefined for a line that is no frame.
 *
 * Source of the forms: V8, "Stack trace API" and its call-site serializer.
 */
export function readStackLine(text: string): StackLine | undefined {
  const line = shorten(text.trim());
  if (!line.startsWith('at ')) return undefined;
  const call = line.startsWith('at async ') && line[9] !== '(' ? line.slice(9) : line.slice(3);
  if (!call.endsWith(')')) return withFunction(readLocation(call), ANONYMOUS);
  const open = locationStart(call);
  return open < 1 ? undefined : withFunction(readLocation(call.slice(open + 2, -1)), call.slice(0, open));
}

function shorten(line: string): string {
  if (line.length <= MAX_LINE_LENGTH) return line;
  return `${line.slice(0, MAX_LINE_LENGTH / 2)}…${line.slice(-MAX_LINE_LENGTH / 2)}`;
}

function withFunction(location: Location | undefined, name: string): StackLine | undefined {
  if (location === undefined) return undefined;
  if (name === ANONYMOUS) return { function: UNKNOWN, ...location };
  const known = name.endsWith(ANONYMOUS) ? name.slice(0, -ANONYMOUS.length) + UNKNOWN : name;
  return { ...location, function: known };
}

/** The ` (` before the location. Names and paths may both hold one: the first that opens what looks like a place wins. */
function locationStart(call: string): number {
  let open = call.indexOf(' (');
  let last = open;
  while (open >= 0) {
    LOCATION_START.lastIndex = open + 2;
    if (LOCATION_START.test(call)) return open;
    last = open;
    open = call.indexOf(' (', open + 2);
  }
  return last;
}

function readLocation(text: string): Location | undefined {
  const place = text.startsWith(EVAL) ? evalOrigin(text) : text;
  if (place === ANONYMOUS) return { file: place };
  if (place === 'native' || place === 'unknown source') return {};
  // Promise.all, any and allSettled say which of their promises it was; the name is V8's, before the parenthesis.
  if (/^index \d+$/.test(place)) return {};
  return place.startsWith('wasm://') ? readWasmLocation(place) : readPosition(place);
}

/** `wasm://wasm/0145fffe:wasm-function[0]:0x1e`: module, function, byte offset. */
function readWasmLocation(place: string): Location {
  const [, file = place, name] = /^(wasm:\/\/[^:]*)(?::(wasm-function\[\d+\]))?/.exec(place) ?? [];
  return name === undefined ? { file } : { file, function: name };
}

function readPosition(place: string): Location | undefined {
  const last = trailingNumber(place);
  if (last === undefined) return undefined;
  const first = trailingNumber(last.before);
  if (first === undefined) return { file: last.before, line: last.value };
  return { file: first.before, line: first.value, column: last.value };
}

function trailingNumber(text: string): { readonly before: string; readonly value: number } | undefined {
  const colon = text.lastIndexOf(':');
  const digits = text.slice(colon + 1);
  return colon < 1 || !/^\d{1,9}$/.test(digits) ? undefined : { before: text.slice(0, colon), value: Number(digits) };
}

/** Evaluated code has no file: the file is the one that called eval, `eval at f (eval at g (HERE)), <anonymous>:1:1`. */
function evalOrigin(text: string): string {
  const end = text.lastIndexOf('), ');
  let origin = end < 0 ? text : text.slice(0, end);
  while (origin.startsWith(EVAL)) {
    const open = origin.indexOf(' (');
    if (open < 0) return origin;
    origin = origin.slice(open + 2);
  }
  while (origin.endsWith(')')) origin = origin.slice(0, -1);
  return origin;
}
