import { describe, expect, it } from 'vitest';
import type { StreamEvent } from '../../../src/core/stream-event.ts';
import { usageOf } from '../../services/generations/run/run-harness.ts';
import { request, startApp, type TestApp, TRANSPORTS } from '../../support/app/app.ts';
import { flatPricing } from '../../support/app/flat-pricing.ts';
import { createToy, finishEvent, textDelta, toyOverrides } from '../../support/app/toy-provider.ts';

const GENERATE = `mutation ($input: GenerateInput!) { generate(input: $input) { id status finishReason usage { source } cost { ...C } } }
  fragment C on Cost { total source listTotal serviceTier toolFees { tool count amount } }`;

const PRICING = {
  ...flatPricing(1, 1),
  toolFees: [
    { tool: 'web_search', pricePerCall: 0.01, perRequest: false },
    { tool: 'code_interpreter', pricePerCall: 0.03, perRequest: true },
  ],
} as const;

const run = (name: string, index: number, args = {}): StreamEvent => ({
  type: 'tool-call',
  toolCall: { callId: `run_${index}`, name, arguments: args, builtIn: true, result: null, opaque: null },
});

/** A model that runs its vendor's tools; its calls are those of the prompt: `web_search web_search code_interpreter`. */
const createSearcher = (billing = {}) =>
  createToy(async function* ({ request: { messages } }) {
    const last = messages.at(-1);
    const prompt = last?.role === 'user' && last.parts[0]?.type === 'text' ? last.parts[0].text : '';
    for (const [index, name] of prompt.split(' ').entries()) yield run(name, index);
    yield textDelta('found');
    const toolCounts = { web_search: prompt.split(' ').filter((name) => name === 'web_search').length };
    yield finishEvent({ usage: usageOf(10, 10, { billing: { toolCounts, ...billing } }) });
  });

const start = (toy: ReturnType<typeof createSearcher>): Promise<TestApp> =>
  startApp(
    {},
    toyOverrides(toy, { toy: { pricing: PRICING, builtInTools: ['web_search', 'code_interpreter'] } }),
  );

const inputOf = (prompt: string, more = {}) => ({
  input: { model: 'toy', prompt, tools: [{ builtIn: 'WEB_SEARCH' }], ...more },
});

describe("fees of a provider's own tools", () => {
  it('are told apart, and are part of the total', async () => {
    await using app = await start(createSearcher({ serviceTier: 'default' }));
    const { data } = await request(app, GENERATE, inputOf('web_search web_search'));
    expect(data.generate.cost).toEqual({
      total: expect.closeTo(0.020_02, 12),
      source: 'PRICE_LIST',
      listTotal: null,
      serviceTier: 'default',
      toolFees: [{ tool: 'WEB_SEARCH', count: 2, amount: 0.02 }],
    });
    const stored = await request(
      app,
      GENERATE.replace(
        'mutation ($input: GenerateInput!) { generate(input: $input)',
        'query ($id: ID!) { generation(id: $id)',
      ),
      {
        id: data.generate.id,
      },
    );
    expect(stored.data.generation.cost).toEqual(data.generate.cost);
  });

  it('are part of the list, where the provider reports the whole amount', async () => {
    await using app = await start(createSearcher({ amountUsd: 0.5 }));
    const { data } = await request(app, GENERATE, inputOf('web_search'));
    expect(data.generate.cost).toMatchObject({
      total: 0.5,
      source: 'PROVIDER',
      listTotal: expect.closeTo(0.010_02, 12),
    });
  });

  it('end a generation that may not cost as much, as soon as a tool has run once too often', async () => {
    const calls = Array.from({ length: 50 }, () => 'web_search').join(' ');
    await using app = await start(createSearcher());
    const { data } = await request(app, GENERATE, inputOf(calls, { maxCostUsd: 0.035 }));
    const { status, finishReason, usage, cost } = data.generate;
    expect({ status, finishReason, usage }).toEqual({
      status: 'COMPLETED',
      finishReason: 'COST_LIMIT',
      usage: { source: 'ESTIMATED' },
    });
    expect(cost.toolFees).toEqual([{ tool: 'WEB_SEARCH', count: 4, amount: 0.04 }]);
    expect(cost.total).toBeGreaterThan(0.04);
    expect(cost.total).toBeLessThan(0.041);
  });

  it('do not end one that stays below, with a fee by the request counted once', async () => {
    await using app = await start(createSearcher());
    const calls = 'web_search code_interpreter code_interpreter code_interpreter';
    const { data } = await request(app, GENERATE, inputOf(calls, { maxCostUsd: 0.041 }));
    expect(data.generate.finishReason).toBe('STOP');
  });

  it.each(Object.keys(TRANSPORTS).filter((name) => name !== 'http'))(
    'are in the cost that a stream tells over %s',
    async (name) => {
      const ask = TRANSPORTS[name === 'sse' ? 'sse' : 'websocket'];
      await using app = await start(createSearcher());
      const query = `subscription ($input: GenerateInput!) { generate(input: $input) { ... on UsageUpdated { cost { toolFees { tool count } } } } }`;
      const results = await ask(app, query, inputOf('web_search web_search web_search'));
      const told = results.flatMap(({ data }) => data.generate.cost ?? []);
      expect(told.at(-1)).toEqual({ toolFees: [{ tool: 'WEB_SEARCH', count: 3 }] });
    },
  );
});

it('prices of tools, of long writes and of tiers are in the catalogue', async () => {
  await using app = await startApp();
  const query = `query ($name: String!) { model(name: $name) { pricing {
    inputPerMillion cacheWriteLongPerMillion toolFees { tool pricePerCall perRequest } serviceTiers { tier percent }
  } } }`;
  const pricingOf = async (name: string) => (await request(app, query, { name })).data.model.pricing;
  const claude = await pricingOf('claude-opus-5');
  expect(claude.cacheWriteLongPerMillion).toBe(2 * claude.inputPerMillion);
  expect(claude.toolFees).toContainEqual({ tool: 'WEB_SEARCH', pricePerCall: 0.01, perRequest: false });
  expect((await pricingOf('gpt-5.4-mini')).toolFees).toEqual([
    { tool: 'WEB_SEARCH', pricePerCall: 0.01, perRequest: false },
    { tool: 'CODE_INTERPRETER', pricePerCall: 0.03, perRequest: true },
  ]);
  expect((await pricingOf('gemini-2.5-flash')).serviceTiers).toEqual([{ tier: 'flex', percent: 50 }]);
  expect((await pricingOf('grok-4.3')).toolFees).toHaveLength(2);
});
