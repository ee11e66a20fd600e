import { describe, expect, test } from 'vitest';
import type { GenerationResult } from '../../../../src/core/generation.ts';
import { collect } from '../../../../src/core/stream-event.ts';
import { toArray } from '../../../support/to-array.ts';
import { drain, never, requestOf, type Served, serveFixture } from './anthropic-harness.ts';
import { RESULTS } from './batch/expected-results.ts';

const streamed = ({ provider }: Served): Promise<GenerationResult> =>
  collect(provider.stream(requestOf(), { signal: never }));

describe.each(Object.entries(RESULTS))('the %s fixture', (name, expected) => {
  test('adds up to the same result as a stream', async () => {
    await using served = await serveFixture(name);
    expect(await streamed(served)).toEqual(expected);
  });
  test('does so when its bytes arrive one by one', async () => {
    await using served = await serveFixture(name, { split: 1 });
    expect(await streamed(served)).toEqual(expected);
  });
  test('does so when its lines end in CRLF', async () => {
    await using served = await serveFixture(name, { lineEnd: '\r\n' });
    expect(await streamed(served)).toEqual(expected);
  });
  test('does so as one whole answer', async () => {
    await using served = await serveFixture(name);
    expect(await served.provider.generate(requestOf(), { signal: never })).toEqual(expected);
  });
});

test('events come in the order of the payloads, without empty deltas', async () => {
  await using served = await serveFixture('tool');
  const events = await toArray(served.provider.stream(requestOf(), { signal: never }));
  expect(events.map((event) => ('text' in event ? `${event.type} ${event.text}` : event.type))).toEqual([
    'usage',
    'reasoning-delta Plan.',
    'text-delta Let me look.',
    'reasoning-delta \n\nWhich city?',
    'tool-call-delta',
    'tool-call-delta',
    'tool-call',
    'usage',
    'finish',
  ]);
});

test('fragments of parallel calls carry their own call id', async () => {
  await using served = await serveFixture('parallel-tools');
  const events = await toArray(served.provider.stream(requestOf(), { signal: never }));
  const fragments = events.flatMap((event) =>
    event.type === 'tool-call-delta' ? [`${event.callId} ${event.argumentsDelta}`] : [],
  );
  expect(fragments).toEqual([
    'toolu_made_a {"city":',
    'toolu_made_b {"city":"Rome"',
    'toolu_made_a "Oslo"}',
    'toolu_made_b }',
  ]);
});

test('arguments that are no JSON fail the call, and the raw text is in the log alone', async () => {
  await using served = await serveFixture('bad-arguments');
  const { events, error } = await drain(served.provider.stream(requestOf(), { signal: never }));
  expect(events.at(-1)).toMatchObject({ type: 'tool-call-delta' });
  expect(error).toMatchObject({ code: 'PROVIDER_FAILED', provider: 'anthropic' });
  expect(String(error)).not.toContain('secret-raw-text');
  expect(served.warnings).toMatchObject([
    { fields: { callId: 'toolu_made_bad', arguments: '{"city": secret-raw-text' } },
  ]);
});

test('a call cut off by the output limit is no call: the turn ends with length', async () => {
  await using served = await serveFixture('cut-arguments');
  expect(await streamed(served)).toMatchObject({
    text: 'Calling.',
    toolCalls: [],
    finishReason: 'length',
    rawFinishReason: 'max_tokens',
  });
  expect(served.warnings).toEqual([]);
});

test('a refusal without text is no empty success, and its explanation is a warning', async () => {
  await using served = await serveFixture('refusal');
  const { events, error } = await drain(served.provider.stream(requestOf(), { signal: never }));
  expect(error).toMatchObject({ code: 'CONTENT_FILTERED', vendorMessage: 'refusal' });
  expect(events).toContainEqual({
    type: 'warning',
    warning: {
      code: 'PROVIDER_WARNING',
      message: 'This request may enable cyber harm.',
      path: null,
      from: null,
      to: null,
    },
  });
  await using waiting = await serveFixture('refusal');
  await expect(waiting.provider.generate(requestOf(), { signal: never })).rejects.toMatchObject({
    code: 'CONTENT_FILTERED',
  });
});

test('an error inside a stream ends it with its own code, its text kept', async () => {
  await using served = await serveFixture('overloaded');
  const { events, error } = await drain(served.provider.stream(requestOf(), { signal: never }));
  expect(events.at(-1)).toEqual({ type: 'text-delta', text: 'Once' });
  expect(error).toMatchObject({
    code: 'PROVIDER_OVERLOADED',
    provider: 'anthropic',
    providerStatus: null,
    vendorMessage: 'Overloaded',
  });
});

test('usage comes as it is reported and sums up over a paused turn', async () => {
  await using served = await serveFixture('pause');
  const events = await toArray(served.provider.stream(requestOf(), { signal: never }));
  const totals = events.flatMap((event) => (event.type === 'usage' ? [event.usage.totalTokens] : []));
  expect(totals).toEqual([101, 130, 130 + 441, 130 + 447]);
});

test.each(['stream', 'generate'] as const)(
  'a paused turn is gone on with by sending it back (%s)',
  async (method) => {
    await using served = await serveFixture('pause');
    if (method === 'stream') await streamed(served);
    else await served.provider.generate(requestOf(), { signal: never });
    const [first, second, ...more] = served.bodies();
    expect(more).toEqual([]);
    expect(first).not.toHaveProperty('container');
    expect(second).toEqual({
      ...first,
      container: 'container_made',
      messages: [
        { role: 'user', content: [{ type: 'text', text: 'Hello' }] },
        {
          role: 'assistant',
          content: [
            { type: 'text', text: 'Searching 👋. ', citations: null },
            {
              type: 'server_tool_use',
              id: 'srvtoolu_made_p',
              name: 'web_search',
              input: { query: 'otters' },
            },
          ],
        },
      ],
    });
  },
);

test('a turn that is paused again and again ends after a bounded number of requests', async () => {
  await using served = await serveFixture('pause', { repeat: true });
  const { finishReason, rawFinishReason, toolCalls, state } = await streamed(served);
  expect([finishReason, rawFinishReason]).toEqual(['other', 'pause_turn']);
  // The API would refuse a call of its own tools without a result.
  expect(state).toBeNull();
  expect(toolCalls).toMatchObject([{ callId: 'srvtoolu_made_p', builtIn: true, result: null }]);
  expect(served.bodies()).toHaveLength(11);
});
