import type { KeptBreadcrumb } from './build-breadcrumb.js';

/** Of two requests it differs whatever else is the same. */
const DURATION = 'duration_ms';

type Fields = Readonly<Record<string, unknown>>;

/**
 * Whether the two say the same: category, level, type, message and data, but for the duration of a request. It runs for
 * every breadcrumb: what is cheap and mostly differs is compared first.
 */
export function isRepeated(last: KeptBreadcrumb, next: KeptBreadcrumb): boolean {
  if (last.level !== next.level || last.type !== next.type) return false;
  if (next.readLater !== undefined) return last.readLater !== undefined && next.readLater.repeats(last.readLater);
  if (last.readLater !== undefined || last.message?.length !== next.message?.length) return false;
  const but = next.type === 'http' ? DURATION : undefined;
  return isSame(last.data, next.data, but) && last.message === next.message && last.category === next.category;
}

/** Of what a breadcrumb keeps: primitives, and plain copies of bounded size. `but`: a field that may differ. */
function isSame(one: unknown, other: unknown, but?: string): boolean {
  if (Object.is(one, other)) return true;
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false;
  return isWithin(one as Fields, other as Fields, but);
}

function isWithin(one: Fields, other: Fields, but: string | undefined): boolean {
  let more = 0;
  for (const key in one) {
    const value = other[key];
    if (one[key] !== value && key !== but && !isSame(one[key], value)) return false;
    if (value === undefined && !Object.hasOwn(other, key)) return false;
    more -= 1;
  }
  for (const _key in other) more += 1;
  return more === 0;
}
