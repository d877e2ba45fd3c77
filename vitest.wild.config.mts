import { defineConfig } from 'vitest/config';

/** `npm run test:wild`: errors of real libraries, which are installed from the registry for this alone. */
export default defineConfig({ test: { include: ['test/wild/**/*.test.ts'], testTimeout: 20_000 } });
