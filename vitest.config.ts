import { configDefaults, defineConfig } from 'vitest/config';

/** Suites that open no socket: `test/support/no-sockets.ts` holds them to it. */
const UNIT = [
  'test/{bench,core,telemetry}/**/*.test.ts',
  'test/config/{allowed-origins,catalogue,document-address,env,providers-file}.test.ts',
  'test/contract/{load-knowledge,sdk-types}.test.ts',
  'test/lib/**/*.test.ts',
  'test/project/{documents,lock-file,one-graphql,readme}.test.ts',
  'test/providers/shared/batch/{jsonl,limits,spool-file}.test.ts',
  'test/providers/shared/call/{event-stream-decoder,read-json,refusal-text,retry-after,vendor-error}.test.ts',
  'test/providers/shared/reading/**/*.test.ts',
  'test/providers/text/*/{descriptor,to-pacific-midnight-ms}.test.ts',
  'test/providers/text/anthropic/map-error.test.ts',
  'test/providers/text/*/request/convert-*.test.ts',
  'test/providers/text/anthropic/{request,response}/**/*.test.ts',
  'test/providers/text/demo/**/*.test.ts',
  'test/providers/text/gemini/response/**/*.test.ts',
  'test/providers/text/openai-compatible/**/*.test.ts',
  'test/registry/{text-provider-registry,validate-catalogue}.test.ts',
  'test/schema/{contract,descriptions}.test.ts',
  'test/scripts/{compare-catalogue,reasoning-table,release-changelog,scrub}.test.ts',
  'test/server/{answer-type,client-address,document-cache}.test.ts',
  'test/server/playground/browser/{read-operation-message,transcript-state,keep-active-tab}.test.ts',
  'test/server/compiled/selection-plan.test.ts',
  'test/server/websocket/text-frame.test.ts',
  'test/services/batches/{batch-shutdown,batch-updates,intake/split-batch}.test.ts',
  'test/services/generations/{events,run}/**/*.test.ts',
  'test/services/generations/nodes/{node-keeper,remote-races}.test.ts',
  'test/services/generations/{generation-cache,generation-races}.test.ts',
  'test/services/media/resolve-media.test.ts',
  'test/services/output/**/*.test.ts',
  'test/services/{pricing,providers}/**/*.test.ts',
];

const BROWSER = 'test/**/*.browser.test.ts';

export default defineConfig({
  // Without these conditions Vite gives tests another copy of graphql than Node gives the libraries, and every
  // `instanceof GraphQLError` between the two is false: errors would be masked in tests alone.
  ssr: { resolve: { conditions: ['module-sync', 'node', 'development|production'] } },
  test: {
    // Two processes share the suites. What they share in memory is the code alone: every test opens what it needs and
    // closes it.
    pool: 'forks',
    maxWorkers: 2,
    isolate: false,
    // What has to happen happens; on a machine that is busy with something else it takes its time.
    testTimeout: 90_000,
    hookTimeout: 90_000,
    teardownTimeout: 30_000,
    projects: [
      {
        extends: true,
        test: { name: 'unit', include: UNIT, setupFiles: ['test/support/no-sockets.ts'] },
      },
      {
        extends: true,
        test: {
          name: 'server',
          include: ['test/**/*.test.ts'],
          // Packages bring tests of their own, and the second reader has a folder of packages under test/.
          exclude: [...configDefaults.exclude, ...UNIT, BROWSER],
          globalSetup: ['test/support/databases/postgres-setup.ts'],
        },
      },
      { extends: true, test: { name: 'browser', include: [BROWSER] } },
    ],
  },
});
