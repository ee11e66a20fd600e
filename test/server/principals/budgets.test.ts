import { describe, expect, it } from 'vitest';
import type { AppOverrides } from '../../../src/app.ts';
import { ProviderError } from '../../../src/core/errors.ts';
import type { ModelConfig } from '../../../src/core/model-config.ts';
import type { BudgetRule } from '../../../src/core/principal.ts';
import type { StreamEvent } from '../../../src/core/stream-event.ts';
import type { CallOptions } from '../../../src/core/text-provider.ts';
import type { TextRequest } from '../../../src/core/text-request.ts';
import { collectOverWebSocket, request, startApp, type TestApp } from '../../support/app/app.ts';
import { asPrincipal, withBudgets } from '../../support/app/as-principal.ts';
import { flatPricing } from '../../support/app/flat-pricing.ts';
import { createToyProvider, finish, toyModel } from '../../support/app/toy-app.ts';
import { finishEvent, textDelta, untilAborted } from '../../support/app/toy-provider.ts';
import { findBatchEngines, until } from '../../support/databases/batch-database.ts';

type Answer = (request: TextRequest, options: CallOptions) => AsyncIterable<StreamEvent>;

const GENERATE = `mutation ($input: GenerateInput!) { generate(input: $input) { id status cost { total } } }`;
const VIEWER = `{ viewer { kind budgets { scope period tag limitUsd spentUsd reservedUsd resetsAt }
  usage(from: "2026-11-01", to: "2026-12-31", by: [MODEL, STATUS]) { model status generations inputTokens outputTokens
    costUsd unpriced } } }`;

/** A dollar for a thousand tokens of output, nothing for input. */
const PRICED = toyModel({ pricing: flatPricing(0, 1_000), functionCalling: true });

const usage = (outputTokens: number) => ({
  inputTokens: 3,
  outputTokens,
  totalTokens: 3 + outputTokens,
  cacheReadTokens: null,
  cacheWriteTokens: null,
  reasoningTokens: null,
  audioInputTokens: null,
  source: 'provider' as const,
});

const answerWith = (outputTokens: number): Answer =>
  async function* () {
    yield textDelta('Hi');
    yield finishEvent({ usage: usage(outputTokens) });
  };

const engines = await findBatchEngines();

const total = (limitUsd: number): BudgetRule => ({ scope: 'key', period: 'total', limitUsd });

describe.each(engines)('budgets on $name', ({ problem, open }) => {
  const start = async (
    answer: Answer,
    rules: readonly BudgetRule[],
    {
      model = PRICED,
      ...more
    }: Pick<AppOverrides, 'now' | 'timing'> & {
      readonly model?: ModelConfig;
      readonly unpriced?: 'refuse' | 'allow';
      readonly maxAttempts?: number;
    } = {},
  ) => {
    const database = await open();
    const toy = createToyProvider(answer);
    const { unpriced = 'refuse', maxAttempts = 1, ...overrides } = more;
    const app = await startApp(
      { ...database.settings, unpriced, maxAttempts },
      {
        ...toy.overrides,
        models: [model],
        plugins: [asPrincipal(withBudgets(...rules))],
        ...overrides,
      },
    );
    return {
      app,
      toy,
      database,
      [Symbol.asyncDispose]: async () => {
        await app.close();
        await database[Symbol.asyncDispose]();
      },
    };
  };

  const ask = (app: TestApp, more: object = {}) =>
    request(app, GENERATE, { input: { model: 'toy', prompt: 'Hello', maxOutputTokens: 100, ...more } });

  const viewer = async (app: TestApp) => (await request(app, VIEWER)).data.viewer;

  /** The end of a generation is stored a moment after its client has it. */
  const settled = async (app: TestApp) => {
    await until(async () => {
      const { budgets } = await viewer(app);
      return budgets.every(({ reservedUsd }: { reservedUsd: number }) => reservedUsd === 0);
    });
    return viewer(app);
  };

  describe.skipIf(problem !== null)('of a caller', () => {
    it('refuse a request that may cost more than is left, say what is left, and call no vendor', async () => {
      await using server = await start(answerWith(40), [total(0.13)]);
      expect((await ask(server.app)).data.generate.status).toBe('COMPLETED');
      await settled(server.app);
      const { errors } = await ask(server.app);
      expect(errors?.[0]?.extensions).toMatchObject({
        code: 'BUDGET_EXCEEDED',
        retryable: false,
        path: ['input'],
        budget: {
          scope: 'key',
          period: 'total',
          limitUsd: 0.13,
          leftUsd: 0.09,
          neededUsd: 0.1,
          resetsAt: null,
        },
      });
      expect(server.toy.calls).toHaveLength(1);
      const metrics = await (await fetch(new URL('/metrics', server.app.url))).text();
      expect(metrics.match(/^modelgraph_budget_refusals_total.*$/gm)).toEqual([
        'modelgraph_budget_refusals_total{scope="key",period="total"} 1',
      ]);
    });

    it('are settled at what the vendor reports, with a row of usage', async () => {
      await using server = await start(answerWith(40), [total(1)]);
      await ask(server.app);
      expect(await settled(server.app)).toMatchObject({
        budgets: [
          { scope: 'KEY', period: 'TOTAL', limitUsd: 1, spentUsd: 0.04, reservedUsd: 0, resetsAt: null },
        ],
        usage: [
          {
            model: 'toy',
            status: 'COMPLETED',
            generations: 1,
            inputTokens: 3,
            outputTokens: 40,
            costUsd: 0.04,
            unpriced: 0,
          },
        ],
      });
    });

    it('let through no more of hundreds at once than there is money for', async () => {
      const release = Promise.withResolvers<void>();
      await using server = await start(
        async function* () {
          await release.promise;
          yield finishEvent({ usage: usage(100) });
        },
        [total(2.05), { scope: 'key', period: 'day', limitUsd: 5 }],
      );
      const asked = Array.from({ length: 300 }, () => ask(server.app));
      await until(async () => (await viewer(server.app)).budgets[0].reservedUsd === 2);
      release.resolve();
      const answers = await Promise.all(asked);
      expect(answers.filter(({ errors }) => errors === undefined)).toHaveLength(20);
      expect(server.toy.calls).toHaveLength(20);
      expect(
        (await settled(server.app)).budgets.map(({ spentUsd }: { spentUsd: number }) => spentUsd),
      ).toEqual([2, 2]);
    });

    it('release what a vendor has refused', async () => {
      await using server = await start(
        // oxlint-disable-next-line require-yield
        async function* () {
          throw new ProviderError('PROVIDER_REJECTED', { provider: 'toy', providerStatus: 400 });
        },
        [total(1)],
      );
      await ask(server.app);
      expect(await settled(server.app)).toMatchObject({ budgets: [{ spentUsd: 0 }], usage: [] });
    });

    it('count at the bound what ended without usage', async () => {
      await using server = await start(
        async function* () {
          yield textDelta('Hi');
          yield finish;
        },
        [total(1)],
      );
      await ask(server.app);
      expect(await settled(server.app)).toMatchObject({ budgets: [{ spentUsd: 0.1 }] });
    });

    it('count each try that may have been billed, and stop where there is no money for another', async () => {
      await using server = await start(
        // oxlint-disable-next-line require-yield
        async function* () {
          throw new ProviderError('STREAM_TRUNCATED', { provider: 'toy' });
        },
        [total(0.25)],
        { maxAttempts: 5 },
      );
      const { errors } = await ask(server.app);
      expect(errors?.[0]?.extensions).toMatchObject({ code: 'BUDGET_EXCEEDED' });
      expect(server.toy.calls).toHaveLength(2);
      expect(await settled(server.app)).toMatchObject({ budgets: [{ spentUsd: 0.2 }] });
    });

    it('count what has come by then of a generation that is cancelled, never nothing', async () => {
      await using server = await start(
        async function* (_request, { signal }) {
          yield textDelta('Hello');
          await untilAborted(signal);
        },
        [total(10)],
      );
      const START = 'mutation ($input: GenerateInput!) { startGeneration(input: $input) { id } }';
      const input = { model: 'toy', prompt: 'Hello', maxOutputTokens: 5_000 };
      const { data } = await request(server.app, START, { input });
      const { id } = data.startGeneration;
      await collectOverWebSocket(
        server.app,
        'subscription ($id: ID!) { generationEvents(id: $id) { __typename } }',
        { id },
        { until: ({ data: event }) => event.generationEvents.__typename === 'TextDelta' },
      );
      await request(server.app, 'mutation ($id: ID!) { cancelGeneration(id: $id) { id } }', { id });
      // Five bytes, and a thousand tokens that may be on their way.
      expect(await settled(server.app)).toMatchObject({ budgets: [{ spentUsd: 1.005 }] });
    });

    it('begin anew at midnight UTC, and not before', async () => {
      let now = Date.parse('2026-11-30T23:59:59Z');
      await using server = await start(
        answerWith(100),
        [
          { scope: 'key', period: 'day', limitUsd: 0.1 },
          { scope: 'key', period: 'month', limitUsd: 0.2 },
          total(0.3),
        ],
        { now: () => now },
      );
      await ask(server.app);
      await settled(server.app);
      expect((await ask(server.app)).errors?.[0]?.extensions).toMatchObject({
        code: 'BUDGET_EXCEEDED',
        budget: { period: 'day', resetsAt: '2026-12-01T00:00:00.000Z' },
      });
      now = Date.parse('2026-12-01T00:00:00Z');
      expect((await ask(server.app)).errors).toBeUndefined();
      const { budgets } = await settled(server.app);
      expect(budgets).toMatchObject([
        { spentUsd: 0.1, resetsAt: '2026-12-02T00:00:00.000Z' },
        { spentUsd: 0.1, resetsAt: '2027-01-01T00:00:00.000Z' },
        { spentUsd: 0.2, resetsAt: null },
      ]);
    });

    it('reserve less where maxCostUsd limits the output', async () => {
      await using server = await start(answerWith(10), [total(0.06)]);
      expect((await ask(server.app)).errors?.[0]?.extensions).toMatchObject({ code: 'BUDGET_EXCEEDED' });
      expect((await ask(server.app, { maxCostUsd: 0.05 })).errors).toBeUndefined();
      expect(server.toy.calls.map(({ maxOutputTokens }) => maxOutputTokens)).toEqual([50]);
    });

    it('refuse a model without a known price, unless the operator allows it', async () => {
      const model = toyModel({ pricing: null });
      await using refusing = await start(answerWith(10), [total(1)], { model });
      expect((await ask(refusing.app)).errors?.[0]?.extensions).toMatchObject({
        code: 'UNSUPPORTED_CAPABILITY',
        path: ['input', 'model'],
      });
      await using allowing = await start(answerWith(10), [total(1)], { model, unpriced: 'allow' });
      expect((await ask(allowing.app)).errors).toBeUndefined();
      await until(async () => (await viewer(allowing.app)).usage.length === 1);
      expect(await viewer(allowing.app)).toMatchObject({ usage: [{ unpriced: 1, costUsd: 0 }] });
    });

    it('of a tag are for requests with that tag, each tag apart', async () => {
      await using server = await start(answerWith(100), [
        { scope: 'tag', period: 'total', limitUsd: 0.1 },
        { scope: 'tag', period: 'total', limitUsd: 0.05, tag: 'poor' },
      ]);
      const tagged = (tag: string) => ask(server.app, { metadata: { tag } });
      expect((await tagged('a')).errors).toBeUndefined();
      expect((await tagged('b')).errors).toBeUndefined();
      expect((await tagged('poor')).errors?.[0]?.extensions).toMatchObject({ budget: { limitUsd: 0.05 } });
      expect((await ask(server.app)).errors).toBeUndefined();
      await settled(server.app);
      expect((await tagged('a')).errors?.[0]?.extensions).toMatchObject({ budget: { scope: 'tag' } });
      const { budgets } = await viewer(server.app);
      expect(
        budgets.map(({ tag, spentUsd }: { tag: string; spentUsd: number }) => [tag, spentUsd]).toSorted(),
      ).toEqual([
        ['a', 0.1],
        ['b', 0.1],
        ['poor', 0],
      ]);
    });

    it('refuse tool results whose turn there is no money for, and the generation goes on waiting', async () => {
      const rules = [total(0.15)];
      let turns = 0;
      await using server = await start(async function* () {
        turns += 1;
        if (turns === 1) {
          yield {
            type: 'tool-call',
            toolCall: { callId: 'c', name: 'f', arguments: {}, builtIn: false, result: null, opaque: null },
          };
          yield finishEvent({ reason: 'tool-calls', usage: usage(60) });
        } else yield finishEvent({ usage: usage(60) });
      }, rules);
      const tools = [{ function: { name: 'f', parameters: { type: 'object' } } }];
      const { data } = await ask(server.app, { tools });
      const { id, status } = data.generate;
      expect(status).toBe('REQUIRES_ACTION');
      const SUBMIT = `mutation ($id: ID!) { submitToolResults(generationId: $id, results: [{ callId: "c", output: 1 }]) {
        status } }`;
      const refused = await request(server.app, SUBMIT, { id });
      expect(refused.errors?.[0]?.extensions).toMatchObject({ code: 'BUDGET_EXCEEDED', path: ['results'] });
      const READ = 'query ($id: ID!) { generation(id: $id) { status } }';
      expect((await request(server.app, READ, { id })).data.generation.status).toBe('REQUIRES_ACTION');
      await request(server.app, 'mutation ($id: ID!) { cancelGeneration(id: $id) { id } }', { id });
      expect(await settled(server.app)).toMatchObject({ budgets: [{ spentUsd: 0.06 }] });
    });

    it('are followed: each as it stands, then as it changes', async () => {
      await using server = await start(answerWith(40), [total(1)]);
      const following = collectOverWebSocket(
        server.app,
        'subscription { budgetUpdated { spentUsd reservedUsd } }',
        {},
        { until: ({ data }) => data.budgetUpdated.spentUsd > 0 },
      );
      await ask(server.app);
      const seen = (await following).map(({ data }) => data.budgetUpdated);
      expect(seen.at(-1)).toEqual({ spentUsd: 0.04, reservedUsd: 0 });
    });

    it('are charged once for requests under one idempotency key', async () => {
      await using server = await start(answerWith(100), [total(0.15)]);
      const KEYED = `mutation ($input: GenerateInput!) { generate(input: $input, idempotencyKey: "k") { id } }`;
      const input = { model: 'toy', prompt: 'Hello', maxOutputTokens: 100 };
      const answers = await Promise.all(
        Array.from({ length: 10 }, () => request(server.app, KEYED, { input })),
      );
      expect(new Set(answers.map(({ data }) => data.generate.id)).size).toBe(1);
      expect(await settled(server.app)).toMatchObject({ budgets: [{ spentUsd: 0.1 }] });
    });

    it('hold a batch as a whole, and are settled with each of its requests', async () => {
      await using server = await start(answerWith(40), [total(0.35)]);
      const SUBMIT = 'mutation ($input: SubmitBatchInput!) { submitBatch(input: $input) { id } }';
      const submit = (count: number) =>
        request(server.app, SUBMIT, {
          input: {
            requests: Array.from({ length: count }, (_, index) => ({
              customId: `r${index}`,
              input: { model: 'toy', prompt: 'Hello', maxOutputTokens: 100 },
            })),
          },
        });
      expect((await submit(4)).errors?.[0]?.extensions).toMatchObject({
        code: 'BUDGET_EXCEEDED',
        budget: { neededUsd: 0.4, leftUsd: 0.35 },
      });
      expect((await submit(3)).errors).toBeUndefined();
      await until(async () => (await viewer(server.app)).usage[0]?.generations === 3);
      expect(await settled(server.app)).toMatchObject({
        budgets: [{ spentUsd: 0.12 }],
        usage: [{ status: 'COMPLETED', generations: 3, outputTokens: 120, costUsd: 0.12 }],
      });
      expect(server.toy.calls).toHaveLength(3);
    });
  });
});
