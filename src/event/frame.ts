import type { StackLine } from './stack-line.js';

/** One call of a stack, as the wire spells it (Sentry SDK docs, "Stack Trace Interface"). */
export interface Frame {
  /** Relative to the app's root where it lies below it, else as the stack has it. */
  filename?: string;
  /** The whole path; left out where it equals `filename`. */
  abs_path?: string;
  function: string;
  /** `pkg.sub:file` inside node_modules, `sub:file` below the root, else `file`. */
  module?: string;
  /** 1-based. */
  lineno?: number;
  /** 1-based. */
  colno?: number;
  /** Whether it is the app's own code: what groups and titles an issue. */
  in_app: boolean;
}

/** What is the app's own code. Entries are package names (`@acme/lib`, `@acme`) or paths, absolute or below the root. */
export interface FrameRules {
  /** Own code although it lies in node_modules. */
  readonly inAppInclude: readonly string[];
  /** Not own code; wins over `inAppInclude`. */
  readonly inAppExclude: readonly string[];
  /** Absolute path of the directory of the main script, else the working directory. */
  readonly root: string;
}

const PACKAGES = '/node_modules/';
/** A file is on disk or bundled if it has an absolute or dotted path, a drive or a URL; `node:fs` and `[eval]` have none. */
const HAS_PLACE = /^(?:[/.]|[A-Za-z]:\/|[A-Za-z][A-Za-z0-9.+-]*:\/\/)/;

/** The frame a line stands for. */
export function toFrame(line: StackLine, rules: FrameRules): Frame {
  const frame: Frame = { function: line.function, in_app: false };
  if (line.file === undefined) return frame;
  const path = toPath(line.file);
  const root = slashed(rules.root).replace(/\/$/, '');
  const filename = root !== '' && path.startsWith(`${root}/`) ? path.slice(root.length + 1) : path;
  frame.filename = filename;
  if (filename !== path) frame.abs_path = path;
  if (!path.startsWith('<')) frame.module = moduleName(path, filename);
  if (line.line !== undefined) frame.lineno = line.line;
  if (line.column !== undefined) frame.colno = line.column;
  frame.in_app = isInApp(path, filename, rules);
  return frame;
}

/** The whole path of a frame's file. */
export function framePath(frame: Frame): string | undefined {
  return frame.abs_path ?? frame.filename;
}

function toPath(file: string): string {
  if (file.startsWith('file://')) return fromFileUrl(file);
  // A data: URL holds the code itself, which nobody asked to send.
  if (file.startsWith('data:')) return `<${file.slice(0, 100).split(',', 1)[0]}>`;
  return slashed(file);
}

/** Only Windows paths are turned: elsewhere a backslash is a letter like any other. */
function slashed(path: string): string {
  return /^(?:[A-Za-z]:\\|\\\\)/.test(path) ? path.replaceAll('\\', '/') : path;
}

/** Without query and fragment, which loaders change at will (`?update=17`) and which would split the issue. */
function fromFileUrl(url: string): string {
  const encoded = url.slice('file://'.length).split(/[?#]/, 1)[0] ?? '';
  const path = encoded.startsWith('/') ? encoded.replace(/^\/(?=[A-Za-z]:\/)/, '') : `//${encoded}`;
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

function moduleName(path: string, filename: string): string {
  const inside = insidePackages(path);
  const isBelowRoot = filename !== path;
  const name = inside ?? (isBelowRoot ? filename : path.slice(path.lastIndexOf('/') + 1));
  const slash = name.lastIndexOf('/');
  const file = name.slice(slash + 1).replace(/\.[mc]?js$/, '');
  return slash < 0 ? file : `${name.slice(0, slash).replaceAll('/', '.')}:${file}`;
}

/** What follows the last node_modules/, which starts with the package's name. */
function insidePackages(path: string): string | undefined {
  const start = path.lastIndexOf(PACKAGES);
  return start < 0 ? undefined : path.slice(start + PACKAGES.length);
}

function isInApp(path: string, filename: string, rules: FrameRules): boolean {
  const names = [path, filename, insidePackages(path) ?? path];
  if (rules.inAppExclude.some((entry) => covers(entry, names))) return false;
  if (rules.inAppInclude.some((entry) => covers(entry, names))) return true;
  return HAS_PLACE.test(path) && !path.includes(PACKAGES);
}

function covers(entry: string, names: readonly string[]): boolean {
  const prefix = slashed(entry).replace(/\/$/, '');
  return prefix !== '' && names.some((name) => name === prefix || name.startsWith(`${prefix}/`));
}
