import { describe, expect, test } from 'vitest';
import { queryPostgres, type Row } from '../support/databases/batch-database.ts';
import { endedBatch, readBatch, readItems, requestsOf, submitted } from '../support/app/batch-requests.ts';
import { type HeldVendor, type Stage, startHeldVendor } from './held-batch-vendor.ts';
import { type ServerProcess, startHurriedProcess } from '../support/app/server-process.ts';
import { named, postgres } from './nodes.ts';

const startNode = (databaseUrl: string, vendor: HeldVendor): Promise<ServerProcess> =>
  startHurriedProcess({
    DATABASE_URL: databaseUrl,
    OPENAI_API_KEY: 'sk-test',
    OPENAI_BASE_URL: vendor.url,
    DEEPSEEK_API_KEY: 'sk-test',
    DEEPSEEK_BASE_URL: vendor.url,
  });

/** Everything that is stored of batches, but for how long a lease lasts that is renewed all the time. */
const readRows = async (databaseUrl: string): Promise<readonly (readonly Row[])[]> => {
  const tables = await Promise.all(
    ['batch', 'batch_item', 'batch_job'].map((table) =>
      queryPostgres(databaseUrl, `SELECT * FROM ${table} ORDER BY rid`),
    ),
  );
  return tables.map((rows) =>
    rows.map((row) => {
      const { lease_until: _, ...rest } = row;
      return rest;
    }),
  );
};

/** What a node says of work that is no longer its own. */
const LOST = /worked on by another node now|was abandoned for other nodes/;

const names = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `item-${index}`);

const answers = (count: number): readonly string[] => names(count).map((name) => `Answer to ${name}`);

describe.skipIf(postgres.problem !== null)(
  named('a server process that freezes while it holds a batch'),
  // At the same time: most of each is a lease that has to run out.
  { timeout: 360_000, concurrent: true },
  () => {
    /** One node takes a batch and freezes at a stage; another one ends it; the first one thaws and has its answer. */
    const freezeAt = async (stage: Stage, model: string, held = 1, itemCount = 40) => {
      await using database = await postgres.createDatabase();
      await using vendor = await startHeldVendor();
      await using frozen = await startNode(database.url, vendor);
      const holding = vendor.hold(stage, held);
      const id = await submitted(frozen, requestsOf(names(itemCount), { model }));
      const release = await holding;
      await using other = await startNode(database.url, vendor);
      frozen.child.kill('SIGSTOP');
      // What it waits for comes while it is frozen, and is the first thing it finds.
      release();
      const batch = await endedBatch(other, id);
      expect(batch).toMatchObject({
        status: 'COMPLETED',
        counts: { total: itemCount, pending: 0, succeeded: itemCount, failed: 0 },
        usage: { inputTokens: 10 * itemCount, outputTokens: 5 * itemCount },
      });
      expect((await readItems(other, id)).map(({ text }) => text)).toEqual(answers(itemCount));
      const rows = await readRows(database.url);
      frozen.child.kill('SIGCONT');
      await frozen.printed(LOST);
      expect(await readBatch(frozen, id)).toEqual(batch);
      expect(await readRows(database.url)).toEqual(rows);
      return { keys: vendor.keys, prompts: vendor.prompts };
    };

    test.each([
      { stage: 'poll', model: 'gpt-4o-mini', held: 1 },
      { stage: 'answer', model: 'deepseek-flash', held: 4 },
    ] as const)(
      'at its vendor’s "$stage" writes nothing when it thaws while another has the batch under way',
      async ({ stage, model, held }) => {
        await using database = await postgres.createDatabase();
        await using vendor = await startHeldVendor();
        await using frozen = await startNode(database.url, vendor);
        const holding = vendor.hold(stage, held);
        const id = await submitted(frozen, requestsOf(names(20), { model }));
        const release = await holding;
        await using other = await startNode(database.url, vendor);
        frozen.child.kill('SIGSTOP');
        const releaseOther = await vendor.hold(stage, held);
        const rows = await readRows(database.url);
        release();
        frozen.child.kill('SIGCONT');
        await frozen.printed(LOST);
        expect(await readRows(database.url)).toEqual(rows);
        releaseOther();
        expect(await endedBatch(frozen, id)).toMatchObject({
          status: 'COMPLETED',
          counts: { total: 20, pending: 0, succeeded: 20, failed: 0 },
          usage: { inputTokens: 200, outputTokens: 100 },
        });
        expect((await readItems(other, id)).map(({ text }) => text)).toEqual(answers(20));
        // Only what was under way may be done by both.
        if (stage === 'answer') expect(vendor.prompts).toHaveLength(24);
        else expect(vendor.keys).toHaveLength(1);
      },
    );

    test.each(['create', 'poll', 'content'] as const)(
      'at its vendor’s "%s" writes nothing when it thaws, and nothing is handed over twice',
      async (stage) => {
        const { keys } = await freezeAt(stage, 'gpt-4o-mini', 1, stage === 'content' ? 1_200 : 40);
        expect(keys).toHaveLength(1);
      },
    );

    test('before its vendor was asked for the batch does not ask for a second one when it thaws', async () => {
      const { keys } = await freezeAt('upload', 'gpt-4o-mini');
      expect(keys).toHaveLength(1);
    });

    test('while a model answers one request after the other writes nothing when it thaws', async () => {
      const { prompts } = await freezeAt('answer', 'deepseek-flash', 4, 20);
      // Only what was under way is asked twice.
      expect(new Set(prompts).size).toBe(20);
      expect(prompts).toHaveLength(24);
    });
  },
);
