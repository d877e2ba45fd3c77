import { createRequire } from 'node:module';
import { createLeastPossible } from '../support/least-possible.mjs';

const require = createRequire(import.meta.url);

export const modules = ['undici'];

export const open = ({ dsn }) => createLeastPossible(dsn, require('undici'));
