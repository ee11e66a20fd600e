import { describe, expect, test } from 'vitest';
import { request, startApp } from '../../support/app/app.ts';
import { type BatchDatabase, findBatchEngines } from '../../support/databases/batch-database.ts';
import {
  cancelBatch,
  endedBatch,
  readBatch,
  readItems,
  requestsOf,
  submitted,
} from '../../support/app/batch-requests.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { createToyBatchVendor, QUICK_TIMING } from '../../support/batch-vendors/toy-batch-vendor.ts';
import {
  createToy,
  finishEvent,
  textDelta,
  toyModels,
  toyOverrides,
  untilAborted,
} from '../../support/app/toy-provider.ts';

const engines = await findBatchEngines();

/** A batch whose server was stopped before any of it was answered. */
const interrupted = async (database: BatchDatabase, customIds: readonly string[]): Promise<string> => {
  const toy = createToy(async function* ({ signal }) {
    yield textDelta('Half');
    await untilAborted(signal);
  });
  await using app = await startApp(database.settings, { ...toyOverrides(toy), batchTiming: QUICK_TIMING });
  return await submitted(app, requestsOf(customIds));
};

/** Moves the first failure of the only job into the past. */
const backdate = async (database: BatchDatabase, ms: number): Promise<void> => {
  const [row] = await database.query('SELECT progress FROM batch_job');
  const progress = JSON.parse(String(row?.['progress'])) as { readonly failedAt: number };
  const moved = { ...progress, failingSince: progress.failedAt - ms };
  await database.query(`UPDATE batch_job SET progress = '${JSON.stringify(moved)}'`);
};

const LIST = `{ batches { nodes { status model { name displayName available provider { configured } } provider { name configured } } } }`;

test('a batch can be read when its model or its provider has left the catalogue since', async () => {
  await using folder = temporaryFolder();
  const settings = { dataDirectory: folder.path };
  const vendor = createToyBatchVendor();
  const first = await startApp(settings, vendor.overrides);
  await endedBatch(first, await submitted(first, requestsOf(['a'])));
  await first.close();

  const second = await startApp(settings, { ...vendor.overrides, models: toyModels({ another: {} }) });
  const withoutModel = await request(second, LIST);
  await second.close();
  expect(withoutModel.errors).toBeUndefined();
  expect(withoutModel.data.batches.nodes).toEqual([
    {
      status: 'COMPLETED',
      model: { name: 'toy', displayName: 'Toy', available: true, provider: { configured: true } },
      provider: { name: 'toy', configured: true },
    },
  ]);

  await using third = await startApp(settings);
  const withoutProvider = await request(third, LIST);
  expect(withoutProvider.errors).toBeUndefined();
  expect(withoutProvider.data.batches.nodes).toMatchObject([
    { model: { name: 'toy', available: false }, provider: { name: 'toy', configured: false } },
  ]);
});

test('a generation can be read when its provider has left the catalogue since', async () => {
  await using folder = temporaryFolder();
  const settings = { dataDirectory: folder.path };
  const first = await startApp(settings, toyOverrides(createToy()));
  const made = await request(first, 'mutation { generate(input: { model: "toy", prompt: "Hi" }) { id } }');
  const { id } = made.data.generate as { readonly id: string };
  await first.close();
  await using second = await startApp(settings);
  const query =
    'query ($id: ID!) { generation(id: $id) { text model { name available } resolution { model { name } } } }';
  expect(await request(second, query, { id })).toEqual({
    data: {
      generation: {
        text: 'Hello',
        model: { name: 'toy', available: false },
        resolution: { model: { name: 'toy' } },
      },
    },
  });
});

test('a batch that is answered one by one goes on with a model that has left the catalogue since', async () => {
  await using folder = temporaryFolder();
  let isStuck = true;
  const toy = createToy(async function* ({ signal }) {
    if (isStuck) await untilAborted(signal);
    yield textDelta('Hi');
    yield finishEvent();
  });
  const settings = { dataDirectory: folder.path };
  const first = await startApp(settings, { ...toyOverrides(toy), batchTiming: QUICK_TIMING });
  const id = await submitted(first, requestsOf(['a', 'b']));
  await first.close();
  isStuck = false;
  const second = { ...toyOverrides(toy, { another: {} }), batchTiming: QUICK_TIMING };
  await using app = await startApp(settings, second);
  expect(await endedBatch(app, id)).toMatchObject({ status: 'COMPLETED', counts: { succeeded: 2 } });
});

describe.each(engines)('a batch that is answered one by one, kept in $name', ({ problem, open }) => {
  const skip = problem !== null;

  test.skipIf(skip)(
    'waits for a provider that a server is started without, and no request fails',
    async () => {
      await using database = await open();
      const toy = createToy();
      const id = await interrupted(database, ['a', 'b']);
      const without = await startApp(database.settings, { batchTiming: QUICK_TIMING });
      const line = await without.logged(({ message }) => message === 'a batch failed');
      expect(line.fields).toMatchObject({ batchId: id, model: 'toy', provider: 'toy' });
      expect(await readBatch(without, id)).toMatchObject({ completedAt: null, counts: { pending: 2 } });
      await without.close();
      await using app = await startApp(database.settings, {
        ...toyOverrides(toy),
        batchTiming: QUICK_TIMING,
      });
      expect(await endedBatch(app, id)).toMatchObject({ status: 'COMPLETED', counts: { succeeded: 2 } });
    },
  );

  test.skipIf(skip)('fails when its provider has not come back for two days', async () => {
    await using database = await open();
    const id = await interrupted(database, ['a', 'b']);
    const first = await startApp(database.settings, { batchTiming: QUICK_TIMING });
    await first.logged(({ message }) => message === 'a batch failed');
    await first.close();
    await backdate(database, 49 * 3_600_000);
    await using second = await startApp(database.settings, { batchTiming: QUICK_TIMING });
    const error = { code: 'INTERNAL', message: 'No provider "toy" is registered.' };
    expect(await endedBatch(second, id)).toMatchObject({ status: 'FAILED', counts: { failed: 2 }, error });
    expect(await readItems(second, id)).toMatchObject([
      { status: 'FAILED', error },
      { status: 'FAILED', error },
    ]);
  });

  test.skipIf(skip)('is cancelled all the same where its provider is not there', async () => {
    await using database = await open();
    const id = await interrupted(database, ['a']);
    await using app = await startApp(database.settings, { batchTiming: QUICK_TIMING });
    await cancelBatch(app, id);
    expect(await endedBatch(app, id)).toMatchObject({ status: 'CANCELLED', counts: { cancelled: 1 } });
  });
});
