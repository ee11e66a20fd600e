import { createClient } from 'graphql-ws';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import WebSocket from 'ws';
import {
  collectOverSse,
  collectOverWebSocket,
  type GraphqlResponse,
  request,
  startApp,
  type TestApp,
} from '../../support/app/app.ts';
import {
  type Event,
  GENERATE_MUTATION,
  GENERATE_SUBSCRIPTION,
  toEvents,
  toNormalEvents,
} from '../../support/app/events.ts';
import { ANSWERS } from '../../support/app/clients.ts';

interface Scenario {
  readonly name: string;
  readonly input: Readonly<Record<string, unknown>>;
  /** The code of its failure; none: it completes. */
  readonly fails?: string;
  /** The same at a pace that takes no long time. */
  readonly paced?: Readonly<Record<string, unknown>>;
}

const prompt = 'Grüße aus Genève 👋🏽, in a few words';

const SCENARIOS: readonly Scenario[] = [
  { name: 'demo', input: { model: 'demo', prompt } },
  ...['NONE', 'LOW', 'MEDIUM', 'HIGH'].map((effort) => ({
    name: `demo-reasoning at ${effort}`,
    input: { model: 'demo-reasoning', prompt, reasoning: { effort } },
  })),
  { name: 'demo-bad-arguments', input: { model: 'demo-bad-arguments', prompt }, fails: 'PROVIDER_FAILED' },
  { name: 'demo-json', input: { model: 'demo-json', prompt } },
  { name: 'demo-slow', input: { model: 'demo-slow', prompt }, paced: { maxOutputTokens: 3 } },
  { name: 'demo-error', input: { model: 'demo-error', prompt }, fails: 'PROVIDER_OVERLOADED' },
  {
    name: 'demo-error-midstream',
    input: { model: 'demo-error-midstream', prompt },
    fails: 'PROVIDER_FAILED',
  },
  { name: 'demo-truncated', input: { model: 'demo-truncated', prompt }, fails: 'STREAM_TRUNCATED' },
  { name: 'demo-stalled', input: { model: 'demo-stalled', prompt }, fails: 'STREAM_STALLED' },
  {
    name: 'demo-rate-limited',
    input: { model: 'demo-rate-limited', prompt },
    fails: 'PROVIDER_RATE_LIMITED',
  },
  {
    name: 'demo-long',
    input: { model: 'demo-long', prompt, maxOutputTokens: 5_000 },
    paced: { maxOutputTokens: 150 },
  },
];

const TERMINAL = ['GenerationCompleted', 'GenerationCancelled', 'GenerationFailed'];
const STREAMS = { websocket: collectOverWebSocket, sse: collectOverSse } as const;
const IDLE_TIMEOUT_MS = 20;

const textOf = (events: readonly Event[], type: 'TextDelta' | 'ReasoningDelta'): string => {
  let text = '';
  for (const event of events) {
    if (event.__typename !== type) continue;
    expect(event['offset']).toBe(text.length);
    expect(event['text']).not.toBe('');
    text += String(event['text']);
  }
  return text;
};

const expectLawful = (events: readonly Event[]): Event => {
  const terminal = events.at(-1);
  if (terminal === undefined) throw new Error('there are no events');
  expect(events[0]).toMatchObject({ __typename: 'GenerationStarted', sequence: 1 });
  expect(events.filter(({ __typename }) => TERMINAL.includes(__typename))).toEqual([terminal]);
  const sequences = events.map(({ sequence }) => sequence);
  expect(sequences).toEqual([...new Set(sequences)].toSorted((a, b) => a - b));
  const { generation } = terminal;
  expect(terminal.sequence).toBe(generation.lastSequence);
  expect(new Set(events.map(({ generationId }) => generationId as string))).toEqual(new Set([generation.id]));
  expect(new Set(events.map(({ cursor }) => cursor as string)).size).toBe(events.length);
  expect(textOf(events, 'TextDelta')).toBe(generation.text);
  expect(textOf(events, 'ReasoningDelta')).toBe(generation.reasoning ?? '');
  return terminal;
};

const withoutRun = (events: readonly Event[]): Event[] =>
  structuredClone([...events]).map((event) => {
    if (event['generation']) delete event['generation'].id;
    return { ...event, generationId: null, cursor: null };
  });

let app: TestApp;
let paced: TestApp;
beforeAll(async () => {
  app = await startApp({ idleTimeoutMs: IDLE_TIMEOUT_MS });
  paced = await startApp({ idleTimeoutMs: IDLE_TIMEOUT_MS, demoDelayMs: 1 });
});
afterAll(async () => {
  await app.close();
  await paced.close();
});

const eventsOver = async (
  transport: keyof typeof STREAMS,
  server: TestApp,
  input: unknown,
): Promise<Event[]> => toEvents(await STREAMS[transport](server, GENERATE_SUBSCRIPTION, { input }));

describe.each(SCENARIOS)('$name', ({ input, fails, paced: pace }) => {
  test.each(['websocket', 'sse'] as const)('streams by the rules over %s', async (transport) => {
    const terminal = expectLawful(await eventsOver(transport, app, input));
    if (fails === undefined)
      expect(terminal).toMatchObject({
        __typename: 'GenerationCompleted',
        generation: { status: 'COMPLETED' },
      });
    else
      expect(terminal).toMatchObject({
        __typename: 'GenerationFailed',
        error: { code: fails, provider: 'demo' },
        generation: { status: 'FAILED', finishReason: null, error: { code: fails } },
      });
  });

  test('is the same stream over both transports', async () => {
    const [websocket, sse] = await Promise.all([
      eventsOver('websocket', app, input),
      eventsOver('sse', app, input),
    ]);
    expect(toNormalEvents(sse)).toEqual(toNormalEvents(websocket));
  });

  test('is event for event the same over both transports when it is paced', async () => {
    const slower = { ...input, ...pace };
    const [websocket, sse] = await Promise.all([
      eventsOver('websocket', paced, slower),
      eventsOver('sse', paced, slower),
    ]);
    expect(withoutRun(sse)).toEqual(withoutRun(websocket));
    // Nothing was merged: the log has no gaps for a subscriber that keeps up.
    expect(sse.map(({ sequence }) => sequence)).toEqual(sse.map((_event, index) => index + 1));
  });

  test('gives who waits what it gives who streams', async () => {
    const terminal = expectLawful(await eventsOver('websocket', app, input));
    const waited = await request(app, GENERATE_MUTATION, { input });
    if (fails === undefined) {
      const { id: _id, warnings, ...generation } = waited.data.generate;
      expect(terminal['generation']).toMatchObject(generation);
      expect(terminal['generation'].warnings).toEqual(
        warnings.map(({ code }: { readonly code: string }) => ({ code })),
      );
      return;
    }
    const [error] = waited.errors ?? [];
    const { code, retryable, retryAfterMs, message, provider } = terminal['error'];
    expect(error).toMatchObject({ message, path: ['generate'], extensions: { code, retryable, provider } });
    expect(error?.extensions?.['retryAfterMs'] ?? null).toBe(retryAfterMs);
    const partial = await request(app, 'query ($id: ID!) { generation(id: $id) { status text reasoning } }', {
      id: error?.extensions?.['generationId'],
    });
    const { status, text, reasoning } = terminal['generation'];
    expect(partial.data.generation).toEqual({ status, text, reasoning });
  });
});

describe('a generation that wants a tool called', () => {
  const input = { model: 'demo-tool', prompt };
  const SUBMIT = `mutation ($id: ID!, $results: [ToolResultInput!]!) {
    submitToolResults(generationId: $id, results: $results) { id status }
  }`;

  const submit = (server: TestApp, id: unknown, calls: readonly { readonly callId: string }[]) =>
    request(server, SUBMIT, { id, results: calls.map(({ callId }) => ({ callId, output: 'sunny' })) });

  /** The whole stream, with the results submitted by another client as soon as they are wanted. */
  const streamThrough = async (transport: keyof typeof STREAMS, server: TestApp): Promise<Event[]> => {
    let submitted: Promise<GraphqlResponse> | undefined;
    const results = await STREAMS[transport](
      server,
      GENERATE_SUBSCRIPTION,
      { input },
      {
        until: ({ data }) => {
          const event = data?.generate;
          if (event?.__typename === 'ActionRequired')
            submitted = submit(server, event.generationId, event.toolCalls);
          return false;
        },
      },
    );
    expect((await submitted)?.errors).toBeUndefined();
    return toEvents(results);
  };

  test.each(['websocket', 'sse'] as const)('goes on in the same stream over %s', async (transport) => {
    const events = await streamThrough(transport, app);
    expect(expectLawful(events)).toMatchObject({
      __typename: 'GenerationCompleted',
      finishReason: 'STOP',
      generation: { status: 'COMPLETED', text: expect.stringContaining('returned sunny') as string },
    });
    expect(events.filter(({ __typename }) => __typename === 'ActionRequired')).toHaveLength(1);
    const types = events.map(({ __typename }) => __typename);
    expect(types.indexOf('ToolCallReady')).toBeLessThan(types.indexOf('ActionRequired'));
    expect(types.indexOf('ActionRequired')).toBeLessThan(types.indexOf('TextDelta'));
  });

  test('is the same stream over both transports, event for event', async () => {
    const websocket = await streamThrough('websocket', paced);
    expect(withoutRun(await streamThrough('sse', paced))).toEqual(withoutRun(websocket));
    expect(websocket.map(({ sequence }) => sequence)).toEqual(websocket.map((_event, index) => index + 1));
  });

  test('gives who waits what it gives who streams, before and after', async () => {
    const streamed = expectLawful(await streamThrough('websocket', app))['generation'];
    const { generate } = (await request(app, GENERATE_MUTATION, { input })).data;
    expect(generate).toMatchObject({ status: 'REQUIRES_ACTION', toolCalls: streamed.toolCalls, text: '' });
    await submit(app, generate.id, generate.toolCalls);
    await app.logged(
      ({ fields, message }) => message === 'a generation ended' && fields['generationId'] === generate.id,
    );
    const query = 'query ($id: ID!) { generation(id: $id) { status text finishReason lastSequence } }';
    const { status, text, finishReason, lastSequence } = streamed;
    expect((await request(app, query, { id: generate.id })).data.generation).toEqual({
      status,
      text,
      finishReason,
      lastSequence,
    });
  });
});

test('a failure after some text keeps the text for who waited', async () => {
  const { errors } = await request(app, GENERATE_MUTATION, {
    input: { model: 'demo-error-midstream', prompt },
  });
  const id = errors?.[0]?.extensions?.['generationId'];
  const { data } = await request(app, 'query ($id: ID!) { generation(id: $id) { text status } }', { id });
  expect(data.generation).toEqual({ text: 'This is the beginning of an answer that ', status: 'FAILED' });
});

test('the failures say when to come back and whether it is worth it', async () => {
  const events = await eventsOver('sse', app, { model: 'demo-rate-limited', prompt });
  expect(events.at(-1)?.['error']).toMatchObject({ retryable: true, retryAfterMs: 2000 });
});

const QUERIES = {
  'a page of models':
    'query ($first: Int!) { models(first: $first) { totalCount nodes { name provider { name } } } }',
  'a preview':
    '{ previewGeneration(input: { model: "demo", prompt: "x", temperature: 9 }) { accepted problems { code path } } }',
  'an error of a resolver': '{ resolveModel(name: "gpt-nought") { requested } }',
  'an error of validation': '{ models { nodes { nothing } } }',
  'an error of syntax': '{ models { ',
  'a variable that does not fit': 'query ($first: Boolean!) { models(first: $first) { totalCount } }',
  'a variable that is missing': 'query ($last: Int!) { models(last: $last) { totalCount } }',
} as const;

test.each(Object.entries(QUERIES))(
  '%s is the same over all transports, time and again',
  async (_name, query) => {
    const answers: GraphqlResponse[][] = [];
    for (const transport of ['http', 'sse', 'websocket', 'websocket', 'sse', 'http'] as const)
      answers.push(await ANSWERS[transport](app, { query, variables: { first: 3 } }));
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    expect(answers[0]).toHaveLength(1);
    const code = answers[0]?.[0]?.errors?.[0]?.extensions?.['code'];
    expect([undefined, 'INVALID_REQUEST', 'MODEL_NOT_FOUND']).toContain(code);
  },
);

test.each([
  ['an unknown model', { model: 'gpt-nought', prompt }, 'MODEL_NOT_FOUND'],
  ['nothing to answer', { model: 'demo', prompt: '  ' }, 'INVALID_REQUEST'],
  ['a parameter out of range', { model: 'demo', prompt, temperature: 7 }, 'UNSUPPORTED_CAPABILITY'],
  ['a provider without a key', { model: 'gpt-4o', prompt }, 'PROVIDER_NOT_CONFIGURED'],
])('%s is refused before the first event, alike over both transports', async (_name, input, code) => {
  const operation = { query: GENERATE_SUBSCRIPTION, variables: { input } };
  const sse = await ANSWERS.sse(app, operation);
  expect(await ANSWERS.websocket(app, operation)).toEqual(sse);
  expect(sse).toMatchObject([{ errors: [{ path: ['generate'], extensions: { code } }] }]);
});

test('two generations on one socket interleave, and each is whole', async () => {
  const client = createClient({
    url: paced.url.replace(/^http/, 'ws'),
    webSocketImpl: WebSocket,
    retryAttempts: 0,
  });
  try {
    const order: string[] = [];
    const collect = async (name: string): Promise<Event[]> => {
      const results: GraphqlResponse[] = [];
      const stream = client.iterate({
        query: GENERATE_SUBSCRIPTION,
        variables: { input: { model: 'demo', prompt: name, maxOutputTokens: 30 } },
      });
      for await (const result of stream) {
        order.push(name);
        results.push(structuredClone(result) as GraphqlResponse);
      }
      return toEvents(results);
    };
    const [first, second] = await Promise.all([collect('first'), collect('second')]);
    expect(expectLawful(first)['generation'].text).toContain('"first"');
    expect(expectLawful(second)['generation'].text).toContain('"second"');
    expect(order.indexOf('second')).toBeLessThan(order.lastIndexOf('first'));
    expect(order.indexOf('first')).toBeLessThan(order.lastIndexOf('second'));
  } finally {
    await client.dispose();
  }
});

test('a subscription over plain HTTP is refused with the way to have it, and starts nothing', async () => {
  const ended = app.logLines.length;
  const answer = await request(app, GENERATE_SUBSCRIPTION, { input: { model: 'demo', prompt } });
  expect(answer.errors?.[0]).toMatchObject({ extensions: { code: 'INVALID_REQUEST' } });
  expect(answer.errors?.[0]?.message).toContain('text/event-stream');
  expect(app.logLines).toHaveLength(ended);
});
