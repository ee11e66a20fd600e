import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createRandom } from '../../bench/create-random.ts';
import { endedBatch, readItems, requestsOf, submitted } from './batch-requests.ts';
import { ANSWER_TOKENS, startBatchFileVendor } from './batch-file-vendor.ts';
import { temporaryFolder } from './temporary-folder.ts';

const PROGRAM = fileURLToPath(new URL('batch-server.ts', import.meta.url));

export interface KillOptions {
  /** The same kills for the same seed, as far as the machine allows. */
  readonly seed: number;
  readonly kills: number;
  readonly itemsPerBatch: number;
  /** PostgreSQL; null: SQLite in a folder of its own. */
  readonly databaseUrl: string | null;
}

export interface KillReport {
  readonly kills: number;
  readonly batches: number;
  /** Batches at the vendor beyond one for each of ours. */
  readonly doubled: number;
  /** Items whose result is missing, or is not their own. */
  readonly wrongItems: number;
  /** Batches whose counts or sums of tokens are not exactly those of their items. */
  readonly wrongSums: number;
}

interface Server {
  readonly child: ChildProcess;
  /** Rejects when it ends before it listens. */
  readonly url: Promise<string>;
  readonly exited: Promise<unknown>;
}

const startServer = (environment: Readonly<Record<string, string>>, folder: string): Server => {
  const child = fork(PROGRAM, {
    cwd: folder,
    env: { PATH: process.env['PATH'], PORT: '0', ...environment },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const exited = once(child, 'exit');
  const { promise: url, resolve, reject } = Promise.withResolvers<string>();
  child.on('message', (message: { readonly url: string }) => resolve(message.url));
  void exited.then(() => reject(new Error('the server was killed before it was ready')));
  // Whoever kills it before it is ready does not ask for its address.
  url.catch(() => undefined);
  return { child, url, exited };
};

/** Kills servers at random moments while they work on batches, starts them again, and counts what came of the batches. */
export const killBatches = async (options: KillOptions): Promise<KillReport> => {
  const random = createRandom(options.seed);
  await using folder = temporaryFolder();
  await using vendor = await startBatchFileVendor({ random, delayMs: 25, polls: 2 });
  const environment = {
    OPENAI_API_KEY: 'sk-test',
    OPENAI_BASE_URL: vendor.url,
    MODELGRAPH_DATA: `${folder.path}/data`,
    ...(options.databaseUrl !== null && { DATABASE_URL: options.databaseUrl }),
  };
  const report = { kills: 0, batches: 0, doubled: 0, wrongItems: 0, wrongSums: 0 };
  const names = Array.from({ length: options.itemsPerBatch }, (_, index) => `item-${index}`);
  const requests = requestsOf(names, { model: 'gpt-4o-mini' });

  let server = startServer(environment, folder.path);
  const kill = async (): Promise<void> => {
    server.child.kill('SIGKILL');
    await server.exited;
  };
  try {
    while (report.kills < options.kills) {
      const idempotencyKey = `batch-${report.batches}`;
      let id: string | undefined;
      // A batch of ours lives through a few kills.
      const killsOfBatch = Math.min(1 + Math.floor(random() * 3), options.kills - report.kills);
      for (let index = 0; index < killsOfBatch; index += 1) {
        const url = await server.url;
        const moment = wait(random() * 500);
        const submission = submitted({ url }, requests, { idempotencyKey }).then(
          (taken) => (id ??= taken),
          // Killed while it took the batch in: the key tells the next one whether it was.
          () => undefined,
        );
        await moment;
        await kill();
        await submission;
        report.kills += 1;
        server = startServer(environment, folder.path);
      }
      const url = await server.url;
      const taken = await submitted({ url }, requests, { idempotencyKey });
      if (id !== undefined && id !== taken) report.doubled += 1;
      report.batches += 1;
      const batch = await endedBatch({ url }, taken);
      const items = await readItems({ url }, taken);
      const { total, succeeded } = batch.counts as { total: number; succeeded: number };
      const isRight =
        batch.status === 'COMPLETED' &&
        total === names.length &&
        succeeded === names.length &&
        batch.usage.inputTokens === names.length * ANSWER_TOKENS.input &&
        batch.usage.outputTokens === names.length * ANSWER_TOKENS.output;
      if (!isRight) report.wrongSums += 1;
      report.wrongItems += names.filter((name, index) => items[index]?.text !== `Answer to ${name}`).length;
    }
    report.doubled += vendor.batches.length - report.batches;
    return report;
  } finally {
    await kill();
  }
};
