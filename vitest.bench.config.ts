import { defineConfig } from 'vitest/config';

/** Benchmarks are measured one at a time, by `npm run bench:<name>`, never as part of the tests. */
export default defineConfig({
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  test: {
    include: ['tests/bench/**/*.bench.ts'],
    globalSetup: ['tests/support/global-setup.ts'],
    fileParallelism: false,
    testTimeout: 600_000,
    hookTimeout: 60_000,
  },
});
