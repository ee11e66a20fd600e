import { describe, expect, test } from 'vitest';
import { type GraphqlResponse, request, startApp, type TestApp, TRANSPORTS } from '../../support/app/app.ts';
import { createWordGuard } from '../../support/app/guards.ts';
import { rawRequest } from '../../support/app/raw-http.ts';
import { sendJson, startUpstream, type UpstreamServer } from '../../support/upstream/upstream-server.ts';
import type { Raw } from '../../support/upstream/replay.ts';

/** How each vendor is asked to count, and what it answers. */
const VENDORS = {
  anthropic: { model: 'claude-haiku-4-5', path: '/v1/messages/count_tokens', field: 'input_tokens' },
  gemini: {
    model: 'gemini-2.5-flash',
    path: '/v1beta/models/gemini-2.5-flash:countTokens',
    field: 'totalTokens',
  },
  openai: { model: 'gpt-5.4-mini', path: '/responses/input_tokens', field: 'input_tokens' },
} as const;

const NAMES = ['anthropic', 'gemini', 'openai'] as const;

const TOOL = {
  name: 'weather',
  description: 'The weather of a place.',
  parameters: { type: 'object', properties: { place: { type: 'string' } }, required: ['place'] },
};

/** With a bit of everything that counts. */
const INPUT = {
  system: 'Be brief.',
  messages: [
    { user: [{ text: 'What is the weather in Bern?' }] },
    {
      assistant: {
        text: 'I look.',
        toolCalls: [{ callId: 'call_1', name: 'weather', arguments: { place: 'Bern' } }],
      },
    },
    { tool: { callId: 'call_1', output: 'Rain, 7 degrees.' } },
    { user: [{ text: 'And tomorrow?' }] },
  ],
  tools: [{ function: TOOL }],
};

const PREVIEW = `query ($input: GenerateInput!, $count: TokenCounting! = PROVIDER) {
  previewGeneration(input: $input, count: $count) {
    accepted estimatedInputTokens inputTokens { value source } estimatedMaxCost { input }
  }
}`;

type Answer = (request: Parameters<typeof sendJson>[0]) => void;

interface Counted extends AsyncDisposable {
  readonly app: TestApp;
  readonly upstream: UpstreamServer;
}

const start = async (
  vendor: string,
  answer: Answer,
  overrides: Parameters<typeof startApp>[1] = {},
): Promise<Counted> => {
  const upstream = await startUpstream(answer);
  const providers = { [vendor]: { apiKey: 'sk-test', baseUrl: upstream.origin } };
  const app = await startApp({ providers }, overrides);
  return {
    app,
    upstream,
    [Symbol.asyncDispose]: async () => {
      await app.close();
      await upstream[Symbol.asyncDispose]();
    },
  };
};

const toPreview = ({ data, errors }: GraphqlResponse): Raw => {
  expect(errors).toBeUndefined();
  return data.previewGeneration;
};

const previewOf = async (app: TestApp, input: object): Promise<Raw> =>
  toPreview(await request(app, PREVIEW, { input }));

describe.each(NAMES)('input that %s counts', (name) => {
  const { model, path, field } = VENDORS[name];
  const input = { model, ...INPUT };
  const counts =
    (count: unknown): Answer =>
    (incoming) =>
      sendJson(incoming, { [field]: count });

  test('is what its endpoint says, which is asked once, with all of the request', async () => {
    await using counted = await start(name, counts(4_321));
    const preview = await previewOf(counted.app, input);
    expect(preview).toMatchObject({ accepted: true, inputTokens: { value: 4_321, source: 'PROVIDER' } });
    expect(preview.estimatedInputTokens).not.toBe(4_321);
    const [sent, ...others] = counted.upstream.requests;
    expect(others).toEqual([]);
    expect([sent?.method, sent?.path.replace(/\?.*/, '')]).toEqual(['POST', path]);
    for (const part of [
      'Be brief.',
      'in Bern?',
      'Rain, 7 degrees.',
      'And tomorrow?',
      TOOL.description,
      '"place"',
    ])
      expect(sent?.body).toContain(part);
    expect(sent?.body).not.toMatch(/"(stream|store|max_tokens|max_output_tokens|include)"/);
  });

  test('is priced as it is counted', async () => {
    await using counted = await start(name, counts(1_000_000));
    const { estimatedMaxCost } = await previewOf(counted.app, input);
    const query =
      'query ($model: ID!) { model(name: $model) { pricing { inputPerMillion tiers { aboveInputTokens inputPerMillion } } } }';
    const { pricing } = (await request(counted.app, query.replace('ID!', 'String!'), { model })).data.model;
    const { inputPerMillion } = pricing.tiers.at(-1) ?? pricing;
    expect(estimatedMaxCost.input).toBeCloseTo(inputPerMillion, 9);
  });

  test.each(['many', -1, 1.5, 2 ** 31, null, {}, undefined])(
    'is an estimate where the endpoint says %j',
    async (count) => {
      await using counted = await start(name, counts(count));
      const preview = await previewOf(counted.app, input);
      const value = preview.estimatedInputTokens;
      expect(preview.inputTokens).toEqual({ value, source: 'ESTIMATED' });
      expect(counted.upstream.requests).toHaveLength(1);
    },
  );

  test.each([400, 401, 429, 500, 529])(
    'is an estimate, and nothing is repeated, where the endpoint answers %i',
    async (status) => {
      await using counted = await start(name, (incoming) =>
        sendJson(incoming, { error: { type: 'some_error', message: 'no' } }, { status }),
      );
      const preview = await previewOf(counted.app, input);
      expect(preview).toMatchObject({ accepted: true, inputTokens: { source: 'ESTIMATED' } });
      expect(counted.upstream.requests).toHaveLength(1);
      const { fields } = await counted.app.logged(({ message }) => /did not count/.test(message));
      expect(fields).toMatchObject({ provider: name, model });
    },
  );

  test('is an estimate where the connection breaks, or the answer is no JSON', async () => {
    await using broken = await start(name, ({ response }) => void response.destroy());
    expect((await previewOf(broken.app, input)).inputTokens.source).toBe('ESTIMATED');
    await using odd = await start(name, (incoming) => sendJson(incoming, '<html>'));
    expect((await previewOf(odd.app, input)).inputTokens.source).toBe('ESTIMATED');
  });

  test('closes its socket when the client leaves', async () => {
    await using counted = await start(name, () => undefined);
    const leaving = new AbortController();
    const asked = request(counted.app, PREVIEW, { input }, { signal: leaving.signal });
    const { closed } = await counted.upstream.request(0);
    leaving.abort();
    await expect(asked).rejects.toThrow();
    await closed;
  });

  test('is not asked for a request that would be refused, nor by an estimate', async () => {
    await using counted = await start(name, counts(1));
    const refused = await previewOf(counted.app, { ...input, maxCostUsd: 1e-9 });
    expect(refused).toMatchObject({ accepted: false, inputTokens: { source: 'ESTIMATED' } });
    const estimate = toPreview(await request(counted.app, PREVIEW, { input, count: 'ESTIMATE' }));
    expect(estimate.inputTokens).toEqual({ value: estimate.estimatedInputTokens, source: 'ESTIMATED' });
    expect(counted.upstream.requests).toEqual([]);
  });
});

test('an endpoint that does not answer is given up after five seconds, for the estimate', async () => {
  await using counted = await start('openai', () => undefined);
  const preview = await previewOf(counted.app, { model: VENDORS.openai.model, ...INPUT });
  expect(preview).toMatchObject({ accepted: true, inputTokens: { source: 'ESTIMATED' } });
  await (await counted.upstream.request(0)).closed;
});

test('a provider without an endpoint is not called', async () => {
  await using counted = await start('groq', (incoming) => sendJson(incoming, {}));
  const preview = await previewOf(counted.app, { model: 'gpt-oss-120b', ...INPUT });
  expect(preview).toMatchObject({ accepted: true, inputTokens: { source: 'ESTIMATED' } });
  expect(counted.upstream.requests).toEqual([]);
});

test('nothing is sent past guards, which are not asked for a preview', async () => {
  await using counted = await start('openai', (incoming) => sendJson(incoming, { input_tokens: 5 }), {
    guards: [createWordGuard('xyzzy')],
  });
  const preview = await previewOf(counted.app, { model: VENDORS.openai.model, prompt: 'xyzzy' });
  expect(preview.inputTokens.source).toBe('ESTIMATED');
  expect(counted.upstream.requests).toEqual([]);
});

describe('a count by the provider, as an operation', () => {
  const { model } = VENDORS.openai;
  const five: Answer = (incoming) => sendJson(incoming, { input_tokens: 5 });
  const field = (count: string): string =>
    `previewGeneration(input: { model: "${model}", prompt: "Hi" }, count: ${count}) { inputTokens { value source } }`;

  test.each(Object.entries(TRANSPORTS))('is answered over %s', async (_name, ask) => {
    await using counted = await start('openai', five);
    const [answer] = await ask(counted.app, PREVIEW, { input: { model, prompt: 'Hi' } });
    expect(toPreview(answer ?? {}).inputTokens).toEqual({ value: 5, source: 'PROVIDER' });
  });

  test.each([
    ['PROVIDER', `{ ${field('PROVIDER')} }`, {}],
    ['a variable', `query ($count: TokenCounting!) { ${field('$count')} }`, { count: 'PROVIDER' }],
  ])('is refused over GET where it is %s', async (_how, query, variables) => {
    await using counted = await start('openai', five);
    const path = `/graphql?${new URLSearchParams({ query, variables: JSON.stringify(variables) }).toString()}`;
    const { body } = await rawRequest(counted.app, { path, headers: { 'x-graphql-client': 'test' } });
    const { data, errors }: GraphqlResponse = JSON.parse(body);
    expect(data ?? null).toBeNull();
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'INVALID_REQUEST', path: ['count'] });
    expect(counted.upstream.requests).toEqual([]);
  });

  test('is not refused over GET where it is an estimate', async () => {
    await using counted = await start('openai', five);
    const path = `/graphql?${new URLSearchParams({ query: `{ ${field('ESTIMATE')} }` }).toString()}`;
    const { body } = await rawRequest(counted.app, { path, headers: { 'x-graphql-client': 'test' } });
    expect(toPreview(JSON.parse(body) as GraphqlResponse).inputTokens.source).toBe('ESTIMATED');
  });

  test.each([
    ['PROVIDER', 'query'],
    ['$count', 'query ($count: TokenCounting! = ESTIMATE)'],
  ])('counts as a generation towards the limit of an operation where it is %s', async (count, head) => {
    await using counted = await start('openai', five);
    const fields = (times: number): string =>
      Array.from({ length: times }, (_, index) => `a${index}: ${field(count)}`).join(' ');
    const refused = await request(counted.app, `${head} { ${fields(5)} }`);
    expect(refused.errors?.[0]?.message).toContain('a number of generations of 5');
    expect(counted.upstream.requests).toEqual([]);
    expect((await request(counted.app, `${head} { ${fields(4)} }`)).errors).toBeUndefined();
    const estimates = fields(5).replaceAll(count, 'ESTIMATE');
    expect((await request(counted.app, `{ ${estimates} }`)).errors).toBeUndefined();
  });
});
