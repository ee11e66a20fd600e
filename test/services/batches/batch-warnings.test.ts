import { describe, expect, test } from 'vitest';
import type { Warning } from '../../../src/core/generation.ts';
import type { StreamEvent } from '../../../src/core/stream-event.ts';
import { flatPricing } from '../../support/app/flat-pricing.ts';
import { request, startApp, type TestApp } from '../../support/app/app.ts';
import { cancelBatch, endedBatch, requestsOf, submitted } from '../../support/app/batch-requests.ts';
import {
  answerOf,
  createToy,
  finishEvent,
  textDelta,
  toyModels,
  toyOverrides,
  untilAborted,
} from '../../support/app/toy-provider.ts';
import { FAILURE, toResult } from '../../support/batch-vendors/batch-results.ts';
import { createToyBatchVendor, QUICK_TIMING } from '../../support/batch-vendors/toy-batch-vendor.ts';
import { findBatchEngines } from '../../support/databases/batch-database.ts';
import type { Raw } from '../../support/upstream/replay.ts';

const engines = await findBatchEngines();

const WARNINGS = 'warnings { code message path from to }';
const ITEM = `customId status text output finishReason rawFinishReason ${WARNINGS}
  citations { url title snippet startIndex endIndex } usage { outputTokens } cost { total } error { code }`;

const readTold = async (app: TestApp, id: string): Promise<Raw> => {
  const query = `query ($id: ID!) { batch(id: $id) { ${WARNINGS} items { nodes { ${ITEM} } } } }`;
  return (await request(app, query, { id })).data.batch;
};

const NOTE: Warning = {
  code: 'PROVIDER_WARNING',
  message: 'The vendor has a note.',
  path: null,
  from: null,
  to: null,
};

const CITATION = {
  url: 'https://example.com',
  title: 'Source',
  snippet: null,
  startIndex: 0,
  endIndex: 2,
} as const;

const DROPPED = {
  code: 'PARAMETER_DROPPED',
  path: ['input', 'temperature'],
  from: 0.5,
  to: null,
  message: expect.any(String),
};

const DEPRECATED = {
  code: 'MODEL_DEPRECATED',
  from: 'toy',
  to: 'other',
  message: expect.stringContaining('deprecated'),
};

const DROPPING = { temperature: 0.5, onUnsupported: 'DROP_WITH_WARNING' };

const STATUS = { type: 'deprecated', replacement: 'other', shutdownDate: null } as const;

for (const { name, problem, open } of engines) {
  describe.skipIf(problem !== null)(`what a batch tells, kept in ${name}`, () => {
    test('warnings of the checks are there at once, and those of the answer after them', async () => {
      const mayEnd = Promise.withResolvers<void>();
      const vendor = createToyBatchVendor({
        model: { status: STATUS },
        before: async (call) => {
          if (call === 'poll') await mayEnd.promise;
        },
        onSubmit: (batch) => {
          batch.results = batch.requests.map(({ customId }) =>
            toResult(customId, {
              warnings: [NOTE],
              citations: [CITATION],
              rawFinishReason: 'end_of_turn',
            }),
          );
        },
      });
      await using database = await open();
      await using app = await startApp(database.settings, vendor.overrides);
      const id = await submitted(app, [...requestsOf(['a'], DROPPING), ...requestsOf(['b'])]);
      const deprecated = { ...DEPRECATED, path: ['input', 'model'] };
      const before = await readTold(app, id);
      expect(before).toMatchObject({
        warnings: [{ ...DEPRECATED, path: null }],
        items: {
          nodes: [
            { customId: 'a', status: 'PENDING', warnings: [deprecated, DROPPED], citations: [] },
            { customId: 'b', status: 'PENDING', warnings: [deprecated], rawFinishReason: null },
          ],
        },
      });
      mayEnd.resolve();
      await endedBatch(app, id);
      const answered = { status: 'SUCCEEDED', citations: [CITATION], rawFinishReason: 'end_of_turn' };
      expect(await readTold(app, id)).toMatchObject({
        warnings: [{ ...DEPRECATED, path: null }],
        items: {
          nodes: [
            { ...answered, customId: 'a', warnings: [deprecated, DROPPED, NOTE] },
            { ...answered, customId: 'b', warnings: [deprecated, NOTE] },
          ],
        },
      });
    });

    test('an answer that is no JSON, or whose limit went into reasoning, is warned of as a single one is', async () => {
      const vendor = createToyBatchVendor({
        onSubmit: (batch) => {
          const { usage } = toResult('x').result;
          batch.results = [
            toResult('words', { text: 'no JSON' }),
            toResult('json', { text: '{"a":1}' }),
            toResult('spent', {
              text: '',
              finishReason: 'length',
              usage: usage && { ...usage, reasoningTokens: 7 },
            }),
          ];
        },
      });
      await using database = await open();
      await using app = await startApp(database.settings, vendor.overrides);
      const json = { output: { json: true } };
      const id = await submitted(app, [
        ...requestsOf(['words', 'json'], json),
        ...requestsOf(['spent'], { maxOutputTokens: 12 }),
      ]);
      await endedBatch(app, id);
      const { items, warnings } = await readTold(app, id);
      expect(warnings).toEqual([]);
      expect(items.nodes).toMatchObject([
        {
          customId: 'words',
          output: null,
          warnings: [{ code: 'PROVIDER_WARNING', path: ['input', 'output'] }],
        },
        { customId: 'json', output: { a: 1 }, warnings: [] },
        {
          customId: 'spent',
          warnings: [
            {
              code: 'OUTPUT_BUDGET_SPENT_ON_REASONING',
              path: ['input', 'maxOutputTokens'],
              from: 12,
              to: null,
            },
          ],
        },
      ]);
    });

    test('what the vendor says of the batch, and results of other requests, are warnings of the batch', async () => {
      const vendor = createToyBatchVendor({
        onSubmit: (batch) => {
          batch.results = [toResult('a'), toResult('of another batch'), toResult('a'), toResult('\0')];
        },
        toVendorBatch: (batch) => ({ ...batch, warnings: [NOTE] }),
      });
      await using database = await open();
      await using app = await startApp(database.settings, vendor.overrides);
      const id = await submitted(app, requestsOf(['a']));
      await endedBatch(app, id);
      expect((await readTold(app, id)).warnings).toEqual([
        NOTE,
        {
          ...NOTE,
          message:
            'The provider returned 2 results that belong to no request of the batch. They were ignored.',
        },
      ]);
    });

    test('what had come of an answer that failed is kept, and is paid for', async () => {
      const { usage } = toResult('x').result;
      const partial = {
        text: 'half',
        reasoning: null,
        toolCalls: [],
        citations: [CITATION],
        warnings: [NOTE],
        usage,
      };
      const vendor = createToyBatchVendor({
        model: { pricing: flatPricing(100, 1_000) },
        onSubmit: (batch) => {
          batch.results = [
            { customId: 'a', status: 'failed', error: FAILURE, partial },
            { customId: 'b', status: 'failed', error: FAILURE, partial: { ...partial, text: '' } },
            { customId: 'c', status: 'failed', error: FAILURE },
          ];
        },
      });
      await using database = await open();
      await using app = await startApp(database.settings, vendor.overrides);
      const id = await submitted(app, requestsOf(['a', 'b', 'c']));
      expect(await endedBatch(app, id)).toMatchObject({
        usage: { inputTokens: 200, outputTokens: 20 },
        cost: { total: expect.closeTo(0.02) },
      });
      const kept = {
        status: 'FAILED',
        citations: [CITATION],
        warnings: [NOTE],
        usage: { outputTokens: 10 },
        cost: { total: expect.closeTo(0.01) },
        error: { code: 'PROVIDER_REJECTED' },
      };
      expect((await readTold(app, id)).items.nodes).toMatchObject([
        { ...kept, customId: 'a', text: 'half' },
        { ...kept, customId: 'b', text: null },
        { customId: 'c', text: null, usage: null, cost: null, citations: [], warnings: [] },
      ]);
    });

    test('a request that was never answered keeps the warnings of its checks', async () => {
      const asked = Promise.withResolvers<void>();
      const toy = createToy(async function* ({ signal }) {
        asked.resolve();
        yield textDelta('so far');
        await untilAborted(signal);
      });
      await using database = await open();
      await using app = await startApp(
        { ...database.settings, batchConcurrency: 1 },
        { ...toyOverrides(toy), batchTiming: QUICK_TIMING },
      );
      const id = await submitted(app, requestsOf(['a', 'b'], DROPPING));
      await asked.promise;
      await cancelBatch(app, id);
      await endedBatch(app, id);
      expect((await readTold(app, id)).items.nodes).toMatchObject([
        { customId: 'a', status: 'CANCELLED', text: 'so far', warnings: [DROPPED] },
        { customId: 'b', status: 'CANCELLED', text: null, warnings: [DROPPED] },
      ]);
    });
  });
}

describe('a request of a batch without a vendor tells what a single generation tells', () => {
  const TOLD = `text output finishReason rawFinishReason ${WARNINGS}
    citations { url title snippet startIndex endIndex }`;
  const said: Readonly<Record<string, readonly StreamEvent[]>> = {
    'an answer with sources': [
      { type: 'warning', warning: NOTE },
      textDelta('Hi.'),
      { type: 'citation', citation: CITATION },
      finishEvent({ rawReason: 'end_of_turn' }),
    ],
    'no JSON': [textDelta('words'), finishEvent()],
    'a spent limit': [
      { type: 'reasoning-delta', text: 'hm' },
      finishEvent({ reason: 'length', rawReason: 'max' }),
    ],
  };

  test.each(Object.keys(said))('%s', async (name) => {
    const toy = createToy(answerOf(...(said[name] ?? [])));
    const overrides = {
      ...toyOverrides(toy),
      models: toyModels({ toy: { structuredOutput: true, status: STATUS }, other: {} }),
    };
    await using app = await startApp({}, { ...overrides, batchTiming: QUICK_TIMING });
    const input = { ...DROPPING, ...(name === 'no JSON' && { output: { json: true } }) };
    const query = `mutation ($input: GenerateInput!) { generate(input: $input) { ${TOLD} } }`;
    const single = await request(app, query, { input: { model: 'toy', prompt: 'a', ...input } });
    const id = await submitted(app, requestsOf(['a'], input));
    expect(await endedBatch(app, id)).toMatchObject({ status: 'COMPLETED', mode: 'SEQUENTIAL' });
    const item = await request(
      app,
      `query ($id: ID!) { batch(id: $id) { ${WARNINGS} item(customId: "a") { ${TOLD} } } }`,
      { id },
    );
    expect(item.data.batch.item).toEqual(single.data.generate);
    expect(item.data.batch.warnings).toMatchObject([{ code: 'MODEL_DEPRECATED', path: null }]);
    expect(single.data.generate.warnings.length).toBeGreaterThan(2);
  });
});
