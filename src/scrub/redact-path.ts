/** `*`, or the name of a key. */
export interface PathPart {
  readonly key: string;
  readonly isWildcard: boolean;
}

/** `.name` (without the dot in front of a path), `*`, `[0]`, `[*]`, `["any text"]`. */
const PART =
  /(?:(?<dot>\.)?(?<name>\*|[\p{ID_Start}$_][\p{ID_Continue}$]*)|\[(?:(?<index>\*|0|[1-9]\d{0,9})|(?<quote>["'`])(?<text>[^"'`[\]\\*;\r\n\u2028\u2029]{1,200})\k<quote>)\])/uy;
/** fast-redact's own sign for a wildcard. */
const RESERVED = '〇';

/**
 * The parts of a path; undefined where it is none.
 *
 * Narrower than fast-redact, whose check runs the path as code: whatever passes here is names, numbers and quoted texts.
 */
export function parsePath(path: unknown): readonly PathPart[] | undefined {
  if (typeof path !== 'string' || path === '' || path.includes(RESERVED)) return undefined;
  const parts: PathPart[] = [];
  for (let at = 0; at < path.length; ) {
    PART.lastIndex = at;
    const { dot, name, index, text = '' } = PART.exec(path)?.groups ?? {};
    if (PART.lastIndex === 0 || (name !== undefined && (dot === undefined) !== (at === 0))) return undefined;
    const key = name ?? index ?? text;
    parts.push({ key, isWildcard: key === '*' });
    at = PART.lastIndex;
  }
  return parts;
}

/** Whether a text is a path of `redact`. */
export function isPath(path: unknown): path is string {
  return parsePath(path) !== undefined;
}

/** The parts as a path that means the same to fast-redact, whatever their keys are. */
export function writePath(parts: readonly PathPart[]): string {
  return parts.map(({ key, isWildcard }) => (isWildcard ? '[*]' : `["${key}"]`)).join('');
}
