import { asError } from '../transport/as-error.js';
import { parseProxy } from '../transport/proxy.js';
import { type Check, expected } from './checks.js';
import type { ConfigProblem } from './config-error.js';
import type { ClientOptions } from './options.js';

type NetworkOption = 'tunnel' | 'proxy' | 'ca' | 'dispatcher' | 'spotlight';

/** Where requests may go. Its user and password would be dropped, or shown. */
export const webUrl: Check = (value) => {
  const url = typeof value === 'string' && URL.canParse(value) ? new URL(value) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol))
    return expected('an http:// or https:// URL', value);
  return url.username === '' && url.password === '' ? undefined : 'must hold no user and no password';
};

/** The value is never shown: it may hold a password. */
export const proxyUrl: Check = (value) => {
  if (typeof value !== 'string') return expected("'env' or the URL of a proxy", value);
  try {
    parseProxy(value);
    return undefined;
  } catch (error) {
    return asError(error).message;
  }
};

const ca: Check = (value) => {
  const list: readonly unknown[] = [value].flat();
  const wrong = list.filter((one) => typeof one !== 'string' && !(one instanceof Uint8Array));
  return wrong.length === 0 && list.length > 0
    ? undefined
    : expected(
        'certificates in PEM form or paths of files with them, one or a list',
        wrong.length === 1 ? wrong[0] : value,
      );
};

/** What is wrong with an option that says how requests travel. */
export const NETWORK_CHECKS: { readonly [option in NetworkOption]: Check } = {
  tunnel: webUrl,
  proxy: (value) => (value === 'env' ? undefined : proxyUrl(value)),
  ca,
  dispatcher: (value) =>
    typeof (value as ClientOptions['dispatcher'] | null)?.dispatch === 'function'
      ? undefined
      : expected('a dispatcher of undici', value),
  spotlight: (value) => (typeof value === 'boolean' ? undefined : webUrl(value)),
};

/** A dispatcher makes the connections: what else is said about them would be ignored. */
export function networkConflicts(options: Readonly<Record<string, unknown>>): ConfigProblem[] {
  if (options['dispatcher'] === undefined) return [];
  return ['proxy', 'ca']
    .filter((option) => options[option] !== undefined)
    .map((option) => ({ option, problem: 'cannot stand beside dispatcher, which makes the connections' }));
}
