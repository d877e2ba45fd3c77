import type { Scrubber } from './walk.js';

/** Parameters that are shown; nobody reads more, and each costs a look at its name. */
const MAX_PARAMETERS = 100;

/** A URL's text without user-info and fragment, its parameters masked by their names. */
export function scrubUrl({ protocol, host, pathname, search }: URL, scrubber: Scrubber): string {
  return `${protocol}//${host}${pathname}${search === '' ? '' : `?${scrubQuery(search.slice(1), scrubber)}`}`;
}

function scrubQuery(query: string, scrubber: Scrubber): string {
  const pairs = query.split('&', MAX_PARAMETERS + 1);
  const shown = pairs.slice(0, MAX_PARAMETERS).map((pair) => scrubPair(pair, scrubber));
  return (pairs.length > MAX_PARAMETERS ? [...shown, '…'] : shown).join('&');
}

function scrubPair(pair: string, { isSensitive, mask }: Scrubber): string {
  const at = pair.indexOf('=');
  if (at < 0) return pair;
  const written = pair.slice(0, at);
  const name = decoded(written);
  return name === undefined || isSensitive(name) ? `${written}=${mask}` : pair;
}

/** Undefined: nobody can tell what the name means. */
function decoded(name: string): string | undefined {
  try {
    return decodeURIComponent(name.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
}
