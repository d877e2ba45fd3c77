import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type Dsn, envelopeUrl } from '../protocol/dsn.js';
import { asError } from '../transport/as-error.js';
import { type ProxyServer, parseProxy, proxyVariable } from '../transport/proxy.js';
import type { TransportOptions } from '../transport/transport.js';
import { proxyUrl, webUrl } from './check-network.js';
import type { ConfigProblem } from './config-error.js';
import { given, isTrue } from './environment.js';
import type { ClientOptions } from './options.js';

/** How requests travel. */
export type Network = Pick<TransportOptions, 'tunnel' | 'proxy' | 'ca' | 'dispatcher'>;

const PEM = '-----BEGIN';

/** Only for options that are valid each by itself; what the environment and the disk hold is checked here. */
export function resolveNetwork(
  options: ClientOptions,
  dsn: Dsn,
  env: NodeJS.ProcessEnv,
  problems: ConfigProblem[],
): Network {
  const { tunnel, dispatcher } = options;
  const proxy = resolveProxy(options.proxy, new URL(tunnel ?? envelopeUrl(dsn)), env, problems);
  return { tunnel, dispatcher, proxy, ca: readAuthorities(options.ca, problems) };
}

function resolveProxy(
  option: string | undefined,
  target: URL,
  env: NodeJS.ProcessEnv,
  problems: ConfigProblem[],
): ProxyServer | undefined {
  if (option !== 'env') return option === undefined ? undefined : parseProxy(option);
  const variable = proxyVariable(target, env);
  if (variable === undefined) return undefined;
  const problem = proxyUrl(variable.value);
  if (problem === undefined) return parseProxy(variable.value);
  problems.push({ option: variable.name, problem });
  return undefined;
}

/** As texts, which can be cloned into another thread. */
function readAuthorities(option: ClientOptions['ca'], problems: ConfigProblem[]): readonly string[] | undefined {
  if (option === undefined) return undefined;
  try {
    return [option].flat().map((one) => checked(textOf(one)));
  } catch (error) {
    problems.push({ option: 'ca', problem: asError(error).message });
    return undefined;
  }
}

/** @throws Error that follows the name of the option */
function textOf(authority: string | Uint8Array): string {
  if (typeof authority !== 'string') return Buffer.from(authority).toString();
  if (authority.includes(PEM)) return authority;
  try {
    return readFileSync(authority, 'utf8');
  } catch (error) {
    throw new Error(`names a file that cannot be read: ${(error as NodeJS.ErrnoException).code}`);
  }
}

/** @throws Error where there is no certificate: Node would ignore the text, and trust nobody */
function checked(pem: string): string {
  try {
    new X509Certificate(pem);
    return pem;
  } catch {
    throw new Error('must hold certificates in PEM form');
  }
}

/** Where Spotlight listens (https://spotlightjs.com). */
const SPOTLIGHT_URL = 'http://localhost:8969/stream';

/**
 * The URL that gets copies; undefined: none does. `true` asks for the URL of the environment, if there is one (Sentry SDK
 * docs, "Spotlight").
 */
export function resolveSpotlight(
  option: boolean | string | undefined,
  env: NodeJS.ProcessEnv,
  problems: ConfigProblem[],
): string | undefined {
  if (typeof option === 'string') return option;
  const text = given(env['SENTRY_SPOTLIGHT']);
  const isOn = option ?? isTrue(text) ?? text !== undefined;
  if (!isOn) return undefined;
  if (text === undefined || isTrue(text) !== undefined) return SPOTLIGHT_URL;
  const problem = webUrl(text);
  if (problem !== undefined) problems.push({ option: 'SENTRY_SPOTLIGHT', problem });
  return text;
}
