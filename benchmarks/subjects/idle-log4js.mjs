import { log4jsWith } from '../support/hosts.mjs';
import { undelivering } from '../support/undelivering.mjs';

export const modules = ['log4js'];

/** A second appender that does nothing. */
export const open = () => undelivering(log4jsWith({ idle: { type: { configure: () => () => {} } } }));
