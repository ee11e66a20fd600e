import { describe, expect, it } from 'vitest';
import { collectOverSse, request, startApp } from '../../../support/app/app.ts';
import { GENERATE_MUTATION, GENERATE_SUBSCRIPTION, toEvents } from '../../../support/app/events.ts';
import { configure, readProviders } from '../../../support/app/providers-file.ts';
import { sendJson, startUpstream } from '../../../support/upstream/upstream-server.ts';
import { base64Of, MEDIA_BYTES } from '../../../services/checks/media-bytes.ts';
import { startCompatibleServer } from './compatible-server.ts';

/** A server that is OpenAI's in name only. */
const FACTS = {
  functionCalling: true,
  parallelToolCalls: true,
  parallelToolCallsCanBeForbidden: false,
  jsonMode: false,
  laterSystemMessages: false,
};

const input = (model: string, part: object = {}) => ({ input: { model, prompt: 'Hello', ...part } });

const local = (origin: string, part: object = {}) => ({
  name: 'local',
  baseUrl: `${origin}/v1`,
  models: {
    'my-model': { apiModel: 'my-model:8b' },
    'in-one-piece': { apiModel: 'my-model:8b', streaming: false },
  },
  ...part,
});

describe('a model of a configured provider', () => {
  it('answers as a stream and in one piece, and is sent nothing that is OpenAI\u2019s own', async () => {
    await using upstream = await startCompatibleServer({
      deltas: [{ reasoning_content: 'Hm.' }, { content: 'Good ' }, { content: 'day' }],
    });
    await using app = await startApp(configure([local(upstream.origin)]));
    const streamed = toEvents(await collectOverSse(app, GENERATE_SUBSCRIPTION, input('my-model')));
    const waited = (await request(app, GENERATE_MUTATION, input('in-one-piece'))).data.generate;
    const usage = { inputTokens: 5, outputTokens: 7, totalTokens: 12 };
    for (const generation of [streamed.at(-1)?.['generation'], waited])
      expect(generation).toMatchObject({ text: 'Good day', reasoning: 'Hm.', finishReason: 'STOP', usage });
    const body = {
      model: 'my-model:8b',
      messages: [{ role: 'user', content: 'Hello' }],
      max_tokens: 4096,
    };
    expect(upstream.requests.map(({ path, body: sent }) => [path, JSON.parse(sent)])).toEqual([
      ['/v1/chat/completions', { ...body, stream: true, stream_options: { include_usage: true } }],
      ['/v1/chat/completions', body],
    ]);
  });

  it('needs no key where the file names no variable, and then sends no credential', async () => {
    await using upstream = await startCompatibleServer();
    await using app = await startApp(configure([local(upstream.origin)]));
    const { data } = await request(app, GENERATE_MUTATION, input('my-model'));
    expect(data.generate.text).toBe('Hi');
    expect(upstream.requests[0]?.headers.authorization).toBeUndefined();
  });

  it('is sent the key of the variable that the file names', async () => {
    await using upstream = await startCompatibleServer();
    const keyed = local(upstream.origin, { keyVariable: 'COMPANY_KEY' });
    await using app = await startApp(configure([keyed], { COMPANY_KEY: 'secret' }));
    await request(app, GENERATE_MUTATION, input('my-model'));
    expect(upstream.requests[0]?.headers.authorization).toBe('Bearer secret');
  });

  it('is not available while that variable is unset, and says which one it is', async () => {
    await using upstream = await startCompatibleServer();
    await using app = await startApp(
      configure([local(upstream.origin, { keyVariable: 'COMPANY_KEY', displayName: 'Company' })]),
    );
    const { data } = await request(
      app,
      `{ provider(name: "local") { displayName configured credentialVariable } model(name: "my-model") { available } }`,
    );
    expect(data).toEqual({
      provider: { displayName: 'Company', configured: false, credentialVariable: 'COMPANY_KEY' },
      model: { available: false },
    });
    const { errors } = await request(app, GENERATE_MUTATION, input('my-model'));
    expect(errors?.[0]?.message).toContain('COMPANY_KEY is not set');
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'PROVIDER_NOT_CONFIGURED' });
    expect(upstream.requests).toHaveLength(0);
  });

  it('is found by its name, its alias and its upstream id, with what the file says of it', async () => {
    await using app = await startApp(
      readProviders(
        'company.ts',
        `type Entry = { name: string };
        export const providers = ${JSON.stringify([
          local('http://127.0.0.1:9', {
            documentationUrl: 'https://models.example/docs',
            aliases: { mine: 'my-model' },
          }),
        ])} satisfies readonly (Entry & object)[];`,
      ),
    );
    const fields = 'name source pricing { inputPerMillion } provider { name configured documentationUrl }';
    const { data } = await request(
      app,
      `{ a: model(name: "MY-Model") { ${fields} } b: model(name: "mine") { ${fields} } c: model(name: "my-model:8b") { ${fields} } }`,
    );
    const model = {
      name: 'my-model',
      source: 'company.ts',
      pricing: null,
      provider: { name: 'local', configured: true, documentationUrl: 'https://models.example/docs' },
    };
    expect(data).toEqual({ a: model, b: model, c: model });
  });

  it('is asked as the file says: field of the output limit, usage of a stream, effort', async () => {
    await using upstream = await startCompatibleServer();
    await using app = await startApp(
      configure([
        local(upstream.origin, {
          maxTokensField: 'max_completion_tokens',
          streamUsage: false,
          models: { thinker: { reasoning: { type: 'effort', values: ['none', 'low', 'high'] } } },
        }),
      ]),
    );
    const effort = input('thinker', { maxOutputTokens: 50, reasoning: { effort: 'LOW' } });
    const events = toEvents(await collectOverSse(app, GENERATE_SUBSCRIPTION, effort));
    expect(events.at(-1)).toMatchObject({ __typename: 'GenerationCompleted', generation: { usage: null } });
    await request(app, GENERATE_MUTATION, input('thinker', { reasoning: { enabled: false } }));
    const [streamed, waited] = upstream.requests.map(({ body }) => JSON.parse(body) as object);
    expect(streamed).toEqual({
      model: 'thinker',
      messages: [{ role: 'user', content: 'Hello' }],
      max_completion_tokens: 50,
      reasoning_effort: 'low',
      stream: true,
    });
    expect(waited).toMatchObject({ reasoning_effort: 'none' });
  });

  it('speaks the Responses API where the file says so, without what only OpenAI takes', async () => {
    const reasoning = { type: 'effort', values: ['low', 'high'] };
    await using upstream = await startCompatibleServer();
    await using app = await startApp(
      configure([
        local(upstream.origin, {
          apiType: 'responses_api',
          models: {
            thinker: { reasoning },
            'in-one-piece': { reasoning, apiModel: 'thinker', streaming: false },
          },
        }),
      ]),
    );
    const effort = { reasoning: { effort: 'HIGH' } };
    const events = toEvents(await collectOverSse(app, GENERATE_SUBSCRIPTION, input('thinker', effort)));
    const waited = (await request(app, GENERATE_MUTATION, input('in-one-piece', effort))).data.generate;
    for (const generation of [events.at(-1)?.['generation'], waited])
      expect(generation).toMatchObject({ text: 'Hi', usage: { inputTokens: 5, outputTokens: 7 } });
    const [streamed, whole] = upstream.requests.map(({ body }) => JSON.parse(body) as object);
    expect(whole).toEqual({
      model: 'thinker',
      input: [{ role: 'user', content: [{ type: 'input_text', text: 'Hello' }] }],
      max_output_tokens: 4096,
      reasoning: { effort: 'high' },
    });
    expect(streamed).toEqual({ ...whole, stream: true });
  });

  it('has its reasoning told apart from its text where it leaves it between tags', async () => {
    await using upstream = await startCompatibleServer({
      deltas: [
        { content: '<th' },
        { content: 'ink>\nHm' },
        { content: '.</think>\n\nGood' },
        { content: ' day' },
      ],
    });
    await using app = await startApp(configure([local(upstream.origin, { reasoningTags: true })]));
    const streamed = toEvents(await collectOverSse(app, GENERATE_SUBSCRIPTION, input('my-model')));
    const waited = (await request(app, GENERATE_MUTATION, input('in-one-piece'))).data.generate;
    for (const generation of [streamed.at(-1)?.['generation'], waited])
      expect(generation).toMatchObject({ text: 'Good day', reasoning: 'Hm.' });
  });

  it('keeps tags in its text where the file does not say what they mean', async () => {
    await using upstream = await startCompatibleServer({ deltas: [{ content: '<think>Hm.</think>Hi' }] });
    await using app = await startApp(configure([local(upstream.origin)]));
    const { data } = await request(app, GENERATE_MUTATION, input('my-model'));
    expect(data.generate).toMatchObject({ text: '<think>Hm.</think>Hi', reasoning: null });
  });

  it('is sent the bytes of an image that its server does not fetch by itself', async () => {
    await using upstream = await startCompatibleServer();
    const models = {
      seer: {
        inputModalities: ['image'],
        media: { image: { fetchesUrls: false, mediaTypes: ['image/png'] } },
      },
    };
    const addresses: string[] = [];
    await using app = await startApp(configure([local(upstream.origin, { models })]), {
      fetchMedia: (url) => {
        addresses.push(url);
        return Promise.resolve(MEDIA_BYTES[url.endsWith('.png') ? 'image/png' : 'image/gif']);
      },
    });
    const look = (url: string) => ({
      input: { model: 'seer', messages: [{ user: [{ image: { source: { url } } }] }] },
    });
    const { errors } = await request(app, GENERATE_MUTATION, look('https://media.test/a.png'));
    expect(errors).toBeUndefined();
    expect(addresses).toEqual(['https://media.test/a.png']);
    expect(JSON.parse(upstream.requests[0]?.body ?? '')).toMatchObject({
      messages: [
        {
          content: [{ image_url: { url: `data:image/png;base64,${base64Of('image/png')}` } }],
        },
      ],
    });
    const refused = await request(app, GENERATE_MUTATION, look('https://media.test/a.gif'));
    expect(refused.errors).toMatchObject([
      {
        message:
          'The address gives image/gif, which the API of the model "seer" does not take. Give image/png.',
        extensions: { code: 'UNSUPPORTED_CAPABILITY' },
      },
    ]);
    expect(upstream.requests).toHaveLength(1);
  });

  it.each([
    ['a file', { models: { 'my-model': FACTS } }, 'my-model'],
    ['the list of its server', { discover: FACTS, models: undefined }, 'local/my-model'],
  ])('named by %s takes no more than the file says', async (_, entry, model) => {
    await using upstream = await startCompatibleServer({ models: ['my-model'] });
    await using app = await startApp(configure([local(upstream.origin, entry)]));
    if (model !== 'my-model') await app.logged(({ message }) => message === 'models were found');
    const pathOf = async (part: object) =>
      (await request(app, GENERATE_MUTATION, input(model, part))).errors?.[0]?.extensions?.['path'];
    const tools = [{ function: { name: 'now', parameters: { type: 'object' } } }];
    expect(await pathOf({ tools, parallelToolCalls: false })).toEqual(['input', 'parallelToolCalls']);
    expect(await pathOf({ output: { json: true } })).toEqual(['input', 'output', 'json']);
    const asked = () => upstream.requests.filter(({ path }) => path === '/v1/chat/completions');
    expect(asked()).toEqual([]);
    const messages = [{ user: [{ text: 'Hello' }] }, { system: 'Be brief.' }];
    const { data } = await request(app, GENERATE_MUTATION, input(model, { prompt: null, messages }));
    expect(data.generate.warnings).toMatchObject([
      {
        code: 'PARAMETER_COERCED',
        message: expect.stringContaining('takes no system message after the first turn'),
      },
    ]);
    expect(JSON.parse(asked()[0]?.body ?? '').messages).toEqual([
      { role: 'user', content: 'Hello' },
      { role: 'user', content: 'Be brief.' },
    ]);
  });

  it('fails as any other when its server is down', async () => {
    const gone = await startCompatibleServer();
    const { origin } = gone;
    await gone[Symbol.asyncDispose]();
    await using app = await startApp(configure([local(origin)]));
    const { errors } = await request(app, GENERATE_MUTATION, input('my-model'));
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'PROVIDER_FAILED', provider: 'local' });
  });

  it('tells a prompt that does not fit by llama.cpp\u2019s word for it', async () => {
    const error = {
      code: 400,
      message: 'request (9412 tokens) exceeds the available context size (8192 tokens), try increasing it',
      type: 'exceed_context_size_error',
    };
    await using upstream = await startUpstream((sent) => sendJson(sent, { error }, { status: 400 }));
    await using app = await startApp(configure([local(upstream.origin)]));
    const { errors } = await request(app, GENERATE_MUTATION, input('my-model'));
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'CONTEXT_LENGTH_EXCEEDED' });
  });

  it('is refused what it does not take before its server is asked', async () => {
    await using upstream = await startCompatibleServer();
    await using app = await startApp(configure([local(upstream.origin)]));
    const { errors } = await request(app, GENERATE_MUTATION, input('my-model', { temperature: 3, topK: 5 }));
    const problems = errors?.[0]?.extensions?.['problems'] as { path: string[] }[];
    expect(problems.map(({ path }) => path.join('.'))).toEqual(['input.temperature', 'input.topK']);
    expect(upstream.requests).toHaveLength(0);
  });
});
