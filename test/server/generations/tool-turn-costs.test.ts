import { describe, expect, it } from 'vitest';
import type { StreamEvent } from '../../../src/core/stream-event.ts';
import { collectOverSse, collectOverWebSocket, request, startApp } from '../../support/app/app.ts';
import { GENERATE_SUBSCRIPTION, toEvents } from '../../support/app/events.ts';
import { createToy, finishEvent, textDelta, toyOverrides } from '../../support/app/toy-provider.ts';
import { usageOf } from '../../services/generations/run/run-harness.ts';

const STREAMS = { websocket: collectOverWebSocket, sse: collectOverSse } as const;
const GENERATE = `mutation ($input: GenerateInput!) { generate(input: $input) { id status finishReason cost { total } } }`;
const SUBMIT = `mutation ($id: ID!, $results: [ToolResultInput!]!) {
  submitToolResults(generationId: $id, results: $results) { id status }
}`;
const READ = `query ($id: ID!) { generation(id: $id) { status finishReason usage { inputTokens outputTokens source } cost { total } } }`;

const prices = {
  inputPerMillion: 1,
  outputPerMillion: 1,
  cacheReadPerMillion: null,
  cacheWritePerMillion: null,
  audioInputPerMillion: null,
  effectiveDate: null,
};

const input = {
  model: 'toy',
  prompt: 'Hi',
  tools: [{ function: { name: 'weather', parameters: { type: 'object' } } }],
};

const callOf = (callId: string): StreamEvent => ({
  type: 'tool-call',
  toolCall: { callId, name: 'weather', arguments: {}, builtIn: false, result: null, opaque: null },
});

/** Every turn costs 0.1 US dollars of input; all but the last want a tool called. */
const createAgent = (turns: number) =>
  createToy(async function* ({ request: { messages } }) {
    const turn = messages.filter(({ role }) => role === 'assistant').length + 1;
    const usage = usageOf(100_000, 10);
    if (turn === turns) {
      yield textDelta('done');
      yield finishEvent({ usage });
      return;
    }
    yield callOf(`call-${turn}`);
    yield finishEvent({ reason: 'tool-calls', rawReason: 'tool_calls', usage });
  });

const start = (toy: ReturnType<typeof createAgent>, tiers: readonly object[] = []) =>
  startApp(
    {},
    toyOverrides(toy, { toy: { functionCalling: true, pricing: { ...prices, tiers: tiers as [] } } }),
  );

const answer = (app: { readonly url: string }, id: string, callId: string, output: unknown = 1) =>
  request(app, SUBMIT, { id, results: [{ callId, output }] });

describe('a limit on the cost of a generation with tools', () => {
  it.each(['websocket', 'sse'] as const)(
    'ends it over %s when a turn that wants tools called has passed it',
    async (transport) => {
      const toy = createAgent(3);
      await using app = await start(toy);
      const events = toEvents(
        await STREAMS[transport](app, GENERATE_SUBSCRIPTION, { input: { ...input, maxCostUsd: 0.05 } }),
      );
      expect(events.map(({ __typename }) => __typename)).toEqual([
        'GenerationStarted',
        'ToolCallReady',
        'UsageUpdated',
        'GenerationCompleted',
      ]);
      expect(events.at(-1)).toMatchObject({
        finishReason: 'COST_LIMIT',
        generation: {
          status: 'COMPLETED',
          rawFinishReason: 'tool_calls',
          usage: { inputTokens: 100_000, source: 'PROVIDER' },
        },
      });
    },
  );

  it('counts the turns before', async () => {
    const toy = createAgent(5);
    await using app = await start(toy);
    const first = await request(app, GENERATE, { input: { ...input, maxCostUsd: 0.15 } });
    const { id, status } = first.data.generate;
    expect(status).toBe('REQUIRES_ACTION');
    await answer(app, id, 'call-1');
    await app.logged(({ message }) => message === 'a generation ended');
    const { data } = await request(app, READ, { id });
    expect(data.generation).toMatchObject({ status: 'COMPLETED', finishReason: 'COST_LIMIT' });
    expect(data.generation.cost.total).toBeCloseTo(0.2, 3);
    expect(toy.calls).toHaveLength(2);
  });

  it('asks the model no more when the results alone would pass it', async () => {
    const toy = createAgent(5);
    await using app = await start(toy);
    const first = await request(app, GENERATE, { input: { ...input, maxCostUsd: 0.11 } });
    const { id } = first.data.generate;
    const { data } = await answer(app, id, 'call-1', 'x'.repeat(200_000));
    expect(data.submitToolResults.status).toBe('COMPLETED');
    expect((await request(app, READ, { id })).data.generation).toMatchObject({
      finishReason: 'COST_LIMIT',
      usage: { inputTokens: 100_000, source: 'PROVIDER' },
    });
    expect(toy.calls).toHaveLength(1);
  });
});

describe('the cost of a generation with tools', () => {
  it('is that of its turns, each at the price of its own size', async () => {
    const toy = createAgent(2);
    const tier = { ...prices, aboveInputTokens: 150_000, inputPerMillion: 10 };
    await using app = await start(toy, [tier]);
    const { id } = (await request(app, GENERATE, { input })).data.generate;
    await answer(app, id, 'call-1');
    await app.logged(({ message }) => message === 'a generation ended');
    const { generation } = (await request(app, READ, { id })).data;
    expect(generation.usage.inputTokens).toBe(200_000);
    expect(generation.cost.total).toBeCloseTo(0.2, 3);
  });
});
