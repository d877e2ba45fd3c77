import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

it("passes winston's own suite for transports, and the process ends by itself", async () => {
  const file = join(__dirname, 'winston-conformance.cjs');
  const { stdout } = await promisify(execFile)(process.execPath, ['--test', '--test-reporter=tap', file]);
  const count = (what: string): number => Number(new RegExp(`^# ${what} (\\d+)$`, 'm').exec(stdout)?.[1]);
  expect(count('tests')).toBe(4);
  expect(count('pass')).toBe(4);
});
