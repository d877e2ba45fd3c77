import { defineConfig } from 'vitest/config';

/** `npm run test:package`: the packed tarball, installed into empty folders from the registry. Minutes, not seconds. */
export default defineConfig({
  test: {
    include: ['test/package/**/*.test.ts'],
    globalSetup: ['test/package/pack.ts'],
    // Each layout is installed once, by the first test that needs it.
    fileParallelism: false,
    testTimeout: 240_000,
    hookTimeout: 240_000,
  },
});
