import { describe, expect, it } from 'vitest';
import type { JsonValue } from '../../../src/core/json.ts';
import { MAX_OPAQUE_LENGTH } from '../../../src/core/message.ts';
import type { ModelConfig } from '../../../src/core/model-config.ts';
import type { StreamEvent } from '../../../src/core/stream-event.ts';
import { request, startApp, type TestApp } from '../../support/app/app.ts';
import {
  createToy,
  finishEvent,
  textDelta,
  toyModels,
  toyOverrides,
} from '../../support/app/toy-provider.ts';
import { inTurn } from './output-harness.ts';

const CALL = {
  type: 'tool-call',
  toolCall: {
    callId: 'c',
    name: 'f',
    arguments: { a: null },
    builtIn: false,
    result: null,
    opaque: 'signed',
  },
} as const;
const SEARCH = {
  type: 'tool-call',
  toolCall: { callId: 's', name: 'web_search', arguments: {}, builtIn: true, result: null, opaque: null },
} as const;
const thought = (text: string) => ({ type: 'reasoning-delta', text }) as const;
const STATE = { kept: [1, { blocks: 'ß👋' }], none: null };

/** The toy's answer, and another provider that answers alike. */
const startTwo = async (...turns: readonly (readonly StreamEvent[])[]) => {
  const toy = createToy(inTurn(...turns));
  const other = createToy(inTurn([textDelta('I am another.'), finishEvent()]));
  const model: Partial<ModelConfig> = { functionCalling: true };
  const app = await startApp(
    { maxBodyBytes: 16 * 1024 * 1024 },
    {
      ...toyOverrides(toy),
      providers: [toy.descriptor, { ...other.descriptor, name: 'other' }],
      models: [...toyModels({ toy: model }), ...toyModels({ elsewhere: model }, 'other')],
    },
  );
  return { app, toy, other, [Symbol.asyncDispose]: () => app.close() };
};

const MESSAGES = `messages {
  __typename
  assistant {
    __typename text
    reasoning { __typename text signature provider }
    toolCalls { __typename callId name arguments signature }
  }
  tool { __typename callId output isError }
  user { __typename text }
  system
}`;
const TOLD = `id status ${MESSAGES} warnings { code message path from to }`;
const GENERATE = `mutation ($input: GenerateInput!) { generate(input: $input) { ${TOLD} } }`;
const READ = `query ($id: ID!) { generation(id: $id) { ${TOLD} } }`;
const SUBMIT = `mutation ($id: ID!, $results: [ToolResultInput!]!) {
  submitToolResults(generationId: $id, results: $results) { ${TOLD} }
}`;

// A message is whatever the server gives.
// oxlint-disable-next-line typescript/no-explicit-any
type Given = any;

/** As a client drops what an input does not take: nulls and the names of types. */
const toInput = (value: Given): Given => {
  if (Array.isArray(value)) return value.map(toInput);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([name, item]) => item !== null && name !== '__typename');
  return Object.fromEntries(kept.map(([name, item]) => [name, toInput(item)]));
};

const TOOLS = [{ function: { name: 'f', parameters: { type: 'object' } } }];
const HELLO = { user: [{ text: 'Hello' }] };

const generate = (app: TestApp, messages: Given, more: object = {}) =>
  request(app, GENERATE, { input: { model: 'toy', messages, tools: TOOLS, ...more } });

const partsOf = (given: ReturnType<typeof createToy>, call: number): readonly object[] =>
  given.calls[call]?.request.messages.flatMap((message) =>
    message.role === 'assistant' ? message.parts : [],
  ) ?? [];

describe('what a generation added to its conversation', () => {
  it('reaches its provider as it was given, when it is sent back', async () => {
    const answer = [thought('Hm.'), textDelta('Bern'), SEARCH, finishEvent({ state: STATE })];
    await using server = await startTwo(answer);
    const { data } = await generate(server.app, [HELLO]);
    expect(data.generate.messages).toEqual([
      {
        __typename: 'Message',
        assistant: {
          __typename: 'AssistantMessage',
          text: 'Bern',
          reasoning: [
            { __typename: 'ReasoningPart', text: 'Hm.', signature: JSON.stringify(STATE), provider: 'toy' },
          ],
          toolCalls: [],
        },
        tool: null,
        user: null,
        system: null,
      },
    ]);
    const next = [HELLO, ...toInput(data.generate.messages), { user: [{ text: 'And then?' }] }];
    const again = await generate(server.app, next);
    expect(again.errors).toBeUndefined();
    expect(again.data.generate.warnings).toEqual([]);
    expect(partsOf(server.toy, 1)).toEqual([
      { type: 'reasoning', text: 'Hm.', opaque: JSON.stringify(STATE), provider: 'toy' },
      { type: 'text', text: 'Bern' },
    ]);
    // As by itself: a generation read later gives what the stream gave.
    const read = await request(server.app, READ, { id: data.generate.id });
    expect(read.data.generation.messages).toEqual(data.generate.messages);
  });

  it('holds its turns with tool results, and goes on from all of them', async () => {
    await using server = await startTwo(
      [thought('Let me.'), CALL, finishEvent({ reason: 'tool-calls', state: STATE })],
      [thought('So.'), textDelta('Bern'), finishEvent({ state: [2] })],
    );
    const first = (await generate(server.app, [HELLO])).data.generate;
    expect(first).toMatchObject({ status: 'REQUIRES_ACTION' });
    expect(first.messages).toHaveLength(1);
    const output = { sky: ['clear', null], when: { at: null } };
    const results = [{ callId: 'c', output, isError: true }];
    await request(server.app, SUBMIT, { id: first.id, results });
    while ((await request(server.app, READ, { id: first.id })).data.generation.status !== 'COMPLETED')
      await new Promise((resolve) => setTimeout(resolve, 10));
    const { messages } = (await request(server.app, READ, { id: first.id })).data.generation;
    expect(messages).toMatchObject([
      {
        assistant: {
          text: null,
          reasoning: [{ text: 'Let me.', signature: JSON.stringify(STATE), provider: 'toy' }],
          toolCalls: [{ callId: 'c', name: 'f', arguments: { a: null }, signature: 'signed' }],
        },
      },
      { assistant: null, tool: { callId: 'c', output, isError: true } },
      { assistant: { text: 'Bern', reasoning: [{ text: 'So.', signature: '[2]' }], toolCalls: [] } },
    ]);
    await generate(server.app, [HELLO, ...toInput(messages), { user: [{ text: 'And then?' }] }]);
    const [, second, third] = server.toy.calls;
    // The next request begins with what the second turn was asked for.
    expect(third?.request.messages.slice(0, 2)).toEqual(
      second?.request.messages.slice(0, 2).map(withoutNulls),
    );
    expect(third?.request.messages).toHaveLength(5);
  });

  it('is left out where another provider is asked, with a warning and never an error', async () => {
    await using server = await startTwo([
      thought('Hm.'),
      textDelta('Bern'),
      CALL,
      finishEvent({ reason: 'tool-calls', state: STATE }),
    ]);
    const { messages } = (await generate(server.app, [HELLO])).data.generate;
    const next = [HELLO, ...toInput(messages), { tool: { callId: 'c', output: 1 } }];
    const elsewhere = await generate(server.app, next, { model: 'elsewhere' });
    expect(elsewhere.errors).toBeUndefined();
    expect(elsewhere.data.generate.warnings).toEqual([
      {
        code: 'STATE_NOT_PORTABLE',
        message: expect.stringContaining('"toy"'),
        path: ['input', 'messages', '1', 'assistant', 'reasoning'],
        from: ['toy'],
        to: null,
      },
    ]);
    expect(partsOf(server.other, 0)).toEqual([
      { type: 'text', text: 'Bern' },
      { type: 'tool-call', callId: 'c', name: 'f', arguments: {}, opaque: null },
    ]);
    // It is still the provider's own after a turn elsewhere.
    const mixed = [...next, ...toInput(elsewhere.data.generate.messages), { user: [{ text: 'Go on.' }] }];
    const back = await generate(server.app, mixed);
    expect(back.data.generate.warnings).toEqual([]);
    expect(partsOf(server.toy, 1)[0]).toMatchObject({ opaque: JSON.stringify(STATE), provider: 'toy' });
  });

  it('is reported once, by every provider that it is of', async () => {
    await using server = await startTwo([textDelta('x'), finishEvent()]);
    const of = (provider: string) => ({
      assistant: { text: 'x', reasoning: [{ text: 'y', signature: 'z', provider }] },
    });
    const { data } = await generate(server.app, [
      of('a'),
      HELLO,
      of('b'),
      HELLO,
      of('a'),
      HELLO,
      of('toy'),
      HELLO,
    ]);
    expect(data.generate.warnings).toMatchObject([
      {
        code: 'STATE_NOT_PORTABLE',
        from: ['a', 'b'],
        path: ['input', 'messages', '0', 'assistant', 'reasoning'],
      },
    ]);
    expect(partsOf(server.toy, 0).filter((part) => 'opaque' in part)).toMatchObject([{ provider: 'toy' }]);
  });
});

describe('state that is none', () => {
  const deep = `${'['.repeat(5_000)}${']'.repeat(5_000)}`;

  it.each([
    ['longer than any', 'x'.repeat(MAX_OPAQUE_LENGTH + 1)],
    ['that nests too deeply', deep],
  ])('is refused at its path before a call: one %s', async (_what, signature) => {
    await using server = await startTwo([textDelta('x'), finishEvent()]);
    const own = {
      reasoning: [
        { text: 'a', provider: 'toy' },
        { signature, provider: 'toy' },
      ],
    };
    const called = { toolCalls: [{ callId: 'c', name: 'f', arguments: {}, signature }] };
    const found = async (assistant: object): Promise<JsonValue> =>
      (await generate(server.app, [HELLO, { assistant }, { tool: { callId: 'c', output: 1 } }])).errors?.[0]
        ?.extensions?.['problems'] as JsonValue;
    const at = ['input', 'messages', '1', 'assistant'];
    expect(await found({ ...called, ...own })).toMatchObject([
      { code: 'INVALID_REQUEST', path: [...at, 'reasoning', '1', 'signature'] },
      { code: 'INVALID_REQUEST', path: [...at, 'toolCalls', '0', 'signature'] },
    ]);
    expect(server.toy.calls).toEqual([]);
  });

  it('is given to nobody that is longer than it may come back', async () => {
    const state = { all: 'x'.repeat(MAX_OPAQUE_LENGTH) };
    await using server = await startTwo([thought('Hm.'), textDelta('Bern'), finishEvent({ state })]);
    const { data } = await generate(server.app, [HELLO]);
    expect(data.generate.messages[0].assistant.reasoning).toMatchObject([
      { text: 'Hm.', signature: null, provider: 'toy' },
    ]);
    const again = await generate(server.app, [HELLO, ...toInput(data.generate.messages), HELLO]);
    expect(again.errors).toBeUndefined();
  });
});

/** What a client that drops nulls everywhere sends back of arguments and results. */
const withoutNulls = (message: Given): Given => {
  if (message.role === 'tool') return { ...message, output: toInput(message.output) };
  if (message.role !== 'assistant') return message;
  return {
    ...message,
    parts: message.parts.map((part: Given) =>
      part.type === 'tool-call' ? { ...part, arguments: toInput(part.arguments) } : part,
    ),
  };
};
