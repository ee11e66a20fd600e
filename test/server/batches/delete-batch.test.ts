import { createHash, randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { ProviderError } from '../../../src/core/errors.ts';
import { openSqliteDb } from '../../../src/stores/db/sqlite-db.ts';
import { collectOverSse, request, startApp, type TestApp } from '../../support/app/app.ts';
import { endedBatch, requestsOf, submitBatch, submitted } from '../../support/app/batch-requests.ts';
import { createToyBatchVendor } from '../../support/batch-vendors/toy-batch-vendor.ts';
import { type BatchDatabase, findBatchEngines, until } from '../../support/databases/batch-database.ts';
import { findInFiles, goneFromFiles } from '../../support/find-in-files.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const DELETE = `mutation ($id: ID!) { deleteBatch(id: $id) }`;
const READ = `query ($id: ID!) { batch(id: $id) { id } node(id: $id) { id } batches { totalCount nodes { id } } }`;
const TABLES = ['batch', 'batch_item', 'batch_job', 'idempotency', 'webhook_delivery', 'vendor_deletion'];

const areEmpty = async ({ query }: BatchDatabase): Promise<boolean> => {
  for (const table of TABLES) if ((await query(`SELECT 1 AS found FROM ${table}`)).length > 0) return false;
  return true;
};

const expectHidden = async (app: TestApp, id: string): Promise<void> => {
  expect((await request(app, READ, { id })).data).toEqual({
    batch: null,
    node: null,
    batches: { totalCount: 0, nodes: [] },
  });
};

const codeOf = ({ errors }: Awaited<ReturnType<typeof request>>): unknown =>
  errors?.[0]?.extensions?.['code'];

describe.each(await findBatchEngines())('a batch that is deleted on $name', ({ problem, open }) => {
  it.skipIf(problem !== null)('leaves no row, nor files at its vendor; what it cost stays', async () => {
    await using database = await open();
    const deleted: string[] = [];
    const vendor = createToyBatchVendor({
      onDelete: async (id) => {
        deleted.push(id);
      },
    });
    await using app = await startApp(database.settings, vendor.overrides);
    const id = await submitted(app, requestsOf(['a', 'b']), { idempotencyKey: 'a key' });
    await endedBatch(app, id);
    expect((await request(app, DELETE, { id })).data).toEqual({ deleteBatch: id });
    await expectHidden(app, id);
    expect(codeOf(await request(app, DELETE, { id }))).toBe('NOT_FOUND');
    await until(() => areEmpty(database));
    expect(deleted).toEqual(['vendor-1']);
    expect(await database.query('SELECT status FROM ledger')).toHaveLength(2);
    // The key stands for nothing any more.
    const next = await submitted(app, requestsOf(['a', 'b']), { idempotencyKey: 'a key' });
    expect(next).not.toBe(id);
  });

  it.skipIf(problem !== null)('is cancelled first where it runs, and goes with its end', async () => {
    await using database = await open();
    const deleted: string[] = [];
    const vendor = createToyBatchVendor({
      onSubmit: (batch) => (batch.state = 'running'),
      onDelete: async (id) => {
        deleted.push(id);
      },
    });
    await using app = await startApp(database.settings, vendor.overrides);
    const id = await submitted(app, requestsOf(['a', 'b']), { displayName: 'secret name' });
    await until(async () => vendor.batches.length > 0);
    const updates = collectOverSse(app, `subscription ($id: ID!) { batchUpdated(id: $id) { status } }`, {
      id,
    });
    await until(async () => (await request(app, READ, { id })).data.batch !== null);
    expect((await request(app, DELETE, { id })).data).toEqual({ deleteBatch: id });
    await expectHidden(app, id);
    // Again, while it is still under way.
    expect((await request(app, DELETE, { id })).data).toEqual({ deleteBatch: id });
    const items = await database.query('SELECT request, metadata, result FROM batch_item');
    for (const item of items) expect(item).toEqual({ request: null, metadata: null, result: null });
    expect(JSON.stringify(await database.query('SELECT record FROM batch'))).not.toContain('secret name');
    await until(async () => vendor.batches[0]?.state === 'cancelling');
    // One of them was answered by then, and is billed.
    const [batch] = vendor.batches;
    if (batch === undefined) throw new Error('the vendor has no batch');
    Object.assign(batch, {
      state: 'ended',
      outcome: 'cancelled',
      results: batch.results.slice(0, 1),
    });
    await until(() => areEmpty(database));
    expect(deleted).toEqual(['vendor-1']);
    expect(await database.query(`SELECT status FROM ledger WHERE status = 'completed'`)).toHaveLength(1);
    expect(JSON.stringify(await updates.catch((error: unknown) => error))).toContain('NOT_FOUND');
  });

  it.skipIf(problem !== null)('has its vendor asked again where that fails', async () => {
    await using database = await open();
    let attempts = 0;
    const vendor = createToyBatchVendor({
      onDelete: async () => {
        attempts += 1;
        if (attempts === 1) throw new ProviderError('PROVIDER_OVERLOADED', { provider: 'toy' });
      },
    });
    const overrides = { ...vendor.overrides, batchTiming: { ...vendor.overrides.batchTiming, deleteMs: 50 } };
    await using app = await startApp(database.settings, overrides);
    const id = await submitted(app, requestsOf(['a']));
    await endedBatch(app, id);
    await request(app, DELETE, { id });
    await app.logged(({ message }) => message.includes('has not deleted what it has'));
    await until(async () => (await database.query('SELECT 1 AS found FROM batch')).length === 0);
    // Not before a minute has passed.
    await database.query('UPDATE vendor_deletion SET next_attempt_at = 0');
    await app.logged(({ message }) => message.includes('has deleted what it had'));
    expect(attempts).toBe(2);
    await until(() => areEmpty(database));
  });
});

describe('a batch that is deleted', () => {
  it('is gone from every byte of the files of SQLite', async () => {
    await using folder = temporaryFolder();
    const names = Array.from({ length: 30 }, () => randomUUID());
    const texts = [...names, `metadata-${randomUUID()}`, `name-${randomUUID()}`, `key-${randomUUID()}`];
    const [metadata, displayName, idempotencyKey] = texts.slice(-3);
    const vendor = createToyBatchVendor({});
    await using app = await startApp(
      {},
      {
        ...vendor.overrides,
        openDb: (_settings, log) => openSqliteDb(folder.path, log, { eraseAfterMs: 0 }),
      },
    );
    const requests = names.map((prompt, index) => ({
      customId: `item-${index}`,
      input: { model: 'toy', prompt, metadata: { metadata } },
    }));
    const { data, errors } = await submitBatch(app, requests, { displayName, idempotencyKey });
    expect(errors).toBeUndefined();
    const id = data.submitBatch.id as string;
    await endedBatch(app, id);
    expect(await findInFiles(folder.path, texts)).not.toEqual([]);
    await request(app, DELETE, { id });
    await goneFromFiles(folder.path, texts);
  });

  it('belongs to its principal: another one is told what it is told of an id that there is not', async () => {
    const vendor = createToyBatchVendor({});
    const keys = ['alice', 'bobby'].map((id) => ({ id, key: `mg_${id}_${'s'.repeat(32)}` }));
    const apiKeys = keys.map(({ id, key }) => ({
      id,
      sha256: createHash('sha256').update(key).digest('hex'),
    }));
    await using app = await startApp({ apiKeys }, vendor.overrides);
    const [alice, bob] = keys.map(({ key }) => ({ headers: { authorization: `Bearer ${key}` } }));
    const { data } = await request(
      app,
      `mutation ($input: SubmitBatchInput!) { submitBatch(input: $input) { id } }`,
      { input: { requests: requestsOf(['a']) } },
      alice,
    );
    const id = data.submitBatch.id as string;
    const foreign = await request(app, DELETE, { id }, bob);
    const unknown = await request(app, DELETE, { id: 'batch_none' }, bob);
    expect(foreign.errors?.[0]?.message.replace(id, 'batch_none')).toBe(unknown.errors?.[0]?.message);
    expect(codeOf(foreign)).toBe('NOT_FOUND');
    expect((await request(app, DELETE, { id }, alice)).data).toEqual({ deleteBatch: id });
  });
});
