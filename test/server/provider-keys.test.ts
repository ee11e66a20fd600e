import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { type GraphqlResponse, startApp, type TestApp } from '../support/app/app.ts';
import { openRawSocket, post, type RawSocket } from '../support/app/clients.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import {
  sendEventStream,
  sendJson,
  startUpstream,
  type UpstreamRequest,
  type UpstreamServer,
} from '../support/upstream/upstream-server.ts';

const SERVER_KEY = 'sk-server-key-marker-111';
const OWN_KEY = 'sk-callers-own-marker-222';
const OTHER_KEY = 'sk-another-caller-marker-333';
const HEADER = 'x-modelgraph-provider-key';

const chunk = (delta: object, finishReason: string | null = null): string =>
  `data: ${JSON.stringify({ choices: [{ index: 0, delta, finish_reason: finishReason }] })}\n\n`;
const HI = `${chunk({ content: 'Hi' })}${chunk({}, 'stop')}data: [DONE]\n\n`;
const CALL = `${chunk({
  tool_calls: [{ index: 0, id: 'call_1', function: { name: 'now', arguments: '{}' } }],
})}${chunk({}, 'tool_calls')}data: [DONE]\n\n`;

const GENERATE =
  'mutation ($input: GenerateInput!, $key: String) { generate(input: $input, idempotencyKey: $key) { id status text error { message } } }';
const STREAM =
  'subscription ($input: GenerateInput!) { generate(input: $input) { __typename ... on ActionRequired { generationId } ... on GenerationFailed { error { code message } } } }';
const SUBMIT =
  'mutation ($id: ID!) { submitToolResults(generationId: $id, results: [{callId: "call_1", output: "noon"}]) { status } }';
const INPUT = { model: 'gpt-4o', prompt: 'Hello' };
const WITH_TOOL = {
  ...INPUT,
  tools: [{ function: { name: 'now', parameters: { type: 'object', properties: {} } } }],
};

const keyOf = ({ headers }: UpstreamRequest): string =>
  String(headers.authorization ?? headers['x-api-key']).replace('Bearer ', '');

const startVendor = (answer: (exchange: UpstreamRequest) => void | Promise<void>): Promise<UpstreamServer> =>
  startUpstream(answer);

const polite = (exchange: UpstreamRequest): Promise<void> =>
  exchange.body.includes('"role":"tool"') || !exchange.body.includes('"tools"')
    ? sendEventStream(exchange, HI)
    : sendEventStream(exchange, CALL);

const start = (vendor: UpstreamServer, settings: Parameters<typeof startApp>[0] = {}): Promise<TestApp> =>
  startApp({
    providerKeys: 'allowed',
    providers: {
      openai: { apiKey: SERVER_KEY, baseUrl: vendor.origin },
      anthropic: { apiKey: null, baseUrl: vendor.origin },
    },
    ...settings,
  });

const ask = async (
  app: TestApp,
  query: string,
  variables: object,
  key?: string,
): Promise<{ readonly status: number; readonly answer: GraphqlResponse }> => {
  const response = await post(
    app,
    { query, variables },
    { headers: key === undefined ? {} : { [HEADER]: key } },
  );
  return { status: response.status, answer: (await response.json()) as GraphqlResponse };
};

const codeOf = ({ answer }: { readonly answer: GraphqlResponse }): unknown =>
  answer.errors?.[0]?.extensions?.['code'];

let operations = 0;
const subscribe = async (raw: RawSocket, query: string, variables: object, until: string) => {
  operations += 1;
  const id = String(operations);
  raw.send({ type: 'subscribe', id, payload: { query, variables } });
  return await raw.received(
    (message) => message.id === id && (message.type === 'error' || JSON.stringify(message).includes(until)),
  );
};

test("a request is served with its caller's key, the next one with the server's, over HTTP, SSE and WebSocket", async () => {
  await using vendor = await startVendor(polite);
  await using app = await start(vendor);
  await ask(app, GENERATE, { input: INPUT }, `openai ${OWN_KEY}`);
  await ask(app, GENERATE, { input: INPUT });
  await ask(app, GENERATE, { input: INPUT }, `anthropic sk-ant-not-for-openai, OpenAI ${OTHER_KEY}`);
  await (
    await post(
      app,
      { query: STREAM, variables: { input: INPUT } },
      { headers: { accept: 'text/event-stream', [HEADER]: `openai ${OWN_KEY}` } },
    )
  ).text();
  await using own = await openRawSocket(app, { init: { providerKeys: { openai: OTHER_KEY } } });
  await using plain = await openRawSocket(app);
  for (const raw of [own, plain, own]) await subscribe(raw, STREAM, { input: INPUT }, 'GenerationCompleted');
  expect(vendor.requests.map(keyOf)).toEqual([
    OWN_KEY,
    SERVER_KEY,
    OTHER_KEY,
    OWN_KEY,
    OTHER_KEY,
    SERVER_KEY,
    OTHER_KEY,
  ]);
});

test('a fallback of the provider is asked with the key of the caller, one of another provider never', async () => {
  await using vendor = await startVendor((exchange) =>
    exchange.path.includes('messages')
      ? sendJson(exchange, { type: 'error', error: { type: 'api_error', message: 'no' } }, { status: 500 })
      : exchange.body.includes('gpt-4o-mini')
        ? sendEventStream(exchange, HI)
        : sendJson(exchange, { error: { message: 'busy' } }, { status: 503 }),
  );
  await using app = await start(vendor, {
    providers: {
      openai: { apiKey: SERVER_KEY, baseUrl: vendor.origin },
      anthropic: { apiKey: 'sk-ant-server-marker', baseUrl: vendor.origin },
    },
  });
  const input = { ...INPUT, fallbackModels: ['claude-haiku-4-5', 'gpt-4o-mini'] };
  const { answer } = await ask(app, GENERATE, { input }, `openai ${OWN_KEY}`);
  expect(answer.data?.generate?.text).toBe('Hi');
  expect(vendor.requests.map(keyOf)).toEqual([OWN_KEY, 'sk-ant-server-marker', OWN_KEY]);
});

test('tool results bring the key again: without it, or with one for another provider, they are refused and it waits on', async () => {
  await using vendor = await startVendor(polite);
  await using app = await start(vendor);
  const { answer } = await ask(app, GENERATE, { input: WITH_TOOL }, `openai ${OWN_KEY}`);
  const { id } = answer.data.generate;
  for (const key of [undefined, `anthropic ${OTHER_KEY}`])
    expect(codeOf(await ask(app, SUBMIT, { id }, key))).toBe('UNAUTHENTICATED');
  expect(vendor.requests).toHaveLength(1);
  expect((await ask(app, SUBMIT, { id }, `openai ${OTHER_KEY}`)).answer.errors).toBeUndefined();
  await vendor.request(1);
  expect(vendor.requests.map(keyOf)).toEqual([OWN_KEY, OTHER_KEY]);
});

test('a generation that began with the key of the server goes on with it', async () => {
  await using vendor = await startVendor(polite);
  await using app = await start(vendor);
  const { answer } = await ask(app, GENERATE, { input: WITH_TOOL });
  await ask(app, SUBMIT, { id: answer.data.generate.id }, `openai ${OWN_KEY}`);
  await vendor.request(1);
  expect(vendor.requests.map(keyOf)).toEqual([SERVER_KEY, SERVER_KEY]);
});

test('what goes on without a client refuses a key', async () => {
  await using vendor = await startVendor(polite);
  await using app = await start(vendor);
  const background = 'mutation ($input: GenerateInput!) { startGeneration(input: $input) { id } }';
  const batch = 'mutation ($input: SubmitBatchInput!) { submitBatch(input: $input) { id } }';
  const requests = [{ customId: 'one', input: INPUT }];
  const refused = [
    await ask(app, background, { input: INPUT }, `openai ${OWN_KEY}`),
    await ask(app, GENERATE, { input: { ...INPUT, onDisconnect: 'CONTINUE' } }, `openai ${OWN_KEY}`),
    await ask(app, batch, { input: { requests } }, `openai ${OWN_KEY}`),
  ];
  for (const { answer } of refused)
    expect(answer.errors?.[0]).toMatchObject({
      message: expect.stringContaining('kept nowhere') as string,
      extensions: { code: 'INVALID_REQUEST' },
    });
  expect(vendor.requests).toEqual([]);
});

test('the same idempotency key with another key for the provider is the same generation', async () => {
  await using vendor = await startVendor(polite);
  await using app = await start(vendor);
  const first = await ask(app, GENERATE, { input: INPUT, key: 'order-1' }, `openai ${OWN_KEY}`);
  const second = await ask(app, GENERATE, { input: INPUT, key: 'order-1' }, `openai ${OTHER_KEY}`);
  expect(second.answer.data.generate.id).toBe(first.answer.data.generate.id);
  expect(vendor.requests).toHaveLength(1);
});

test('a model is available to a caller that has brought a key for it, whatever became of that of the server', async () => {
  await using vendor = await startVendor((exchange) =>
    sendJson(exchange, { error: { message: 'wrong' } }, { status: 401 }),
  );
  await using app = await start(vendor);
  const query =
    '{ claude: model(name: "claude-haiku-4-5") { available } gpt: model(name: "gpt-4o") { available } models(where: {available: true, providers: ["anthropic"]}) { totalCount } }';
  const read = async (key?: string): Promise<unknown> => {
    const { data } = (await ask(app, query, {}, key)).answer;
    return [data.claude.available, data.gpt.available, data.models.totalCount > 0];
  };
  expect(await read()).toEqual([false, true, false]);
  expect(await read(`anthropic ${OWN_KEY}`)).toEqual([true, true, true]);
  await ask(app, GENERATE, { input: INPUT }, `openai ${OWN_KEY}`);
  expect(await read()).toEqual([false, true, false]);
  await ask(app, GENERATE, { input: INPUT });
  expect(await read()).toEqual([false, false, false]);
  expect(await read(`openai ${OWN_KEY}`)).toEqual([false, true, false]);
});

test('where keys are required those of the server serve no generation and no batch', async () => {
  await using vendor = await startVendor(polite);
  await using app = await start(vendor, { providerKeys: 'required' });
  const { answer } = await ask(app, GENERATE, { input: INPUT });
  expect(answer.errors?.[0]).toMatchObject({
    message: expect.stringContaining('openai') as string,
    extensions: { code: 'UNAUTHENTICATED', suggestion: expect.stringContaining(HEADER) as string },
  });
  const batch = 'mutation ($input: SubmitBatchInput!) { submitBatch(input: $input) { id } }';
  const requests = [{ customId: 'one', input: INPUT }];
  expect(codeOf(await ask(app, batch, { input: { requests } }))).toBe('UNAUTHENTICATED');
  expect(vendor.requests).toEqual([]);
  expect(
    (await ask(app, GENERATE, { input: { model: 'demo', prompt: 'Hi' } })).answer.errors,
  ).toBeUndefined();
  expect((await ask(app, GENERATE, { input: INPUT }, `openai ${OWN_KEY}`)).answer.data.generate.text).toBe(
    'Hi',
  );
});

const MALFORMED: Readonly<Record<string, string>> = {
  'no provider': OWN_KEY,
  'an unknown provider': `nobody ${OWN_KEY}`,
  'a provider that needs none': `demo ${OWN_KEY}`,
  'a key in the place of the provider': `${OWN_KEY} openai`,
  'no key': 'openai',
  'a short key': 'openai sk-1',
  'a long key': `openai ${'k'.repeat(513)}`,
  'three words': `openai ${OWN_KEY} more`,
  'two keys for one provider': `openai ${OWN_KEY}, openai ${OTHER_KEY}`,
  'an empty entry': `openai ${OWN_KEY},`,
  nothing: '',
};

test.each(Object.entries(MALFORMED))('a header with %s is refused, and not quoted', async (_what, value) => {
  await using vendor = await startVendor(polite);
  await using app = await start(vendor);
  const refused = await ask(app, GENERATE, { input: INPUT }, value);
  expect([refused.status, codeOf(refused)]).toEqual([400, 'INVALID_REQUEST']);
  expect(JSON.stringify(refused.answer)).not.toMatch(/marker|nobody|kkk/);
  expect(vendor.requests).toEqual([]);
});

test('a socket with keys that cannot be taken is closed', async () => {
  await using vendor = await startVendor(polite);
  await using app = await start(vendor);
  for (const providerKeys of [
    OWN_KEY,
    [OWN_KEY],
    { openai: 1 },
    { openai: 'sk with space' },
    { other: OWN_KEY },
  ]) {
    await using raw = await openRawSocket(app, { init: { providerKeys } });
    const { code, reason } = await raw.closed;
    expect(code).toBe(4400);
    expect(reason).not.toContain('marker');
  }
});

test('a server that takes no keys says so, over HTTP and over a WebSocket', async () => {
  await using vendor = await startVendor(polite);
  await using app = await start(vendor, { providerKeys: 'off' });
  const refused = await ask(app, GENERATE, { input: INPUT }, `openai ${OWN_KEY}`);
  expect([refused.status, codeOf(refused)]).toEqual([403, 'FORBIDDEN']);
  await using raw = await openRawSocket(app, { init: { providerKeys: { openai: OWN_KEY } } });
  expect((await raw.closed).code).toBe(4403);
});

test('a page of an allowed origin may send the header', async () => {
  await using vendor = await startVendor(polite);
  await using app = await start(vendor, { allowedOrigins: ['https://chat.example'] });
  const response = await fetch(app.url, {
    method: 'OPTIONS',
    headers: {
      origin: 'https://chat.example',
      'access-control-request-method': 'POST',
      'access-control-request-headers': HEADER,
    },
  });
  expect(response.headers.get('access-control-allow-headers')).toContain(HEADER);
});

const readTree = async (path: string): Promise<string> => {
  const names = await readdir(path, { recursive: true, withFileTypes: true });
  const files = names.filter((entry) => entry.isFile());
  const bytes = await Promise.all(files.map((entry) => readFile(join(entry.parentPath, entry.name))));
  return bytes.map((content) => content.toString('latin1')).join('\n');
};

test('a key is in no answer, log line, file of the store or metric, though vendors quote it', async () => {
  const quotes = (exchange: UpstreamRequest): string =>
    `refused: ${keyOf(exchange)} (${btoa(keyOf(exchange))})`;
  let turn = 0;
  await using vendor = await startVendor((exchange) => {
    const error = { error: { message: quotes(exchange) } };
    const headers = { 'x-request-id': keyOf(exchange) };
    const ways = [
      () => sendJson(exchange, error, { status: 401, headers }),
      () => sendJson(exchange, error, { status: 400, headers }),
      () => sendJson(exchange, error, { status: 500, headers }),
      () => sendEventStream(exchange, `${chunk({ content: 'Hi' })}data: ${JSON.stringify(error)}\n\n`),
      () => sendEventStream(exchange, `${chunk({ content: 'Hi' })}data: {"${quotes(exchange)}\n\n`),
      () => polite(exchange),
    ];
    return ways[turn++ % ways.length]?.();
  });
  await using folder = temporaryFolder();
  const answers: unknown[] = [];
  const lines: unknown[] = [];
  {
    await using app = await start(vendor, { dataDirectory: folder.path });
    await using raw = await openRawSocket(app, { init: { providerKeys: { openai: OWN_KEY } } });
    for (let way = 0; way < 6; way += 1)
      answers.push(await ask(app, GENERATE, { input: INPUT, key: `key-${way}` }, `openai ${OWN_KEY}`));
    for (let way = 0; way < 6; way += 1) {
      await subscribe(raw, STREAM, { input: WITH_TOOL }, 'Generation');
      await vendor.request(6 + way);
    }
    answers.push(
      await ask(app, 'query { generations(first: 20) { nodes { id text error { message } metadata } } }', {}),
    );
    answers.push(await (await fetch(new URL('/metrics', app.url))).text(), raw.messages);
    lines.push(...app.logLines);
  }
  const stored = await readTree(folder.path);
  expect(stored.length).toBeGreaterThan(1_000);
  for (const text of [
    inspect(answers, { depth: 20, maxStringLength: null }),
    inspect(lines, { depth: 20, showHidden: true }),
    stored,
  ])
    expect(text).not.toMatch(/callers-own-marker|c2stY2FsbGVycy1vd24/);
});
