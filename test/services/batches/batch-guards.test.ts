import { describe, expect, it } from 'vitest';
import type { AppOverrides } from '../../../src/app.ts';
import { ProviderError } from '../../../src/core/errors.ts';
import type { BatchItemRecord, GenerationGuard } from '../../../src/core/generation-guard.ts';
import type { Message } from '../../../src/core/message.ts';
import { request, startApp, type TestApp } from '../../support/app/app.ts';
import {
  cancelBatch,
  endedBatch,
  followBatch,
  requestsOf,
  submitBatch,
  submitted,
} from '../../support/app/batch-requests.ts';
import { createWitness, createWordGuard, type Witness } from '../../support/app/guards.ts';
import {
  createToy,
  finishEvent,
  textDelta,
  toyOverrides,
  untilAborted,
} from '../../support/app/toy-provider.ts';
import { FAILURE, toResult } from '../../support/batch-vendors/batch-results.ts';
import { createToyBatchVendor, QUICK_TIMING } from '../../support/batch-vendors/toy-batch-vendor.ts';

const promptOf = (messages: readonly Message[]): string => {
  const last = messages.at(-1);
  const part = last?.role === 'user' ? last.parts[0] : undefined;
  return part?.type === 'text' ? part.text : '';
};

/** A provider without a batch API. It answers with the prompt, fails for "bad" and never ends for "slow". */
const createSequential = () => {
  const toy = createToy(async function* ({ request: { messages }, signal }) {
    const prompt = promptOf(messages);
    if (prompt === 'bad')
      throw new ProviderError('PROVIDER_REJECTED', { provider: 'toy', providerStatus: 400 });
    yield textDelta(prompt);
    if (prompt === 'slow') await untilAborted(signal);
    yield finishEvent();
  });
  return { overrides: toyOverrides(toy), asked: () => toy.calls.length };
};

/** The same at a vendor with a batch API, whose batches with something slow in them end when they are cancelled. */
const createNative = () => {
  const vendor = createToyBatchVendor({
    onSubmit: (batch) => {
      const isSlow = batch.requests.some(({ request: { messages } }) => promptOf(messages) === 'slow');
      batch.results = batch.requests.map(({ customId, request: { messages } }) =>
        promptOf(messages) === 'bad'
          ? { customId, status: 'failed', error: FAILURE }
          : toResult(customId, { text: promptOf(messages) }),
      );
      if (isSlow) Object.assign(batch, { state: 'running', outcome: null, results: [] });
    },
    before: (call, _signal, batch) => {
      if (call === 'poll' && batch !== undefined && batch.cancels > 0)
        Object.assign(batch, { state: 'ended', outcome: 'cancelled' });
    },
  });
  return { overrides: vendor.overrides, asked: () => vendor.calls.length };
};

const MODES = { SEQUENTIAL: createSequential, NATIVE: createNative } as const;

const start = (overrides: AppOverrides, ...guards: readonly GenerationGuard[]): Promise<TestApp> =>
  startApp({}, { batchTiming: QUICK_TIMING, ...overrides, guards });

const countBatches = async (app: TestApp): Promise<number> =>
  (await request(app, '{ batches { totalCount } }')).data.batches.totalCount as number;

const recordsOf = async (witness: Witness, count: number): Promise<readonly BatchItemRecord[]> => {
  const records = await Promise.all(Array.from({ length: count }, (_, index) => witness.record(index)));
  return records
    .filter((record) => record.source === 'batch')
    .toSorted((a, b) => (a.customId < b.customId ? -1 : 1));
};

describe.each(['SEQUENTIAL', 'NATIVE'] as const)('the requests of a %s batch', (mode) => {
  it('are judged while it is taken in: one that is refused refuses all, at its place, and nothing is stored', async () => {
    const { overrides, asked } = MODES[mode]();
    await using app = await start(overrides, createWordGuard('xyzzy', 'plugh'));
    const { errors } = await submitBatch(app, requestsOf(['a', 'xyzzy', 'b', 'plugh']));
    expect(errors?.[0]).toMatchObject({
      message: 'The word "xyzzy" is not taken here.',
      extensions: {
        code: 'CONTENT_FILTERED',
        path: ['input', 'requests', '1', 'input'],
        suggestion: 'Say it in other words.',
        problems: [
          { code: 'CONTENT_FILTERED', path: ['input', 'requests', '1', 'input'] },
          { code: 'CONTENT_FILTERED', path: ['input', 'requests', '3', 'input'] },
        ],
      },
    });
    expect(await countBatches(app)).toBe(0);
    expect(asked()).toBe(0);
  });

  it('are seen by a guard once each, as they will be sent, and not where they are refused without it', async () => {
    const witness = createWitness();
    const { overrides } = MODES[mode]();
    await using app = await start(overrides, witness.guard);
    const wrong = [...requestsOf(['c'], { seed: 7 }), ...requestsOf(['d'])];
    expect((await submitBatch(app, wrong)).errors).toMatchObject([
      { extensions: { code: 'UNSUPPORTED_CAPABILITY' } },
    ]);
    expect(witness.asked.map(({ request: { request: sent } }) => promptOf(sent.messages))).toEqual(['d']);
    await endedBatch(
      app,
      await submitted(app, requestsOf(['a', 'b'], { system: 'Be brief.', metadata: { ticket: 7 } })),
    );
    expect(witness.asked.slice(1)).toMatchObject(
      ['a', 'b'].map((text) => ({
        principal: { id: 'local', kind: 'anonymous', keyId: null, userId: null },
        request: {
          source: 'batch',
          id: null,
          model: 'toy',
          provider: 'toy',
          isFallback: false,
          metadata: { ticket: 7 },
          request: { system: 'Be brief.', messages: [{ role: 'user', parts: [{ type: 'text', text }] }] },
        },
      })),
    );
    expect(witness.asked).toHaveLength(3);
  });

  it('are refused with INTERNAL where a guard fails, and nothing is stored', async () => {
    const { overrides, asked } = MODES[mode]();
    let judged = 0;
    await using app = await start(overrides, {
      beforeGeneration: () => {
        judged += 1;
        if (judged === 2) throw new Error('broken');
        return undefined;
      },
    });
    expect((await submitBatch(app, requestsOf(['a', 'b', 'c']))).errors).toMatchObject([
      { extensions: { code: 'INTERNAL' } },
    ]);
    expect([judged, await countBatches(app), asked()]).toEqual([2, 0, 0]);
  });

  it('are not judged again when the batch is submitted again under its key', async () => {
    const witness = createWitness();
    const { overrides } = MODES[mode]();
    await using app = await start(overrides, witness.guard);
    const submit = () => submitted(app, requestsOf(['a', 'b']), { idempotencyKey: 'order-1' });
    expect(await submit()).toBe(await submit());
    expect(witness.asked).toHaveLength(2);
  });

  it('are recorded once each, after their results are stored', async () => {
    const witness = createWitness();
    const { overrides } = MODES[mode]();
    await using app = await start(overrides, witness.guard);
    const id = await submitted(app, requestsOf(['a', 'bad', 'c']));
    await endedBatch(app, id);
    expect(await recordsOf(witness, 3)).toMatchObject([
      {
        source: 'batch',
        batchId: id,
        customId: 'a',
        principalId: 'local',
        model: 'toy',
        provider: 'toy',
        status: 'succeeded',
        result: { text: 'a', finishReason: 'stop', error: null },
      },
      { customId: 'bad', status: 'failed', result: { text: null, error: { code: expect.any(String) } } },
      { customId: 'c', status: 'succeeded', result: { text: 'c' } },
    ]);
    await app.close();
    expect(witness.records).toHaveLength(3);
  });

  it('are recorded as cancelled when the batch is', async () => {
    const witness = createWitness();
    const { overrides } = MODES[mode]();
    await using app = await start(overrides, witness.guard);
    const id = await submitted(app, requestsOf(['slow', 'slow-too'], { prompt: 'slow' }));
    await followBatch(app, id, ({ status }) => status === 'RUNNING');
    await cancelBatch(app, id);
    await endedBatch(app, id);
    expect(await recordsOf(witness, 2)).toMatchObject([
      { customId: 'slow', status: 'cancelled' },
      { customId: 'slow-too', status: 'cancelled' },
    ]);
    await app.close();
    expect(witness.records).toHaveLength(2);
  });
});

it('results that a vendor gives twice are recorded once', async () => {
  const witness = createWitness();
  let readings = 0;
  const vendor = createToyBatchVendor({
    afterResults: () => {
      readings += 1;
      if (readings === 1) throw new ProviderError('STREAM_STALLED', { provider: 'toy' });
    },
  });
  await using app = await start(vendor.overrides, witness.guard);
  await endedBatch(app, await submitted(app, requestsOf(['a', 'b'])));
  await app.close();
  expect(readings).toBe(2);
  expect((await recordsOf(witness, 2)).map(({ customId }) => customId)).toEqual(['a', 'b']);
  expect(witness.records).toHaveLength(2);
});

it('a request of a sequential batch that an open circuit kept back is recorded once, with its answer', async () => {
  const witness = createWitness();
  let calls = 0;
  const toy = createToy(async function* ({ request: { messages } }) {
    calls += 1;
    if (calls === 1)
      throw new ProviderError('PROVIDER_OVERLOADED', {
        provider: 'toy',
        providerStatus: 503,
        retryAfterMs: 1,
      });
    yield textDelta(promptOf(messages));
    yield finishEvent();
  });
  await using app = await startApp(
    { batchConcurrency: 1, circuitFailures: 1 },
    {
      ...toyOverrides(toy),
      batchTiming: QUICK_TIMING,
      circuitTiming: { openMs: 500 },
      guards: [witness.guard],
    },
  );
  await endedBatch(app, await submitted(app, requestsOf(['a', 'b'])));
  expect((await recordsOf(witness, 2)).map(({ customId, status }) => [customId, status])).toEqual([
    ['a', 'failed'],
    ['b', 'succeeded'],
  ]);
  await app.close();
  expect(witness.records).toHaveLength(2);
});
