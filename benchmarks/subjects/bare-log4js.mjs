import { log4jsWith } from '../support/hosts.mjs';
import { undelivering } from '../support/undelivering.mjs';

export const modules = ['log4js'];

export const open = () => undelivering(log4jsWith({}));
