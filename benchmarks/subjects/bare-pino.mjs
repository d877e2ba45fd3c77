import { pinoWith } from '../support/hosts.mjs';
import { undelivering } from '../support/undelivering.mjs';

export const modules = ['pino'];

export const open = () => undelivering(pinoWith());
