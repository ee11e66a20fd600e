import { expect, it } from 'vitest';
import { type GraphqlResponse, startApp, type TestApp } from '../../support/app/app.ts';
import { ASK, codeOf, createAccessFile, keyOf } from '../../support/app/access.ts';
import { openRawSocket, type RawSocket } from '../../support/app/clients.ts';
import { byHash, createDocumentsFile, sha256 } from '../../support/app/documents-file.ts';
import {
  sendEventStream,
  sendJson,
  startUpstream,
  type UpstreamServer,
} from '../../support/upstream/upstream-server.ts';

const chunk = (delta: object, finishReason: string | null = null, usage?: object): string =>
  `data: ${JSON.stringify({ choices: [{ index: 0, delta, finish_reason: finishReason }], usage })}\n\n`;
const USAGE = { prompt_tokens: 1_000, completion_tokens: 1_000, total_tokens: 2_000 };
const HI = `${chunk({ content: 'Hi' })}${chunk({}, 'stop', USAGE)}data: [DONE]\n\n`;

const PAGE = keyOf('page');
const BACK = keyOf('back');
const VIEWER = '{ viewer { id } }';
const GENERATE =
  'mutation { generate(input: { model: "gpt-4o", prompt: "Hi", maxOutputTokens: 50 }) { text } }';
const OWN_KEY = 'sk-own-key-of-the-caller';

const startWith = async (rules: object, settings: Parameters<typeof startApp>[0]) => {
  const file = createAccessFile({ keys: rules });
  const apiKeys = [PAGE.setting, BACK.setting];
  const app = await startApp({ apiKeys, accessFile: file.path, ...settings }, { accessIntervalMs: 20 });
  return {
    app,
    rewrite: async (changed: object): Promise<void> => {
      file.write({ keys: changed });
      await app.logged(({ message }) => message === 'the rules for access were taken');
    },
    async [Symbol.asyncDispose]() {
      await app.close();
      file[Symbol.dispose]();
    },
  };
};

let operations = 0;
const askOn = async (socket: RawSocket, payload: object): Promise<string | null> => {
  operations += 1;
  const own = String(operations);
  socket.send({ type: 'subscribe', id: own, payload });
  const { type, payload: answer } = await socket.received(({ id }) => id === own);
  return codeOf(type === 'error' ? { errors: answer } : (answer as GraphqlResponse));
};

it('trusted documents alone are executed for one key beside any text for another, over every transport, by the rules of now', async () => {
  await using file = await createDocumentsFile(byHash(VIEWER));
  await using scene = await startWith(
    { page: { trustedDocuments: 'only' } },
    { trustedDocuments: [file.path], trustedDocumentsMode: 'also' },
  );
  const { app, rewrite } = scene;
  const other = { query: '{ viewer { kind } }' };
  for (const ask of Object.values(ASK)) {
    // What one key has had parsed is not executed for the other.
    expect(codeOf(await ask(app, other, BACK.key))).toBeNull();
    expect(codeOf(await ask(app, other, PAGE.key))).toBe('FORBIDDEN');
    const byId = { query: '', extensions: { documentId: sha256(VIEWER) } };
    expect((await ask(app, byId, PAGE.key)).data).toEqual({ viewer: { id: 'page' } });
  }
  await using socket = await openRawSocket(app, { init: { authorization: `Bearer ${PAGE.key}` } });
  expect(await askOn(socket, other)).toBe('FORBIDDEN');
  await rewrite({ page: { trustedDocuments: 'also' } });
  expect(await askOn(socket, other)).toBeNull();
});

it('a key that may send any text leaves its users to the documents of the server, unless the rules of both say otherwise', async () => {
  const issue = 'mutation { createUserToken(subject: "ann", expiresInSeconds: 60) { token } }';
  await using file = await createDocumentsFile(byHash(VIEWER, issue));
  const issuing = { operations: ['read', 'issue'] };
  const also = { trustedDocuments: 'also' };
  await using scene = await startWith(
    { page: { ...issuing, users: also }, back: { ...issuing, ...also } },
    { trustedDocuments: [file.path], trustedDocumentsMode: 'only' },
  );
  const { app, rewrite } = scene;
  const issueWith = async (key: string): Promise<string> => {
    const byId = { query: '', extensions: { documentId: sha256(issue) } };
    return (await ASK.http(app, byId, key)).data.createUserToken.token as string;
  };
  const [ofPage, ofBack] = [await issueWith(PAGE.key), await issueWith(BACK.key)];
  const other = { query: '{ viewer { kind } }' };
  for (const ask of Object.values(ASK)) {
    expect(codeOf(await ask(app, other, BACK.key))).toBeNull();
    expect(codeOf(await ask(app, other, ofBack))).toBe('FORBIDDEN');
    // Users never have more than their key.
    expect(codeOf(await ask(app, other, ofPage))).toBe('FORBIDDEN');
    const byId = { query: '', extensions: { documentId: sha256(VIEWER) } };
    expect((await ask(app, byId, ofBack)).data).toEqual({ viewer: { id: 'user:back:ann' } });
  }
  await rewrite({ page: issuing, back: { ...issuing, ...also, users: also } });
  for (const ask of Object.values(ASK)) expect(codeOf(await ask(app, other, ofBack))).toBeNull();
});

it('a router with a key that may send any text composes a subgraph and asks for its entities, where pages have listed documents alone', async () => {
  const model = '{ model(name: "demo") { id } }';
  await using file = await createDocumentsFile(byHash(VIEWER));
  await using scene = await startWith(
    { back: { trustedDocuments: 'also' } },
    { federation: true, trustedDocuments: [file.path], trustedDocumentsMode: 'only' },
  );
  const { app } = scene;
  const id = (await ASK.http(app, { query: model }, BACK.key)).data.model.id as string;
  const service = { query: '{ _service { sdl } }' };
  const entities = {
    query: 'query ($of: [_Any!]!) { _entities(representations: $of) { ... on Model { name } } }',
    variables: { of: [{ __typename: 'Model', id }] },
  };
  for (const ask of Object.values(ASK)) {
    expect((await ask(app, service, BACK.key)).data._service.sdl).toContain('type Model');
    expect((await ask(app, entities, BACK.key)).data).toEqual({ _entities: [{ name: 'demo' }] });
    expect(codeOf(await ask(app, service, PAGE.key))).toBe('FORBIDDEN');
    expect(codeOf(await ask(app, entities, PAGE.key))).toBe('FORBIDDEN');
  }
});

const settingsOf = (vendor: UpstreamServer) => ({
  providers: { openai: { apiKey: 'sk-key-of-the-server', baseUrl: vendor.origin } },
});

const ask = async (app: TestApp, query: string, token: string, own?: string): Promise<GraphqlResponse> => {
  const response = await fetch(app.url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${token}`,
      ...(own !== undefined && { 'x-modelgraph-provider-key': `openai ${own}` }),
    },
    body: JSON.stringify({ query }),
  });
  return (await response.json()) as GraphqlResponse;
};

it('one key has to bring keys for providers and another one may not, on a server that lets callers bring some', async () => {
  await using vendor = await startUpstream((exchange) => sendEventStream(exchange, HI));
  await using scene = await startWith(
    { page: { providerKeys: 'required' }, back: { providerKeys: 'off' } },
    { providerKeys: 'allowed', ...settingsOf(vendor) },
  );
  const { app, rewrite } = scene;
  const available = '{ model(name: "gpt-4o") { available } }';
  expect(codeOf(await ask(app, GENERATE, PAGE.key))).toBe('UNAUTHENTICATED');
  expect((await ask(app, available, PAGE.key)).data.model.available).toBe(false);
  expect((await ask(app, available, PAGE.key, OWN_KEY)).data.model.available).toBe(true);
  expect((await ask(app, GENERATE, PAGE.key, OWN_KEY)).data.generate.text).toBe('Hi');
  expect(codeOf(await ask(app, GENERATE, BACK.key, OWN_KEY))).toBe('FORBIDDEN');
  expect((await ask(app, GENERATE, BACK.key)).data.generate.text).toBe('Hi');
  expect(vendor.requests.map(({ headers }) => headers.authorization)).toEqual([
    `Bearer ${OWN_KEY}`,
    'Bearer sk-key-of-the-server',
  ]);
  const submit =
    'mutation { submitBatch(input: { requests: [{ customId: "a", input: { model: "gpt-4o", prompt: "Hi" } }] }) { id } }';
  expect(codeOf(await ask(app, submit, PAGE.key))).toBe('UNAUTHENTICATED');
  const init = { authorization: `Bearer ${PAGE.key}`, providerKeys: { openai: OWN_KEY } };
  await using socket = await openRawSocket(app, { init });
  await rewrite({ page: { providerKeys: 'off' } });
  expect(await askOn(socket, { query: VIEWER })).toBe('FORBIDDEN');
  expect(vendor.requests).toHaveLength(2);
});

it("calls with a caller's own key count in no budget and leave no row in the ledger; a fallback with the server's key does", async () => {
  await using vendor = await startUpstream((exchange) =>
    exchange.headers.authorization === `Bearer ${OWN_KEY}` && exchange.body.includes('Fail')
      ? sendJson(exchange, { error: { message: 'overloaded' } }, { status: 503 })
      : sendEventStream(exchange, HI),
  );
  const { providers } = settingsOf(vendor);
  await using scene = await startWith(
    { page: { providerKeys: 'allowed', budgets: [{ scope: 'key', period: 'total', limitUsd: 0.00001 }] } },
    { providers: { ...providers, deepseek: { apiKey: 'sk-of-the-server-too', baseUrl: vendor.origin } } },
  );
  const { app, rewrite } = scene;
  const count =
    '{ viewer { budgets { spentUsd reservedUsd } usage(from: "2020-01-01", to: "2100-01-01", by: [MODEL]) { model generations inputTokens } } }';
  expect(codeOf(await ask(app, GENERATE, PAGE.key))).toBe('BUDGET_EXCEEDED');
  expect((await ask(app, GENERATE, PAGE.key, OWN_KEY)).data.generate.text).toBe('Hi');
  expect((await ask(app, count, PAGE.key)).data.viewer).toEqual({
    budgets: [{ spentUsd: 0, reservedUsd: 0 }],
    usage: [],
  });
  const withFallback = GENERATE.replace('prompt: "Hi"', 'prompt: "Fail", fallbackModels: ["deepseek-flash"]');
  expect(codeOf(await ask(app, withFallback, PAGE.key, OWN_KEY))).toBe('BUDGET_EXCEEDED');
  expect(vendor.requests).toHaveLength(2);
  await rewrite({
    page: { providerKeys: 'allowed', budgets: [{ scope: 'key', period: 'total', limitUsd: 1 }] },
  });
  expect((await ask(app, withFallback, PAGE.key, OWN_KEY)).data.generate.text).toBe('Hi');
  const { budgets, usage } = (await ask(app, count, PAGE.key)).data.viewer;
  expect(budgets).toEqual([{ spentUsd: expect.closeTo(0.0015, 6), reservedUsd: 0 }]);
  expect(usage).toEqual([{ model: 'deepseek-flash', generations: 1, inputTokens: 1_000 }]);
});
