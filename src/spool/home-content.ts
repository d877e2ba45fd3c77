import type { Dirent } from 'node:fs';
import { join } from 'node:path';
import { isHomeName } from './home.js';

const SEGMENT = /^\d{20}\.seg$/;
const ACKS = /^\d{20}\.ack$/;

/** What the directory of an owner holds, as paths. */
export interface HomeContent {
  /** Without `.seg`, the oldest first. */
  readonly segments: readonly string[];
  /** Files of acks whose segment is gone. */
  readonly strayAcks: readonly string[];
  /** Directories of others that it adopted, as a whole. */
  readonly homes: readonly string[];
}

/** Tells what is ours from what is not. */
export function sortContent(path: string, entries: readonly Dirent[]): HomeContent {
  const names = entries.map(({ name }) => name);
  const isStray = (name: string): boolean => ACKS.test(name) && !names.includes(name.replace('.ack', '.seg'));
  const segments = names.filter((name) => SEGMENT.test(name)).sort();
  return {
    segments: segments.map((name) => join(path, name.slice(0, -'.seg'.length))),
    strayAcks: names.filter(isStray).map((name) => join(path, name)),
    homes: entries.filter(isHome).map(({ name }) => join(path, name)),
  };
}

/** Whether it is the directory of an owner; a link is none. */
export function isHome(entry: Dirent): boolean {
  return entry.isDirectory() && isHomeName(entry.name);
}
