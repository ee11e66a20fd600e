import { describe, expect, test } from 'vitest';
import { MODEL_CONFIGS } from '../../../config/providers/index.ts';
import { hasNativeBatch } from '../../../src/core/vendor-batch.ts';
import { startApp, type TestApp, testSettings } from '../../support/app/app.ts';
import {
  cancelBatch,
  endedBatch,
  followBatch,
  readItems,
  requestsOf,
  submitted,
} from '../../support/app/batch-requests.ts';
import { ANTHROPIC_BATCHES } from '../../providers/text/anthropic/batch/batch-wire.ts';
import { GEMINI_BATCHES } from '../../providers/text/gemini/batch/batch-wire.ts';
import { GROQ_BATCHES } from '../../providers/text/groq/batch/batch-wire.ts';
import { OPENAI_BATCHES } from '../../providers/text/openai/batch/batch-wire.ts';
import { XAI_BATCHES } from '../../providers/text/xai/batch/batch-wire.ts';
import { type BatchVendorOptions, startBatchVendor } from '../../support/batch-vendors/batch-vendor.ts';
import type { BatchWire, EndedBatch } from '../../support/batch-vendors/batch-wire.ts';
import { QUICK_TIMING } from '../../support/batch-vendors/toy-batch-vendor.ts';
import { json } from '../../support/upstream/vendor-routes.ts';

type Answer = Awaited<ReturnType<typeof endedBatch>>;

const ANSWERED = { type: 'answered' } as const;
const NO_RESULT = { code: 'PROVIDER_FAILED', message: 'No result was returned.' };

/** A vendor that has batches, with what is its own of them. */
interface TestedVendor {
  readonly name: BatchWire['name'];
  readonly wire: BatchWire;
  readonly model: string;
  /** It has an end of its own for requests that ran out of time; another one says nothing of them. */
  readonly tellsExpired: boolean;
  /** Its words for a batch that is refused for what is in it, as they are quoted to the client. */
  readonly refusal: string;
  /** What one answer takes, as the vendor charges it. */
  readonly tokens: {
    readonly uncached: number;
    readonly cacheRead: number;
    readonly cacheWrite: number;
    readonly output: number;
  };
}

const UNCACHED = { uncached: 10, cacheRead: 0, cacheWrite: 0 };

const VENDORS: readonly TestedVendor[] = [
  {
    name: 'openai',
    wire: OPENAI_BATCHES,
    model: 'gpt-5-nano',
    tellsExpired: true,
    refusal: 'Line 1: Another endpoint.',
    tokens: { uncached: 6, cacheRead: 4, cacheWrite: 0, output: 5 },
  },
  {
    name: 'groq',
    wire: GROQ_BATCHES,
    model: 'gpt-oss-20b',
    tellsExpired: true,
    refusal: 'Line 1: Another endpoint.',
    tokens: { ...UNCACHED, output: 5 },
  },
  {
    name: 'anthropic',
    wire: ANTHROPIC_BATCHES,
    model: 'claude-haiku-4-5',
    tellsExpired: true,
    refusal: 'No such model.',
    tokens: { uncached: 6, cacheRead: 3, cacheWrite: 1, output: 5 },
  },
  {
    name: 'gemini',
    wire: GEMINI_BATCHES,
    model: 'gemini-2.5-flash',
    tellsExpired: false,
    refusal: 'No such model.',
    // Four of answer, three of reasoning.
    tokens: { ...UNCACHED, output: 7 },
  },
  {
    name: 'xai',
    wire: XAI_BATCHES,
    model: 'grok-4.3',
    tellsExpired: false,
    refusal: 'Line 1 is invalid.',
    // Two of answer, seven of reasoning.
    tokens: { ...UNCACHED, output: 9 },
  },
];

test('every provider of the catalogue that has batches is tried', () => {
  const native = Object.entries(MODEL_CONFIGS).filter(([, models]) =>
    Object.values(models).some(hasNativeBatch),
  );
  expect(VENDORS.map(({ name }) => name).toSorted()).toEqual(native.map(([name]) => name).toSorted());
});

/** A batch from its submission to its end, at a vendor that does as it is told. */
const runBatch = async (
  { name, wire, model }: TestedVendor,
  options: BatchVendorOptions,
  customIds: readonly string[],
  meanwhile: (app: TestApp, id: string) => Promise<void> = async () => {},
): Promise<{ readonly batch: Answer; readonly items: readonly Answer[]; readonly logged: string }> => {
  await using vendor = await startBatchVendor(wire, options);
  const { providers } = testSettings();
  const connected = { apiKey: 'sk-test', baseUrl: vendor.url };
  await using app = await startApp(
    { providers: { ...providers, [name]: connected } },
    { batchTiming: QUICK_TIMING },
  );
  const id = await submitted(app, requestsOf(customIds, { model }));
  await meanwhile(app, id);
  const batch = await endedBatch(app, id);
  const logged = app.logLines.map(({ message }) => message).join('\n');
  return { batch, items: await readItems(app, id), logged };
};

/** Asks for the end of a batch that its vendor is known to be working on. */
const cancelWhileRunning = async (app: TestApp, id: string): Promise<void> => {
  await followBatch(app, id, ({ status }) => status === 'RUNNING');
  await cancelBatch(app, id);
};

/** It runs until it has been asked so many times to stop. */
const stoppable = (ended: EndedBatch, asked: number): BatchVendorOptions => ({
  standing: ({ cancels }) => (cancels < asked ? 'running' : ended),
});

const endsOf = (items: readonly Answer[]): readonly (readonly string[])[] =>
  items.map(({ customId, status, text, error }) => [customId, status, text ?? error?.code ?? '']);

describe.each(VENDORS)('a batch of $name', (vendor) => {
  const run = (batch: EndedBatch, customIds: readonly string[] = ['a', 'b', 'c']) =>
    runBatch(vendor, { standing: () => batch }, customIds);

  test('gives every result to its own request, whatever order they come in', async () => {
    const ends = ['c', 'a', 'b'].map((id) => [id, { ...ANSWERED, text: `Answer to ${id}` }] as const);
    const { batch, items } = await run({ how: 'completed', ends });
    expect(batch).toMatchObject({
      status: 'COMPLETED',
      providerBatchIds: [vendor.wire.idOf(1)],
      error: null,
    });
    expect(endsOf(items)).toEqual([
      ['a', 'SUCCEEDED', 'Answer to a'],
      ['b', 'SUCCEEDED', 'Answer to b'],
      ['c', 'SUCCEEDED', 'Answer to c'],
    ]);
  });

  test('completes although a request failed', async () => {
    const { batch, items } = await run({
      how: 'completed',
      ends: [
        ['b', { type: 'errored' }],
        ['a', ANSWERED],
        ['c', ANSWERED],
      ],
    });
    expect(batch).toMatchObject({
      status: 'COMPLETED',
      counts: { total: 3, pending: 0, succeeded: 2, failed: 1 },
      error: null,
    });
    expect(endsOf(items)).toEqual([
      ['a', 'SUCCEEDED', 'a'],
      ['b', 'FAILED', 'CONTEXT_LENGTH_EXCEEDED'],
      ['c', 'SUCCEEDED', 'c'],
    ]);
  });

  test('keeps what was done when the vendor ran out of time', async () => {
    const { batch, items } = await run(
      {
        how: 'expired',
        ends: [['b', ANSWERED], ...(vendor.tellsExpired ? [['a', { type: 'expired' }] as const] : [])],
      },
      ['a', 'b'],
    );
    expect(batch).toMatchObject({
      status: 'EXPIRED',
      counts: { succeeded: 1, failed: 0, expired: 1 },
      usage: { outputTokens: vendor.tokens.output },
      error: null,
    });
    expect(endsOf(items)).toEqual([
      ['a', 'EXPIRED', ''],
      ['b', 'SUCCEEDED', 'b'],
    ]);
  });

  test('keeps what was done when it was cancelled, and what has no result was cancelled too', async () => {
    const { batch, items } = await run({
      how: 'cancelled',
      ends: [
        ['b', ANSWERED],
        ['a', { type: 'cancelled' }],
      ],
    });
    expect(batch).toMatchObject({ status: 'CANCELLED', counts: { succeeded: 1, failed: 0, cancelled: 2 } });
    expect(endsOf(items)).toEqual([
      ['a', 'CANCELLED', ''],
      ['b', 'SUCCEEDED', 'b'],
      ['c', 'CANCELLED', ''],
    ]);
  });

  test('is cancelled at its vendor', async () => {
    const ended: EndedBatch = {
      how: 'cancelled',
      ends: [
        ['a', ANSWERED],
        ['b', { type: 'cancelled' }],
      ],
    };
    const { batch, items } = await runBatch(vendor, stoppable(ended, 1), ['a', 'b'], cancelWhileRunning);
    expect(batch).toMatchObject({ status: 'CANCELLED', counts: { succeeded: 1, cancelled: 1 } });
    expect(endsOf(items)).toEqual([
      ['a', 'SUCCEEDED', 'a'],
      ['b', 'CANCELLED', ''],
    ]);
  });

  test('keeps the answers where its vendor would not cancel it, being nearly done with it', async () => {
    const ended: EndedBatch = { how: 'completed', ends: [['a', ANSWERED]] };
    const onCancel = json({ error: { message: 'It is being finalized.' } }, { status: 409 });
    const options = { ...stoppable(ended, 2), onCancel };
    const { batch, items } = await runBatch(vendor, options, ['a'], cancelWhileRunning);
    expect(batch).toMatchObject({ status: 'CANCELLED', counts: { succeeded: 1 }, error: null });
    expect(endsOf(items)).toEqual([['a', 'SUCCEEDED', 'a']]);
  });

  test('says of a request without a result that there was none', async () => {
    const { batch, items } = await run({ how: 'completed', ends: [['b', ANSWERED]] }, ['a', 'b']);
    expect(batch).toMatchObject({ status: 'COMPLETED', counts: { succeeded: 1, failed: 1 } });
    expect(items).toMatchObject([
      { status: 'FAILED', error: NO_RESULT },
      { status: 'SUCCEEDED', error: null },
    ]);
  });

  test('leaves out results of requests nobody made and of one that has its result, and counts each once', async () => {
    const { batch, items, logged } = await run(
      {
        how: 'completed',
        ends: [
          ['stranger', ANSWERED],
          ['a', { ...ANSWERED, text: 'first' }],
          ['a', { ...ANSWERED, text: 'again' }],
          ['b', ANSWERED],
        ],
      },
      ['a', 'b'],
    );
    expect(endsOf(items)).toEqual([
      ['a', 'SUCCEEDED', 'first'],
      ['b', 'SUCCEEDED', 'b'],
    ]);
    expect(batch).toMatchObject({
      counts: { total: 2, succeeded: 2 },
      usage: { outputTokens: 2 * vendor.tokens.output },
    });
    expect(logged).toContain('results of a batch were ignored');
  });

  // Gemini's inlined results are there all at once.
  test.skipIf(vendor.name === 'gemini')(
    'waits for results its vendor counts and does not give yet',
    async () => {
      let readings = 0;
      const options: BatchVendorOptions = {
        standing: () => ({
          how: 'completed',
          ends: [
            ['a', ANSWERED],
            ['b', ANSWERED],
          ],
        }),
        told: (kept, ends) => {
          ({ readings } = kept);
          return readings === 1 ? ends.slice(0, 1) : ends;
        },
      };
      const { batch, items } = await runBatch(vendor, options, ['a', 'b']);
      expect(readings).toBe(2);
      expect(batch).toMatchObject({ status: 'COMPLETED', counts: { succeeded: 2, failed: 0 } });
      expect(endsOf(items)).toEqual([
        ['a', 'SUCCEEDED', 'a'],
        ['b', 'SUCCEEDED', 'b'],
      ]);
    },
  );

  test('costs what its vendor charges within batches, cached and reasoning tokens included', async () => {
    const { batch, items } = await run({ how: 'completed', ends: [['a', ANSWERED]] }, ['a']);
    const config = MODEL_CONFIGS[vendor.name][vendor.model];
    if (config?.pricing == null || config.batch.type === 'none') throw new Error('no price is known');
    const { inputPerMillion, cacheReadPerMillion, cacheWritePerMillion, outputPerMillion } = config.pricing;
    const { uncached, cacheRead, cacheWrite, output } = vendor.tokens;
    const full =
      uncached * inputPerMillion +
      cacheRead * (cacheReadPerMillion ?? inputPerMillion) +
      cacheWrite * (cacheWritePerMillion ?? inputPerMillion) +
      output * outputPerMillion;
    const total = (full * (1 - (config.batch.discountPercent ?? 0) / 100)) / 1_000_000;
    expect(items).toMatchObject([{ cost: { total: expect.closeTo(total, 12) } }]);
    expect(batch.cost).toEqual({ total: expect.closeTo(total, 12) });
  });

  test('ends a request in a tool call, or in a refusal, as it would end alone', async () => {
    const { items } = await run(
      {
        how: 'completed',
        ends: [
          ['a', { type: 'tool-called' }],
          ['b', { type: 'refused' }],
        ],
      },
      ['a', 'b'],
    );
    expect(items).toMatchObject([
      { status: 'SUCCEEDED', finishReason: 'TOOL_CALLS', toolCalls: [{ name: 'look' }] },
      { status: 'FAILED', error: { code: 'CONTENT_FILTERED' } },
    ]);
  });

  test('fails with all its requests when it is refused as a whole, in the words of its vendor', async () => {
    const { batch, items, logged } = await runBatch(
      vendor,
      { standing: () => ({ refusedFor: 'requests' }) },
      ['a', 'b'],
    );
    const error = {
      code: 'PROVIDER_REJECTED',
      message: `The provider rejected the request: ${vendor.refusal}`,
    };
    expect(batch).toMatchObject({ status: 'FAILED', counts: { failed: 2 }, cost: null, error });
    expect(items).toMatchObject([
      { status: 'FAILED', error },
      { status: 'FAILED', error },
    ]);
    expect(logged).toContain('a batch failed');
  });

  test('says nothing of the account when it is refused for its sake', async () => {
    const { batch, items } = await runBatch(vendor, { standing: () => ({ refusedFor: 'account' }) }, ['a']);
    expect(batch).toMatchObject({ status: 'FAILED', error: { code: 'PROVIDER_AUTHENTICATION' } });
    expect(JSON.stringify([batch, items])).not.toMatch(/secret|credit balance|all available credits/);
  });
});
