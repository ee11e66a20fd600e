import { defineConfig } from 'vitest/config';

export default defineConfig({
  // Without these conditions Vite gives tests another copy of graphql than Node gives the libraries, and every
  // `instanceof GraphQLError` between the two is false: errors would be masked in tests alone.
  ssr: { resolve: { conditions: ['module-sync', 'node', 'development|production'] } },
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/databases/postgres-setup.ts'],
    // Processes rather than threads: a test that starts a server or crashes takes no other test file with it.
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 30_000,
    teardownTimeout: 10_000,
  },
});
