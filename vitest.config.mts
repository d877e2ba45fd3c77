import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Tests of the package as it is installed run against dist.
    globalSetup: ['test/support/build.ts'],
  },
});
