import { walk } from '../support/regex-walker.mjs';
import { open as openJackdaw } from './jackdaw-winston.mjs';
import { transport } from './jackdaw-winston-discarding.mjs';

export { modules } from './jackdaw-winston.mjs';

export const open = ({ dsn }) => openJackdaw({ dsn, transport, scrub: false, beforeSend: walk });
