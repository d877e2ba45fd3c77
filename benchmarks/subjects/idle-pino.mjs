import { NullStream, pinoWith } from '../support/hosts.mjs';
import { undelivering } from '../support/undelivering.mjs';

export const modules = ['pino'];

/** A second stream that does nothing. */
export const open = () => undelivering(pinoWith(new NullStream()));
