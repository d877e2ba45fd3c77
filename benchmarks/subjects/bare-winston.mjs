import { winstonWith } from '../support/hosts.mjs';
import { undelivering } from '../support/undelivering.mjs';

export const modules = ['winston'];

export const open = () => undelivering(winstonWith());
