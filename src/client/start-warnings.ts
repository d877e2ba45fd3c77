import { routeOf } from '../transport/route.js';
import { Diagnostics } from './diagnostics.js';
import type { Settings } from './settings.js';

/** What is no error, but not what the user can have meant. */
export function warnAtStart(settings: Settings, env: NodeJS.ProcessEnv): void {
  const diagnostics = new Diagnostics(settings.options, settings.debug, () => {});
  const { dsn, unknownParams, spotlight, transport } = settings;
  if (unknownParams.length > 0) {
    diagnostics.warn('JACKDAW_DSN_PARAMETER', `the DSN has parameters that are no option: ${unknownParams.join(', ')}`);
  }
  if (dsn === undefined) {
    const hint = 'spotlight gets copies of what is sent, but there is no DSN: give the one of your local inbox';
    if (spotlight !== undefined) diagnostics.warn('JACKDAW_SPOTLIGHT', hint);
    return;
  }
  const { url, proxy } = routeOf({ dsn, options: transport });
  const usesTls = transport.dispatcher === undefined && `${url} ${proxy?.url}`.includes('https:');
  if (usesTls && env['NODE_TLS_REJECT_UNAUTHORIZED'] === '0') {
    const advice = 'jackdaw verifies certificates nonetheless; name an authority of your own by the option ca';
    diagnostics.warn('JACKDAW_TLS_ENVIRONMENT', `NODE_TLS_REJECT_UNAUTHORIZED=0 is set: ${advice}`);
  }
}
