import { expect, test } from 'vitest';
import { DEMO_MODELS } from '../../../../config/providers/demo/models.ts';
import { collect, type StreamEvent } from '../../../../src/core/stream-event.ts';
import type { FunctionTool, TextRequest } from '../../../../src/core/text-request.ts';
import { demoDescriptor } from '../../../../src/providers/text/demo/descriptor.ts';
import { DEMO_SCRIPTS } from '../../../../src/providers/text/demo/request/demo-scripts.ts';
import { connectDemoModel, drain, never, requestOf } from './demo-harness.ts';

const textOf = (events: readonly StreamEvent[]): string =>
  events.map((event) => (event.type === 'text-delta' ? event.text : '')).join('');

const both = async (model: string, request: TextRequest) => {
  const { provider } = connectDemoModel(model);
  const { events, error } = await drain(provider.stream(request, { signal: never }));
  expect(error).toBeUndefined();
  const waited = await provider.generate(request, { signal: never });
  const replayed = (async function* () {
    yield* events;
  })();
  expect(await collect(replayed)).toEqual(waited);
  return { events, waited };
};

const failureOf = async (model: string, options: Parameters<typeof connectDemoModel>[1] = {}) => {
  const { provider, warnings } = connectDemoModel(model, options);
  const streamed = await drain(provider.stream(requestOf('Hello'), { signal: never }));
  const waited = await provider.generate(requestOf('Hello'), { signal: never }).then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(waited).toEqual(streamed.error);
  return { ...streamed, warnings };
};

const weatherTool: FunctionTool = {
  type: 'function',
  name: 'find_station',
  description: null,
  strict: null,
  parameters: {
    type: 'object',
    properties: {
      line: { enum: ['blue', 'red'] },
      stops: { type: 'integer', minimum: 3 },
      note: { type: 'string' },
    },
    required: ['line', 'stops'],
  },
};

test('the descriptor needs no credential and loads the provider', async () => {
  expect(demoDescriptor).toMatchObject({ name: 'demo', credentialVariable: null, apiTypes: ['local'] });
  const connect = await demoDescriptor.load();
  expect(connect).toBeTypeOf('function');
});

test('every demo model of the catalogue has its script, and every script its model', () => {
  const models = Object.values(DEMO_MODELS).map((config) => config.apiModel);
  expect(models.toSorted()).toEqual([...DEMO_SCRIPTS.keys()].toSorted());
});

test('a model without a script is refused when it is bound, with the names there are', () => {
  expect(() => connectDemoModel('demo-unheard-of')).toThrow(/no script "demo-unheard-of"; it has: demo, /);
});

test('demo answers in word-sized deltas that echo the last user message, and says first that it is no model', async () => {
  const { events, waited } = await both('demo', requestOf('Tell me about whales'));
  expect(events[0]).toMatchObject({
    type: 'warning',
    warning: { code: 'PROVIDER_WARNING', message: expect.stringContaining('demo is not a language model') },
  });
  expect(waited.text).toContain('You wrote: "Tell me about whales".');
  expect(waited.text.split('\n\n')).toHaveLength(5);
  const deltas = events.filter((event) => event.type === 'text-delta');
  expect(deltas.every((delta) => /^\S+\s*$/.test(delta.text))).toBe(true);
  expect(waited.finishReason).toBe('stop');
  expect(waited.usage).toEqual({
    inputTokens: 4,
    outputTokens: deltas.length,
    totalTokens: 4 + deltas.length,
    cacheReadTokens: null,
    cacheWriteTokens: null,
    reasoningTokens: 0,
    audioInputTokens: null,
    source: 'provider',
  });
  expect(events.filter((event) => event.type === 'usage').length).toBeGreaterThan(0);
  expect(events.at(-1)?.type).toBe('finish');
});

test('demo counts the system text and long prompts are echoed in part', async () => {
  const prompt = Array.from({ length: 40 }, (_, index) => `w${index}`).join(' ');
  const { waited } = await both('demo', requestOf(prompt, { system: 'Be brief please' }));
  expect(waited.text).toContain('a system text of 3 words');
  expect(waited.text).toContain('w23 …"');
  expect(waited.text).not.toContain('w24');
  expect(waited.usage?.inputTokens).toBe(43);
});

test('the same request gives the same events every time', async () => {
  for (const model of ['demo', 'demo-reasoning', 'demo-tool', 'demo-json']) {
    const first = await both(model, requestOf('Once more'));
    const second = await both(model, requestOf('Once more'));
    expect(second.events).toEqual(first.events);
  }
});

test('an output limit below the answer stops it after that many words with finish reason length', async () => {
  const { events, waited } = await both('demo', requestOf('Hello', { maxOutputTokens: 5 }));
  expect(events.filter((event) => event.type === 'text-delta')).toHaveLength(5);
  expect(waited).toMatchObject({
    finishReason: 'length',
    rawFinishReason: 'length',
    usage: { outputTokens: 5 },
  });
});

test('an output limit spent on reasoning leaves the text empty', async () => {
  const { waited } = await both('demo-reasoning', requestOf('Hello', { maxOutputTokens: 5 }));
  expect(waited).toMatchObject({
    text: '',
    finishReason: 'length',
    usage: { outputTokens: 5, reasoningTokens: 5 },
  });
});

test('the text ends before the first stop sequence', async () => {
  const { waited } = await both('demo', requestOf('Hello', { stopSequences: ['script', 'language'] }));
  expect(waited.text).toMatch(/does not come from a $/);
  expect(waited.finishReason).toBe('stop');
});

test('a stop sequence ends the turn, whatever the script would have done next', async () => {
  const { waited } = await both('demo-truncated', requestOf('Hello', { stopSequences: ['of an'] }));
  expect(waited).toMatchObject({ text: 'This is the beginning ', finishReason: 'stop' });
});

test('demo-reasoning reasons before it answers, and the more effort the longer', async () => {
  const lengths: number[] = [];
  for (const effort of ['low', 'medium', 'high'] as const) {
    const { events, waited } = await both(
      'demo-reasoning',
      requestOf('Why', { reasoning: { type: 'effort', effort } }),
    );
    const firstText = events.findIndex((event) => event.type === 'text-delta');
    const lastReasoning = events.findLastIndex((event) => event.type === 'reasoning-delta');
    expect(lastReasoning).toBeLessThan(firstText);
    expect(waited.usage?.reasoningTokens).toBe(
      events.filter((event) => event.type === 'reasoning-delta').length,
    );
    lengths.push(waited.reasoning?.length ?? 0);
  }
  expect(lengths).toEqual(lengths.toSorted((a, b) => a - b));
  expect(new Set(lengths).size).toBe(3);
});

test('demo-reasoning with reasoning off does not reason', async () => {
  for (const reasoning of [{ type: 'off' }, { type: 'effort', effort: 'none' }] as const) {
    const { waited } = await both('demo-reasoning', requestOf('Why', { reasoning }));
    expect(waited.reasoning).toBeNull();
    expect(waited.text).toContain('Why');
  }
});

test('demo-tool calls get_weather when the request has no tools, its arguments in pieces first', async () => {
  const { events, waited } = await both('demo-tool', requestOf('Weather?'));
  const pieces = events.filter((event) => event.type === 'tool-call-delta');
  expect(pieces.length).toBeGreaterThan(1);
  expect(JSON.parse(pieces.map((piece) => piece.argumentsDelta).join(''))).toEqual({ city: 'Paris' });
  expect(waited.toolCalls).toEqual([
    {
      callId: 'call_demo_1',
      name: 'get_weather',
      arguments: { city: 'Paris' },
      builtIn: false,
      result: null,
      opaque: null,
    },
  ]);
  expect(waited).toMatchObject({ text: '', finishReason: 'tool-calls', rawFinishReason: 'tool_calls' });
});

test("demo-tool calls the request's first function with its required arguments, or the one that is chosen", async () => {
  const second: FunctionTool = { ...weatherTool, name: 'second', parameters: { type: 'object' } };
  const first = await both('demo-tool', requestOf('Go', { tools: [weatherTool, second] }));
  expect(first.waited.toolCalls[0]).toMatchObject({
    name: 'find_station',
    arguments: { line: 'blue', stops: 3 },
  });
  const chosen = await both(
    'demo-tool',
    requestOf('Go', { tools: [weatherTool, second], toolChoice: { type: 'function', name: 'second' } }),
  );
  expect(chosen.waited.toolCalls[0]).toMatchObject({ name: 'second', arguments: {} });
});

test('demo-tool answers in text when tools are forbidden', async () => {
  const { waited } = await both(
    'demo-tool',
    requestOf('Go', { tools: [weatherTool], toolChoice: { type: 'none' } }),
  );
  expect(waited).toMatchObject({ toolCalls: [], finishReason: 'stop' });
});

test('demo-tool uses the tool results that the history ends with', async () => {
  const call = {
    type: 'tool-call',
    callId: 'call_demo_1',
    name: 'get_weather',
    arguments: { city: 'Paris' },
    opaque: null,
  } as const;
  const { messages } = requestOf('Weather?');
  const answered = requestOf('', {
    messages: [
      ...messages,
      { role: 'assistant', parts: [call] },
      { role: 'tool', callId: 'call_demo_1', output: { celsius: 21 }, isError: false },
      { role: 'tool', callId: 'call_demo_2', output: 'no such city', isError: true },
    ],
  });
  const { waited } = await both('demo-tool', answered);
  expect(waited.text).toContain('returned {"celsius":21}');
  expect(waited.text).toContain('failed with no such city');
  expect(waited.finishReason).toBe('stop');

  const asked = requestOf('', { messages: [...answered.messages, ...messages] });
  expect((await both('demo-tool', asked)).waited.toolCalls[0]?.callId).toBe('call_demo_2');
});

test('demo-bad-arguments fails after its deltas, and only the log sees the raw text', async () => {
  const { events, error, warnings } = await failureOf('demo-bad-arguments');
  const raw = events.map((event) => (event.type === 'tool-call-delta' ? event.argumentsDelta : '')).join('');
  expect(raw).not.toBe('');
  expect(error).toMatchObject({ code: 'PROVIDER_FAILED', provider: 'demo' });
  expect((error as Error).message).not.toContain('oops');
  expect(warnings[0]?.fields).toMatchObject({ arguments: raw, tool: 'get_weather' });
  expect(events.some((event) => event.type === 'tool-call' || event.type === 'finish')).toBe(false);
});

test('demo-json gives a JSON document as text', async () => {
  const { waited } = await both('demo-json', requestOf('A document', { output: { type: 'json' } }));
  expect(JSON.parse(waited.text)).toMatchObject({ model: 'demo-json', answer: 'You wrote: "A document".' });
});

test('demo-json gives a document of the schema asked for', async () => {
  const schema = {
    type: 'object',
    properties: {
      title: { type: 'string', minLength: 8 },
      tags: { type: 'array', items: { enum: ['a', 'b'] }, minItems: 2 },
    },
    required: ['title', 'tags'],
    additionalProperties: false,
  };
  const output = { type: 'schema', name: 'article', schema, strict: true } as const;
  const { waited } = await both('demo-json', requestOf('A document', { output }));
  expect(JSON.parse(waited.text)).toEqual({ title: 'A document', tags: ['a', 'b'] });
});

test('demo-slow gives what demo gives, only later', async () => {
  const slow = await both('demo-slow', requestOf('Hello'));
  const quick = await both('demo', requestOf('Hello'));
  expect(slow.waited).toEqual(quick.waited);
});

test('demo-error and demo-rate-limited fail with nothing before it but the notice that they are no language models', async () => {
  const notice = [{ type: 'warning', warning: { code: 'PROVIDER_WARNING' } }];
  const overloaded = await failureOf('demo-error');
  expect(overloaded).toMatchObject({ events: notice, error: { code: 'PROVIDER_OVERLOADED' } });
  const limited = await failureOf('demo-rate-limited');
  expect(limited).toMatchObject({
    events: notice,
    error: { code: 'PROVIDER_RATE_LIMITED', retryAfterMs: 2_000 },
  });
});

test.each([
  ['demo-error-midstream', 'PROVIDER_FAILED'],
  ['demo-truncated', 'STREAM_TRUNCATED'],
  ['demo-stalled', 'STREAM_STALLED'],
])('%s gives some text and ends as %s', async (model, code) => {
  const { events, error } = await failureOf(model, { idleTimeoutMs: 5 });
  expect(textOf(events)).toContain('beginning of an answer');
  expect(events.some((event) => event.type === 'finish')).toBe(false);
  expect(error).toMatchObject({ code, provider: 'demo' });
});

test('demo-long gives a hundred thousand deltas and lets the event loop turn meanwhile', async () => {
  const { provider } = connectDemoModel('demo-long');
  let turns = 0;
  let counting = true;
  const count = () => {
    turns += 1;
    if (counting) setImmediate(count);
  };
  setImmediate(count);
  let deltas = 0;
  for await (const event of provider.stream(requestOf('Go', { maxOutputTokens: 200_000 }), { signal: never }))
    if (event.type === 'text-delta') deltas += 1;
  counting = false;
  expect(deltas).toBe(100_000);
  expect(turns).toBeGreaterThan(1_000);
});

test('every script ends in one of the ways a provider may', async () => {
  for (const model of DEMO_SCRIPTS.keys()) {
    const { provider } = connectDemoModel(model, { idleTimeoutMs: 5 });
    const { events, error } = await drain(provider.stream(requestOf('Hello'), { signal: never }));
    const finishes = events.filter((event) => event.type === 'finish').length;
    expect(finishes + (error === undefined ? 0 : 1), model).toBe(1);
  }
});
