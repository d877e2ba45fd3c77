import { configDefaults, defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // They install from the registry: npm run test:package, npm run test:wild.
    exclude: [...configDefaults.exclude, 'test/package/**', 'test/wild/**'],
    // Tests of the package as it is installed run against dist.
    globalSetup: ['test/support/build.ts'],
    // Enough for a machine that is busy with other things; nothing waits for as long as this.
    testTimeout: 20_000,
    hookTimeout: 20_000,
  },
});
