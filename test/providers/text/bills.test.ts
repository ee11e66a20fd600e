import { describe, expect, test } from 'vitest';
import { MODEL_CONFIGS } from '../../../config/providers/index.ts';
import type { ModelConfig, ModelConfigs } from '../../../src/core/model-config.ts';
import { TEXT_PROVIDERS } from '../../../src/providers/index.ts';
import { costOf } from '../../../src/services/pricing/cost.ts';
import { connectLine } from '../../contract/contract-upstream.ts';
import type { Raw } from '../../support/upstream/replay.ts';
import { sendJson, startUpstream } from '../../support/upstream/upstream-server.ts';
import { createRequest, never } from './openai/openai-harness.ts';

const message = (usage: Raw): object => ({
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'claude',
  content: [{ type: 'text', text: 'Hi' }],
  stop_reason: 'end_turn',
  usage: { input_tokens: 1_000, output_tokens: 100, ...usage },
});

const response = (usage: Raw, { output = [], ...more }: Raw = {}): object => ({
  id: 'resp_1',
  status: 'completed',
  output: [
    ...output,
    {
      id: 'm',
      type: 'message',
      role: 'assistant',
      content: [{ type: 'output_text', text: 'Hi', annotations: [] }],
    },
  ],
  usage: { input_tokens: 1_000, output_tokens: 100, total_tokens: 1_100, ...usage },
  ...more,
});

const completion = (more: Raw): object => ({
  id: 'chat_1',
  choices: [{ index: 0, message: { role: 'assistant', content: 'Hi' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 1_000, completion_tokens: 100, total_tokens: 1_100 },
  ...more,
});

const content = (candidate: Raw, usage: Raw = {}): object => ({
  candidates: [{ content: { role: 'model', parts: [{ text: 'Hi' }] }, finishReason: 'STOP', ...candidate }],
  usageMetadata: { promptTokenCount: 1_000, candidatesTokenCount: 100, totalTokenCount: 1_100, ...usage },
});

const search = (action: object | undefined, index: number): object => ({
  id: `ws_${index}`,
  type: 'web_search_call',
  status: 'completed',
  ...(action && { action }),
});
const SEARCHED = { type: 'search', query: 'news' };
const code = (container: string, index: number): object => ({
  id: `ci_${index}`,
  type: 'code_interpreter_call',
  status: 'completed',
  code: '1',
  container_id: container,
  outputs: [],
});

const WEB_SEARCH = 'web_search';

interface Bill {
  readonly provider: string;
  readonly model: string;
  readonly what: string;
  readonly answer: object;
  /** Of what it costs. */
  readonly cost: Raw;
}

const fees = (count: number, amount: number, tool = WEB_SEARCH) => ({
  toolFees: [{ tool, count, amount: expect.closeTo(amount, 12) }],
});

const BILLS: readonly Bill[] = [
  {
    provider: 'anthropic',
    model: 'claude-opus-5',
    what: 'a long cache write: twice the price of input',
    answer: message({
      input_tokens: 0,
      output_tokens: 0,
      cache_creation_input_tokens: 100_000,
      cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 100_000 },
      service_tier: 'standard',
    }),
    cost: { total: expect.closeTo(1, 9), serviceTier: 'standard', source: 'price-list' },
  },
  {
    provider: 'anthropic',
    model: 'claude-opus-5',
    what: 'a short cache write',
    answer: message({
      input_tokens: 0,
      output_tokens: 0,
      cache_creation_input_tokens: 100_000,
      cache_creation: { ephemeral_5m_input_tokens: 100_000, ephemeral_1h_input_tokens: 0 },
    }),
    cost: { total: expect.closeTo(0.625, 9), serviceTier: null },
  },
  {
    provider: 'anthropic',
    model: 'claude-haiku-4-5',
    what: 'searches',
    answer: message({ server_tool_use: { web_search_requests: 3, web_fetch_requests: 0 } }),
    cost: fees(3, 0.03),
  },
  {
    provider: 'openai',
    model: 'gpt-5.4',
    what: 'searches, without the pages that they opened',
    answer: response(
      {},
      { output: [SEARCHED, undefined, { type: 'open_page', url: 'https://a.b' }].map(search) },
    ),
    cost: fees(2, 0.02),
  },
  {
    provider: 'openai',
    model: 'gpt-5.4',
    what: 'searches by a count of its own',
    answer: response({}, { output: [search(SEARCHED, 0)], tool_usage: { web_search: { num_requests: 4 } } }),
    cost: fees(4, 0.04),
  },
  {
    provider: 'openai',
    model: 'gpt-5.4',
    what: 'one container, whatever ran in it',
    answer: response({}, { output: ['a', 'a', 'a'].map(code) }),
    cost: fees(1, 0.03, 'code_interpreter'),
  },
  {
    provider: 'xai',
    model: 'grok-4.3',
    what: 'the amount that it reports, with fees in the list',
    answer: response({
      cost_in_usd_ticks: 115_000_000,
      server_side_tool_usage_details: { web_search_calls: 2 },
    }),
    // 1,000 tokens at 1.25 and 100 at 2.50 dollars a million, two calls at 0.005.
    cost: { total: 0.0115, source: 'provider', listTotal: expect.closeTo(0.0115, 12), ...fees(2, 0.01) },
  },
  {
    provider: 'perplexity',
    model: 'sonar',
    what: 'the amount that it reports',
    answer: response({
      cost: {
        currency: 'USD',
        input_cost: 0.00025,
        output_cost: 0.00025,
        tool_calls_cost: 0.0025,
        total_cost: 0.003,
      },
      tool_calls_details: { web_search: { invocation: 1 } },
    }),
    cost: { total: 0.003, source: 'provider', listTotal: expect.closeTo(0.003, 12), ...fees(1, 0.0025) },
  },
  {
    provider: 'gemini',
    model: 'gemini-2.5-flash',
    what: 'one search for the request, up to version 2.5',
    answer: content({ groundingMetadata: { webSearchQueries: ['a', 'b', 'c'] } }),
    cost: fees(1, 0.035),
  },
  {
    provider: 'gemini',
    model: 'gemini-3.5-flash',
    what: 'each query, from version 3 on',
    answer: content({ groundingMetadata: { webSearchQueries: ['a', 'b', 'c'] } }),
    cost: fees(3, 0.042),
  },
  {
    provider: 'gemini',
    model: 'gemini-2.5-flash',
    what: 'nothing for searches that were none',
    answer: content({ groundingMetadata: { webSearchQueries: 'abc' } }),
    cost: { toolFees: [] },
  },
];

const getConfig = (provider: string, model: string): ModelConfig => {
  const models: Readonly<Record<string, ModelConfigs>> = MODEL_CONFIGS;
  const config = models[provider]?.[model];
  if (config === undefined) throw new Error(`no model ${model} of ${provider}`);
  return config;
};

const readCost = async (provider: string, config: ModelConfig, answer: object) => {
  const descriptor = Object.values(TEXT_PROVIDERS).find(({ name }) => name === provider);
  if (descriptor === undefined) throw new Error(`no provider ${provider}`);
  await using upstream = await startUpstream((incoming) => sendJson(incoming, answer));
  const bound = await connectLine({ descriptor }, config, upstream.origin);
  const { usage } = await bound.generate(createRequest({}), { signal: never() });
  return costOf(usage, config.pricing);
};

describe('the bill', () => {
  test.each(BILLS)('of $provider ($model): $what', async ({ provider, model, answer, cost }) => {
    expect(await readCost(provider, getConfig(provider, model), answer)).toMatchObject(cost);
  });

  test.each([
    ['flex', 0.5],
    ['priority', 2],
    ['default', 1],
    ['auto', 1],
  ])('of openai for the tier %s is %d times the usual one', async (tier, times) => {
    const config = getConfig('openai', 'gpt-5.4');
    const usual = await readCost('openai', config, response({}));
    const cost = await readCost('openai', config, response({}, { service_tier: tier }));
    expect(cost).toMatchObject({ serviceTier: tier, total: expect.closeTo((usual?.total ?? 0) * times, 12) });
  });

  test('of a chat completion has its tier of service', async () => {
    const config = getConfig('groq', 'gpt-oss-120b');
    const cost = await readCost('groq', config, completion({ service_tier: 'on_demand' }));
    expect(cost).toMatchObject({ serviceTier: 'on_demand', source: 'price-list' });
  });

  test.each([
    [{ service_tier: { name: 'x' }, usage: { prompt_tokens: 1, completion_tokens: 1, cost: -4 } }],
    [{ service_tier: 7, usage: { prompt_tokens: 1, completion_tokens: 1, cost: 'x', cost_details: 3 } }],
    [{ usage: { prompt_tokens: 1, completion_tokens: 1, cost: null, server_tool_use: 'x' } }],
  ])('of a report that makes no sense is by the price list: %j', async (odd) => {
    const cost = await readCost('groq', getConfig('groq', 'gpt-oss-120b'), completion(odd));
    expect(cost).toMatchObject({ source: 'price-list', serviceTier: null, toolFees: [] });
    expect(cost?.total).toBeGreaterThan(0);
  });
});
