import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { MODEL_CONFIGS } from '../../config/providers/index.ts';
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

const ROOT = new URL('../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, ROOT), 'utf8');
const exists = (path: string): boolean => existsSync(new URL(path, ROOT));

const section =
  read('CONTRIBUTING.md')
    .split(/^## /m)
    .find((text) => text.startsWith('Adding a provider\n')) ?? '';

describe('the guide to adding a provider', () => {
  it('names its models, its folder and the two registrations, in this order', () => {
    const places = [
      'config/providers/<name>/models.ts',
      'config/providers/index.ts',
      'src/providers/text/<name>/',
      'src/providers/index.ts',
    ].map((place) => section.indexOf(`\`${place}\``));
    expect(places).not.toContain(-1);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
  });

  it('names only files that there are', () => {
    const paths = [...section.matchAll(/`([\w<>./-]+\.ts|[\w<>./-]+\/)`/g)].map(([, path]) => path ?? '');
    const homes = [
      '',
      'src/providers/text/',
      'src/providers/text/anthropic/',
      'src/providers/text/anthropic/response/',
    ];
    const missing = paths
      .filter((path) => !path.includes('<format>'))
      .map((path) => path.replace('<name>', 'openai'))
      .filter((path) => !homes.some((home) => exists(home + path)));
    expect(paths.length).toBeGreaterThan(5);
    expect(missing).toEqual([]);
  });

  it('is how every provider was added: models, a folder, one line in each registration', () => {
    for (const name of Object.keys(MODEL_CONFIGS)) {
      expect([name, exists(`config/providers/${name}/models.ts`)]).toEqual([name, true]);
      const files = readdirSync(new URL(`src/providers/text/${name}/`, ROOT));
      expect([name, files]).toEqual([name, expect.arrayContaining(['descriptor.ts', 'provider.ts'])]);
      for (const registration of ['config/providers/index.ts', 'src/providers/index.ts']) {
        const lines = read(registration).match(new RegExp(`^  ${name}: `, 'gm'));
        expect([name, registration, lines?.length]).toEqual([name, registration, 1]);
      }
    }
  });
});

// Step 1: its models.
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

// Step 2: its folder.
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

// Step 3: its registration.
const startParrot = (apiKey: string | null = 'squawk') =>
  startApp(
    { providers: { parrot: { apiKey, baseUrl: null } } },
    { providers: [parrotDescriptor], models: Object.values(PARROT_MODELS), aliases: { polly: 'parrot-1' } },
  );

const input = { model: 'polly', prompt: 'Hello', temperature: 0.5 };
const ANSWER = 'squawk parrot-1-2026: {"role":"user","parts":[{"type":"text","text":"Hello"}]}';

describe('a provider that was added by the guide', () => {
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
