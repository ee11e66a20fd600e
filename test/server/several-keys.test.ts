import { expect, test } from 'vitest';
import { toServerKey } from '../../src/core/server-key.ts';
import type { TextProviderDescriptor } from '../../src/core/text-provider.ts';
import { hasBatchOperations } from '../../src/core/vendor-batch.ts';
import { parseSettings } from '../../config/env.ts';
import { startApp, type TestApp } from '../support/app/app.ts';
import { endedBatch, readBatch, requestsOf, submitted } from '../support/app/batch-requests.ts';
import { post } from '../support/app/clients.ts';
import { createToyBatchVendor } from '../support/batch-vendors/toy-batch-vendor.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import {
  sendEventStream,
  sendJson,
  startUpstream,
  type UpstreamRequest,
  type UpstreamServer,
} from '../support/upstream/upstream-server.ts';

const [A, B, C] = ['sk-marker-aaaaaaaa', 'sk-marker-bbbbbbbb', 'sk-marker-cccccccc'] as const;
const idOf = (value: string): string => toServerKey({ value, weight: 1 }).id;

const chunk = (delta: object, finishReason: string | null = null): string =>
  `data: ${JSON.stringify({ choices: [{ index: 0, delta, finish_reason: finishReason }] })}\n\n`;
const HI = `${chunk({ content: 'Hi' })}${chunk({}, 'stop')}data: [DONE]\n\n`;
const CALL = `${chunk({
  tool_calls: [{ index: 0, id: 'call_1', function: { name: 'now', arguments: '{}' } }],
})}${chunk({}, 'tool_calls')}data: [DONE]\n\n`;

const GENERATE = 'mutation ($input: GenerateInput!) { generate(input: $input) { id status text } }';
const HEALTH =
  '{ provider(name: "openai") { health { state keys { id weight lastErrorCode coolsDownUntil lastSuccessAt } } } model(name: "gpt-4o") { available } }';
const INPUT = { model: 'gpt-4o', prompt: 'Hello' };

const keyOf = ({ headers }: UpstreamRequest): string => String(headers.authorization).replace('Bearer ', '');

type Keys = readonly (readonly [value: string, weight: number])[];

const start = (
  vendor: UpstreamServer,
  keys: Keys,
  settings: Parameters<typeof startApp>[0] = {},
): Promise<TestApp> =>
  startApp({
    providers: {
      openai: {
        apiKey: keys[0]?.[0] ?? null,
        keys: keys.map(([value, weight]) => ({ value, weight })),
        baseUrl: vendor.origin,
      },
    },
    ...settings,
  });

// Tests read what they asked for; a wrong path is a failed assertion.
// oxlint-disable-next-line typescript/no-explicit-any
type Answer = any;

const ask = async (app: TestApp, query: string, variables: object = {}): Promise<Answer> =>
  (await post(app, { query, variables })).json();

const refusals: Readonly<Record<string, (exchange: UpstreamRequest) => Promise<void> | void>> = {
  refused: (exchange) =>
    sendJson(exchange, { error: { message: `no: ${keyOf(exchange)}` } }, { status: 401 }),
  limited: (exchange) =>
    sendJson(exchange, { error: { message: 'slow' } }, { status: 429, headers: { 'retry-after': '90' } }),
};

test('generations are shared among the keys of a provider by their weights; one of weight 0 begins none', async () => {
  await using vendor = await startUpstream((exchange) => sendEventStream(exchange, HI));
  await using app = await start(vendor, [
    [A, 3],
    [B, 1],
    [C, 0],
  ]);
  for (let count = 0; count < 8; count += 1) await ask(app, GENERATE, { input: INPUT });
  const used = vendor.requests.map(keyOf);
  expect([A, B, C].map((key) => used.filter((one) => one === key).length)).toEqual([6, 2, 0]);
});

test.each(Object.entries(refusals))(
  'a key that is %s cools down, and the next one is asked for the same generation without a wait',
  async (kind, refuse) => {
    await using vendor = await startUpstream((exchange) =>
      keyOf(exchange) === A ? refuse(exchange) : sendEventStream(exchange, HI),
    );
    await using app = await start(vendor, [
      [A, 1],
      [B, 1],
    ]);
    const before = Date.now();
    for (let count = 0; count < 4; count += 1) {
      const { data } = await ask(app, GENERATE, { input: INPUT });
      expect(data.generate.text).toBe('Hi');
    }
    expect(vendor.requests.map(keyOf)).toEqual([A, B, B, B, B]);
    const { data } = await ask(app, HEALTH);
    const { state, keys } = data.provider.health;
    expect([state, data.model.available]).toEqual(['HEALTHY', true]);
    expect(keys.map(({ id, lastErrorCode }: Answer) => [id, lastErrorCode])).toEqual([
      [idOf(A), kind === 'refused' ? 'PROVIDER_AUTHENTICATION' : 'PROVIDER_RATE_LIMITED'],
      [idOf(B), null],
    ]);
    const coolsForMs = Date.parse(keys[0].coolsDownUntil) - before;
    expect(coolsForMs).toBeGreaterThanOrEqual(kind === 'refused' ? 299_000 : 89_000);
    expect([keys[0].lastSuccessAt, keys[1].coolsDownUntil]).toEqual([null, null]);
    expect(JSON.stringify([data, app.logLines])).not.toContain('marker');
  },
);

test('where every key is limited the failure is that of a single key', async () => {
  await using vendor = await startUpstream((exchange) => refusals['limited']?.(exchange));
  await using app = await start(vendor, [
    [A, 1],
    [B, 1],
  ]);
  const { errors } = await ask(app, GENERATE, { input: INPUT });
  expect(errors[0].extensions).toMatchObject({ code: 'PROVIDER_RATE_LIMITED', retryAfterMs: 90_000 });
  expect(vendor.requests.map(keyOf)).toEqual([A, B]);
});

test('after the first content no other key is asked', async () => {
  await using vendor = await startUpstream((exchange) =>
    sendEventStream(
      exchange,
      `${chunk({ content: 'Hi' })}data: ${JSON.stringify({ error: { message: 'Rate limit', code: 'rate_limit_exceeded', type: 'requests' } })}\n\n`,
    ),
  );
  await using app = await start(vendor, [
    [A, 1],
    [B, 1],
  ]);
  const { errors } = await ask(app, GENERATE, { input: INPUT });
  expect(errors).toHaveLength(1);
  expect(vendor.requests.map(keyOf)).toEqual([A]);
});

test('other failures are of the provider, and ask no other key', async () => {
  await using vendor = await startUpstream((exchange) =>
    sendJson(exchange, { error: { message: 'broken' } }, { status: 500 }),
  );
  await using app = await start(vendor, [
    [A, 1],
    [B, 1],
  ]);
  await ask(app, GENERATE, { input: INPUT });
  expect(vendor.requests.map(keyOf)).toEqual([A]);
});

test('the turns of a generation are asked for with one key', async () => {
  let refused: string | null = null;
  await using vendor = await startUpstream((exchange) => {
    if (keyOf(exchange) === refused) return refusals['limited']?.(exchange);
    return sendEventStream(exchange, exchange.body.includes('"role":"tool"') ? HI : CALL);
  });
  await using app = await start(vendor, [
    [A, 1],
    [B, 1],
  ]);
  const tools = [{ function: { name: 'now', parameters: { type: 'object', properties: {} } } }];
  const submit =
    'mutation ($id: ID!) { submitToolResults(generationId: $id, results: [{callId: "call_1", output: "noon"}]) { status } }';
  const begin = async (): Promise<string> =>
    (await ask(app, GENERATE, { input: { ...INPUT, tools } })).data.generate.id as string;
  const ids = [await begin(), await begin()];
  for (const id of ids) await ask(app, submit, { id });
  await vendor.request(3);
  expect(vendor.requests.map(keyOf)).toEqual([A, B, A, B]);
  const id = await begin();
  refused = A;
  await ask(app, submit, { id });
  await app.logged(({ fields }) => fields['generationId'] === id && fields['status'] === 'failed');
  expect(vendor.requests.slice(4).map(keyOf)).toEqual([A, A]);
});

test('a file at the vendor is read with the first key', async () => {
  await using vendor = await startUpstream((exchange) => sendEventStream(exchange, HI));
  await using app = await start(vendor, [
    [A, 1],
    [B, 5],
  ]);
  const parts = [{ text: 'What is it?' }, { file: { source: { providerFileId: 'file-1' } } }];
  const input = { model: 'gpt-4o', messages: [{ user: parts }] };
  for (let count = 0; count < 3; count += 1) {
    const { errors } = await ask(app, GENERATE, { input });
    expect(errors).toBeUndefined();
  }
  expect(vendor.requests.map(keyOf)).toEqual([A, A, A]);
});

test("a caller's own key is alone: neither refused nor limited is another one asked", async () => {
  await using vendor = await startUpstream((exchange) => refusals['refused']?.(exchange));
  await using app = await start(
    vendor,
    [
      [A, 1],
      [B, 1],
    ],
    { providerKeys: 'allowed' },
  );
  const headers = { 'x-modelgraph-provider-key': `openai ${C}` };
  const response = await post(app, { query: GENERATE, variables: { input: INPUT } }, { headers });
  expect(await response.json()).toMatchObject({
    errors: [{ extensions: { code: 'PROVIDER_AUTHENTICATION' } }],
  });
  expect(vendor.requests.map(keyOf)).toEqual([C]);
  const { data } = await ask(app, HEALTH);
  expect(data.provider.health.keys.map(({ lastErrorCode }: Answer) => lastErrorCode)).toEqual([null, null]);
});

/** The vendor of batches in memory, with the key of each of its calls. */
const withKeys = (
  descriptor: TextProviderDescriptor,
): { readonly descriptor: TextProviderDescriptor; readonly used: (string | null)[] } => {
  const used: (string | null)[] = [];
  return {
    used,
    descriptor: {
      ...descriptor,
      credentialVariable: 'TOY_API_KEY',
      load: async () => {
        const connect = await descriptor.load();
        return (connection) => (config) => {
          const provider = connect(connection)(config);
          if (!hasBatchOperations(provider)) return provider;
          const batches = new Proxy(provider.batches, {
            get(target, name: keyof typeof provider.batches) {
              const member = target[name];
              if (typeof member !== 'function') return member;
              if (name !== 'sizeOf' && name !== 'findCustomIdProblem') used.push(connection.apiKey);
              return member.bind(target);
            },
          });
          return { ...provider, batches };
        };
      },
    },
  };
};

test('a batch is submitted, polled and read with the key that made it, after restarts too; removing the key ends it', async () => {
  await using folder = temporaryFolder();
  const vendor = createToyBatchVendor({ onSubmit: (batch) => (batch.state = 'running') });
  const { descriptor, used } = withKeys(vendor.descriptor);
  const serve = (keys: Keys): Promise<TestApp> =>
    startApp(
      {
        dataDirectory: folder.path,
        providers: {
          toy: {
            apiKey: keys.find(([, weight]) => weight > 0)?.[0] ?? null,
            keys: keys.map(([value, weight]) => ({ value, weight })),
            baseUrl: null,
          },
        },
      },
      { ...vendor.overrides, providers: [descriptor] },
    );
  const polled = async (calls: number): Promise<void> => {
    await expect.poll(() => used.length, { timeout: 60_000 }).toBeGreaterThan(calls);
  };
  const ids: string[] = [];
  {
    await using app = await serve([
      [A, 1],
      [B, 1],
    ]);
    ids.push(await submitted(app, requestsOf(['one'])), await submitted(app, requestsOf(['two'])));
    await polled(6);
  }
  expect(new Set(used)).toEqual(new Set([A]));
  {
    await using app = await serve([
      [B, 1],
      [A, 0],
    ]);
    const calls = used.length;
    await polled(calls + 4);
    expect(new Set(used)).toEqual(new Set([A]));
    const [first] = vendor.batches;
    if (first !== undefined) Object.assign(first, { state: 'ended', outcome: 'completed' });
    expect((await endedBatch(app, ids[0] ?? '')).status).toBe('COMPLETED');
    expect(new Set(used)).toEqual(new Set([A]));
  }
  const calls = used.length;
  await using app = await serve([[B, 1]]);
  await endedBatch(app, ids[1] ?? '');
  expect(await readBatch(app, ids[1] ?? '')).toMatchObject({
    status: 'FAILED',
    error: { code: 'PROVIDER_NOT_CONFIGURED', message: expect.stringContaining(idOf(A)) as string },
  });
  expect(used.length).toBe(calls);
});

test('keys are read from one variable, with weights behind stars; what is wrong is named without them', () => {
  const read = (value: string) => parseSettings({ OPENAI_API_KEY: value }, ['openai']).providers['openai'];
  expect(read(A)).toEqual({ apiKey: A, baseUrl: null });
  expect(read(` ${A}*0, ${B}*3 ,${C}`)).toEqual({
    apiKey: B,
    baseUrl: null,
    keys: [
      { value: A, weight: 0 },
      { value: B, weight: 3 },
      { value: C, weight: 1 },
    ],
  });
  for (const [value, problem] of [
    [`${A},,${B}`, 'entry 2 is empty'],
    [`${A},${A}`, 'has the same key twice'],
    [`${A}*0`, 'no key has a weight above 0'],
    [`${A}*2000`, 'the weight of entry 1 is above 1000'],
  ] as const) {
    expect(() => read(value)).toThrow(`OPENAI_API_KEY: ${problem}`);
    expect(() => read(value)).not.toThrow(/marker/);
  }
});
