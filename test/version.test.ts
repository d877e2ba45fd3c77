import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { SDK } from '../src/version.js';

it('the version on the wire is the one of package.json', () => {
  const { version } = JSON.parse(readFileSync(join(__dirname, '../package.json'), 'utf8')) as { version: string };
  expect(SDK).toEqual({ name: 'jackdaw.node', version });
});
