import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const root = join(__dirname, '../..');

/**
 * Compiles the package before the run where it has changed: child processes of tests load `dist`, the way users do.
 * It emits in spite of type errors; those are for `npm run types` to report.
 */
export default function build(): void {
  const built = join(root, 'dist/index.js');
  if (existsSync(built) && statSync(built).mtimeMs > newestSource()) return;
  spawnSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'], { cwd: root });
}

function newestSource(): number {
  const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' });
  return Math.max(...sources.map((file) => statSync(join(root, 'src', file)).mtimeMs));
}
