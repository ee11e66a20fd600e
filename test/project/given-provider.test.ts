import { describe, expect, it } from 'vitest';
import { defineModels } from '../../src/core/model-config.ts';
import { ProviderError } from '../../src/core/errors.ts';
import { collect, type StreamEvent } from '../../src/core/stream-event.ts';
import type {
  ConnectTextProvider,
  TextProvider,
  TextProviderDescriptor,
} from '../../src/core/text-provider.ts';
import { guardStream } from '../../src/providers/shared/call/terminal-guard.ts';
import { collectOverSse, collectOverWebSocket, request, startApp } from '../support/app/app.ts';
import { GENERATE_MUTATION, GENERATE_SUBSCRIPTION, toEvents } from '../support/app/events.ts';
import { TOY_MODEL } from '../support/app/toy-provider.ts';

const PARROT_MODELS = defineModels<'chat_completion'>('parrot', {
  'parrot-1': {
    ...TOY_MODEL,
    apiType: 'chat_completion',
    displayName: 'Parrot 1',
    description: 'Says it again.',
    apiModel: 'parrot-1-2026',
    temperature: { type: 'range', min: 0, max: 1, default: null },
  },
});

const connectParrot: ConnectTextProvider =
  ({ apiKey }) =>
  (config) => {
    const stream: TextProvider['stream'] = ({ messages }, { signal }) =>
      guardStream({
        provider: 'parrot',
        signal,
        mapError: (cause) => new ProviderError('PROVIDER_FAILED', { provider: 'parrot', cause }),
        open: () => readEvents(`${apiKey ?? ''} ${config.apiModel}: ${JSON.stringify(messages.at(-1))}`),
      });
    return {
      config,
      stream,
      generate: (asked, options) => collect(stream(asked, options)),
    };
  };

const readEvents = async function* (text: string): AsyncGenerator<StreamEvent> {
  for (const piece of text.match(/.{1,10}/gs) ?? []) yield { type: 'text-delta', text: piece };
  yield { type: 'finish', reason: 'stop', rawReason: null, usage: null, state: null };
};

const parrotDescriptor: TextProviderDescriptor = {
  name: 'parrot',
  displayName: 'Parrot',
  documentationUrl: 'https://parrot.example/docs',
  credentialVariable: 'PARROT_API_KEY',
  apiTypes: ['chat_completion'],
  load: () => Promise.resolve(connectParrot),
};

/** The least that a provider is, handed to the server in place of a registered one. */
const startParrot = (apiKey: string | null = 'squawk') =>
  startApp(
    { providers: { parrot: { apiKey, baseUrl: null } } },
    { providers: [parrotDescriptor], models: Object.values(PARROT_MODELS), aliases: { polly: 'parrot-1' } },
  );

const input = { model: 'polly', prompt: 'Hello', temperature: 0.5 };
const ANSWER = 'squawk parrot-1-2026: {"role":"user","parts":[{"type":"text","text":"Hello"}]}';

describe('a provider that is handed to the server', () => {
  it('is listed with its models and what they can do', async () => {
    await using app = await startParrot();
    const { data } = await request(
      app,
      '{ providers { name displayName configured documentationUrl models { nodes { name apiType available aliases } } } }',
    );
    expect(data.providers).toEqual([
      {
        name: 'parrot',
        displayName: 'Parrot',
        configured: true,
        documentationUrl: 'https://parrot.example/docs',
        models: {
          nodes: [{ name: 'parrot-1', apiType: 'CHAT_COMPLETION', available: true, aliases: ['polly'] }],
        },
      },
    ]);
  });

  it('is checked by the same rules as the others', async () => {
    await using app = await startParrot();
    const preview =
      'query ($input: GenerateInput!) { previewGeneration(input: $input) { accepted problems { allowed } } }';
    expect((await request(app, preview, { input })).data.previewGeneration).toEqual({
      accepted: true,
      problems: [],
    });
    expect(
      (await request(app, preview, { input: { ...input, temperature: 2 } })).data.previewGeneration,
    ).toEqual({
      accepted: false,
      problems: [{ allowed: ['0 to 1'] }],
    });
  });

  it('generates', async () => {
    await using app = await startParrot();
    const { data } = await request(app, GENERATE_MUTATION, { input });
    expect(data.generate).toMatchObject({ status: 'COMPLETED', text: ANSWER, finishReason: 'STOP' });
  });

  it.each([
    ['sse', collectOverSse],
    ['websocket', collectOverWebSocket],
  ] as const)('streams over %s', async (_name, collectOver) => {
    await using app = await startParrot();
    const events = toEvents(await collectOver(app, GENERATE_SUBSCRIPTION, { input }));
    const text = events.filter(({ __typename }) => __typename === 'TextDelta').map((event) => event['text']);
    expect(text.length).toBeGreaterThan(1);
    expect(text.join('')).toBe(ANSWER);
    expect(events[0]).toMatchObject({ __typename: 'GenerationStarted', model: { name: 'parrot-1' } });
    expect(events.at(-1)).toMatchObject({ __typename: 'GenerationCompleted', generation: { text: ANSWER } });
  });

  it('says which variable it needs when it has no key', async () => {
    await using app = await startParrot(null);
    const { errors } = await request(app, GENERATE_MUTATION, { input });
    expect(errors).toMatchObject([
      {
        message: expect.stringContaining('PARROT_API_KEY is not set'),
        extensions: { code: 'PROVIDER_NOT_CONFIGURED' },
      },
    ]);
  });
});
