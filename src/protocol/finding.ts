/** What becomes of something that breaks a rule; `refuse`: the event is lost with it; `fill in`: it is missing. */
export type Effect = 'refuse' | 'drop' | 'cut' | 'replace' | 'fill in';

/** A rule that an event breaks. */
export interface Finding {
  /** Where: `tags["a b"]`; empty: the event itself. */
  readonly path: string;
  /** What the strictest servers do about it. */
  readonly effect: Effect;
  /** Goes on after "which": `is longer than 64 characters`. */
  readonly reason: string;
}

/** Takes down a finding. */
export type Report = (effect: Effect, path: string, reason: string) => void;

/** A finding in words, to go on after "a server would": `cut logger, which is longer than 64 characters`. */
export function describeFinding({ path, effect, reason }: Finding): string {
  if (path === '') return `${effect} the event, which ${reason}`;
  return `${effect} ${effect === 'refuse' ? 'the event for ' : ''}${path}, which ${reason}`;
}
