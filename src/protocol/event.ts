/**
 * The event payload as the wire knows it: what processors and `beforeSend` see and may change.
 *
 * Source: Sentry SDK docs, "Event Payloads". Only the fields jackdaw writes are named; others pass through.
 */
export interface ErrorEvent {
  /** 32 lower-case hex digits. */
  event_id: string;
  /** Seconds since the epoch, fractions allowed. */
  timestamp: number;
  platform: 'node';
  level?: EventLevel;
  logger?: string;
  /** The route or task that was running. */
  transaction?: string;
  server_name?: string;
  release?: string;
  dist?: string;
  environment?: string;
  /** Values are strings of at most 200 characters. */
  tags?: Record<string, string>;
  extra?: Record<string, unknown>;
  contexts?: Record<string, Record<string, unknown>>;
  modules?: Record<string, string>;
  fingerprint?: string[];
  user?: User;
  request?: RequestFields;
  breadcrumbs?: { values: Breadcrumb[] };
  exception?: { values: ExceptionValue[] };
  /** The stack of an event without an error. */
  threads?: { values: Thread[] };
  /** By which files of the stacks a server finds their source maps. */
  debug_meta?: { images: DebugImage[] };
  /** `message` is the template, `formatted` the final text. */
  logentry?: { formatted?: string; message?: string; params?: unknown[] };
  sdk?: Record<string, unknown>;
  [field: string]: unknown;
}

export type EventLevel = 'fatal' | 'error' | 'warning' | 'info' | 'debug';

/** Who was affected. Any further keys are shown as data. */
export interface User {
  id?: string | number;
  username?: string;
  email?: string;
  ip_address?: string;
  [field: string]: unknown;
}

/** The HTTP request that was being served. */
export interface RequestFields {
  method?: string;
  /** Without the query string. */
  url?: string;
  query_string?: unknown;
  headers?: unknown;
  cookies?: unknown;
  data?: unknown;
  env?: unknown;
}

/** Something that happened before the event. */
export interface Breadcrumb {
  /** Seconds since the epoch; default: now. */
  timestamp?: number;
  type?: string;
  /** Dotted; for log records the logger's name. */
  category?: string;
  message?: string;
  level?: EventLevel;
  data?: Record<string, unknown>;
}

/** One error of the chain. */
export interface ExceptionValue {
  type?: string;
  value?: string;
  module?: string;
  mechanism?: Record<string, unknown>;
  stacktrace?: { frames: StackFrame[] };
}

/** Where an event without an error comes from. */
interface Thread {
  current?: boolean;
  crashed?: boolean;
  stacktrace?: { frames: StackFrame[] };
}

/** A bundled file and its debug id, a UUID. */
interface DebugImage {
  type: 'sourcemap';
  code_file: string;
  debug_id: string;
}

/** One call of a stack, oldest first in its list. */
export interface StackFrame {
  filename?: string;
  abs_path?: string;
  function?: string;
  module?: string;
  lineno?: number;
  colno?: number;
  in_app?: boolean;
  pre_context?: string[];
  context_line?: string;
  post_context?: string[];
  vars?: Record<string, unknown>;
}
