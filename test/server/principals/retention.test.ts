import { randomUUID } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openSqliteDb } from '../../../src/stores/db/sqlite-db.ts';
import { createAccessFile, keyOf } from '../../support/app/access.ts';
import { request, startApp } from '../../support/app/app.ts';
import { answerOf, createToy, finishEvent, textDelta, toyOverrides } from '../../support/app/toy-provider.ts';
import { requestsOf } from '../../support/app/batch-requests.ts';
import { findBatchEngines, until } from '../../support/databases/batch-database.ts';
import { goneFromFiles } from '../../support/find-in-files.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const GENERATE = `mutation ($input: GenerateInput!) { generate(input: $input) { id } }`;
const SUBMIT = `mutation ($input: SubmitBatchInput!) { submitBatch(input: $input) { id } }`;
const DAY_MS = 86_400_000;

describe.each(await findBatchEngines())('retention on $name', ({ problem, open }) => {
  it.skipIf(problem !== null)('is that of the rules for the principal, else that of the server', async () => {
    await using database = await open();
    const toy = createToy(answerOf(textDelta('one'), finishEvent()));
    const [short, long, plain] = ['short', 'longer', 'plain'].map(keyOf);
    using file = createAccessFile({
      keys: { short: { retentionDays: 1 }, longer: { retentionDays: 90 } },
    });
    const settings = {
      ...database.settings,
      apiKeys: [short, long, plain].flatMap((each) => each?.setting ?? []),
      accessFile: file.path,
      retentionMs: 30 * DAY_MS,
    };
    await using app = await startApp(settings, toyOverrides(toy));
    for (const { key } of [short, long, plain].flatMap((each) => each ?? [])) {
      const headers = { authorization: `Bearer ${key}` };
      const input = { model: 'toy', prompt: 'Hi' };
      expect((await request(app, GENERATE, { input }, { headers })).errors).toBeUndefined();
      const batch = { input: { requests: requestsOf(['a']) } };
      expect((await request(app, SUBMIT, batch, { headers })).errors).toBeUndefined();
    }
    for (const table of ['generation', 'batch']) {
      const read = () =>
        database.query(`SELECT principal_id, expires_at - finished_at AS kept FROM ${table} ORDER BY rid`);
      await until(async () => (await read()).every(({ kept }) => kept !== null));
      const kept = Object.fromEntries(
        (await read()).map((row) => [String(row['principal_id']), Number(row['kept']) / DAY_MS]),
      );
      expect(kept).toEqual({ short: 1, longer: 90, plain: 30 });
    }
  });
});

describe('what is past its retention', () => {
  it('leaves no byte in the files of SQLite', async () => {
    await using folder = temporaryFolder();
    const answer = `answer-${randomUUID()}`;
    const toy = createToy(answerOf(textDelta(answer), finishEvent()));
    await using app = await startApp(
      { dataDirectory: folder.path, eventRetentionMs: 0 },
      {
        ...toyOverrides(toy),
        openDb: (_settings, log) => openSqliteDb(folder.path, log, { eraseAfterMs: 0 }),
        // What has expired is deleted at every twelfth renewal of the lease.
        timing: { leaseMs: 150 },
      },
    );
    const input = { model: 'toy', prompt: 'Hi' };
    const { data } = await request(app, GENERATE, { input });
    // A wait for the server's transaction would hold the event loop that is to end it: it is tried again instead.
    const outside = new DatabaseSync(join(folder.path, 'modelgraph.db'), { timeout: 0 });
    const expire = (): number | bigint => {
      try {
        return outside.prepare('UPDATE generation SET expires_at = 1 WHERE expires_at > 1').run().changes;
      } catch (error) {
        if ((error as Error).message.includes('locked')) return 0;
        throw error;
      }
    };
    await until(() => Promise.resolve(expire() === 1));
    outside.close();
    await goneFromFiles(folder.path, [answer]);
    const read = `query ($id: ID!) { generation(id: $id) { id } }`;
    expect((await request(app, read, { id: data.generate.id })).data).toEqual({ generation: null });
  });
});
