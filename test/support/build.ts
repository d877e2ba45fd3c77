import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/**
 * Compiles the package once per run: child processes of tests load `dist`, the way users do.
 * It emits in spite of type errors; those are for `npm run types` to report.
 */
export default function build(): void {
  const root = join(__dirname, '../..');
  spawnSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'], { cwd: root });
}
