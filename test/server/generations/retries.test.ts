import { describe, expect, it } from 'vitest';
import { ProviderError } from '../../../src/core/errors.ts';
import type { StreamEvent } from '../../../src/core/stream-event.ts';
import { collectOverSse, collectOverWebSocket, request, startApp } from '../../support/app/app.ts';
import { GENERATE_SUBSCRIPTION, toEvents } from '../../support/app/events.ts';
import {
  createToy,
  finishEvent,
  textDelta,
  type ToyAnswer,
  toyOverrides,
} from '../../support/app/toy-provider.ts';

const STREAMS = { websocket: collectOverWebSocket, sse: collectOverSse } as const;
const TRANSPORTS = ['websocket', 'sse'] as const;

type Answer = readonly (StreamEvent | ProviderError)[];

const failure = (
  code: ConstructorParameters<typeof ProviderError>[0],
  details: Partial<ConstructorParameters<typeof ProviderError>[1]> = {},
): ProviderError => new ProviderError(code, { provider: 'toy', ...details });

const OVERLOADED = failure('PROVIDER_OVERLOADED', { retryAfterMs: 1 });
const GOOD: Answer = [textDelta('Hello'), finishEvent()];

/** Each call of a model gets the next of its answers, the last one again and again. */
const answering = (answers: Readonly<Record<string, readonly Answer[]>>): ToyAnswer => {
  const counts = new Map<string, number>();
  return async function* ({ config: { name } }) {
    const count = counts.get(name) ?? 0;
    counts.set(name, count + 1);
    const list = answers[name] ?? [GOOD];
    for (const event of list[Math.min(count, list.length - 1)] ?? []) {
      if (event instanceof ProviderError) throw event;
      yield event;
    }
  };
};

const run = async (
  transport: (typeof TRANSPORTS)[number],
  answers: Readonly<Record<string, readonly Answer[]>>,
  input: Readonly<Record<string, unknown>> = {},
  settings: Parameters<typeof startApp>[0] = { maxAttempts: 3 },
) => {
  const toy = createToy(answering(answers));
  const app = await startApp(settings, toyOverrides(toy, { toy: {}, second: {}, third: {} }));
  try {
    const events = toEvents(
      await STREAMS[transport](app, GENERATE_SUBSCRIPTION, {
        input: { model: 'toy', prompt: 'Hi', ...input },
      }),
    );
    return { events, asked: toy.calls.map(({ config }) => config.name) };
  } finally {
    await app.close();
  }
};

describe.each(TRANSPORTS)('a provider that fails before its first word, over %s', (transport) => {
  it('is asked again, and its client sees one answer', async () => {
    const { events, asked } = await run(transport, { toy: [[OVERLOADED], [OVERLOADED], GOOD] });
    expect(asked).toEqual(['toy', 'toy', 'toy']);
    expect(events.map(({ __typename }) => __typename)).toEqual([
      'GenerationStarted',
      'TextDelta',
      'GenerationCompleted',
    ]);
  });

  it('is asked no more often than is set', async () => {
    const { events, asked } = await run(transport, { toy: [[OVERLOADED]] });
    expect(asked).toHaveLength(3);
    expect(events.at(-1)).toMatchObject({
      __typename: 'GenerationFailed',
      error: { code: 'PROVIDER_OVERLOADED', retryable: true, retryAfterMs: 1 },
    });
  });

  it.each([400, 401, 403, 404, 422])('with a status %i is not asked again', async (providerStatus) => {
    const { asked } = await run(transport, { toy: [[failure('PROVIDER_FAILED', { providerStatus })]] });
    expect(asked).toEqual(['toy']);
  });

  it('is not asked again when it wants to be left alone for longer than is allowed', async () => {
    const late = failure('PROVIDER_RATE_LIMITED', { retryAfterMs: 60_000 });
    const { events, asked } = await run(transport, { toy: [[late]] });
    expect(asked).toEqual(['toy']);
    expect(events.at(-1)).toMatchObject({ error: { code: 'PROVIDER_RATE_LIMITED', retryAfterMs: 60_000 } });
  });
});

describe.each(TRANSPORTS)('a provider that fails after its first word, over %s', (transport) => {
  it('is not asked again, nor is a fallback: what has come stays', async () => {
    const { events, asked } = await run(
      transport,
      { toy: [[textDelta('Hel'), OVERLOADED], GOOD] },
      { fallbackModels: ['second'] },
    );
    expect(asked).toEqual(['toy']);
    expect(events.at(-1)).toMatchObject({
      __typename: 'GenerationFailed',
      error: { code: 'PROVIDER_OVERLOADED' },
      generation: { text: 'Hel' },
    });
  });
});

describe.each(TRANSPORTS)('fallback models over %s', (transport) => {
  const once = { maxAttempts: 1 };

  it('are asked in their order until one answers, and every switch is told', async () => {
    const { events, asked } = await run(
      transport,
      { toy: [[OVERLOADED]], second: [[failure('PROVIDER_TIMEOUT')]] },
      { fallbackModels: ['second', 'third'] },
      once,
    );
    expect(asked).toEqual(['toy', 'second', 'third']);
    expect(events.map(({ __typename }) => __typename)).toEqual([
      'GenerationStarted',
      'WarningRaised',
      'WarningRaised',
      'TextDelta',
      'GenerationCompleted',
    ]);
    expect(events.filter(({ __typename }) => __typename === 'WarningRaised')).toMatchObject([
      { warning: { code: 'FALLBACK_USED', from: 'toy', to: 'second' } },
      { warning: { code: 'FALLBACK_USED', from: 'second', to: 'third' } },
    ]);
    expect(events[0]).toMatchObject({ model: { name: 'toy' } });
  });

  it('are not asked for what would fail the same way anywhere', async () => {
    const { events, asked } = await run(
      transport,
      { toy: [[failure('PROVIDER_REJECTED', { providerStatus: 400 })]] },
      { fallbackModels: ['second'] },
      once,
    );
    expect(asked).toEqual(['toy']);
    expect(events.at(-1)).toMatchObject({ error: { code: 'PROVIDER_REJECTED' } });
  });

  it('leave the last failure when all have failed', async () => {
    const { events } = await run(
      transport,
      { toy: [[OVERLOADED]], second: [[failure('PROVIDER_TIMEOUT')]] },
      { fallbackModels: ['second'] },
      once,
    );
    expect(events.at(-1)).toMatchObject({ error: { code: 'PROVIDER_TIMEOUT' } });
  });
});

describe('a generation that a fallback has answered', () => {
  it('says which model answered and how it came to be asked', async () => {
    const toy = createToy(answering({ toy: [[OVERLOADED]] }));
    await using app = await startApp({}, toyOverrides(toy, { toy: {}, second: {} }));
    const query = `mutation ($input: GenerateInput!) { generate(input: $input) {
      text model { name } resolution { requested steps { from to reason } } warnings { code }
    } }`;
    const { data } = await request(app, query, {
      input: { model: 'TOY', prompt: 'Hi', fallbackModels: ['second'] },
    });
    expect(data.generate).toEqual({
      text: 'Hello',
      model: { name: 'second' },
      resolution: {
        requested: 'TOY',
        steps: [
          { from: 'TOY', to: 'toy', reason: 'EXACT' },
          { from: 'toy', to: 'second', reason: 'FALLBACK' },
        ],
      },
      warnings: [{ code: 'FALLBACK_USED' }],
    });
  });
});

describe('fallback models that cannot take the request', () => {
  it('are refused before a provider is called, each at its place', async () => {
    const toy = createToy();
    await using app = await startApp(
      {},
      toyOverrides(toy, { toy: { sampling: { ...TAKES_SEED } }, second: {} }),
    );
    const query = `query ($input: GenerateInput!) { previewGeneration(input: $input) {
      accepted problems { code path message }
    } }`;
    const { data } = await request(app, query, {
      input: { model: 'toy', prompt: 'Hi', seed: 7, fallbackModels: ['nobody', 'second'] },
    });
    expect(data.previewGeneration).toMatchObject({
      accepted: false,
      problems: [
        { code: 'MODEL_NOT_FOUND', path: ['input', 'fallbackModels', '0'] },
        { code: 'UNSUPPORTED_CAPABILITY', path: ['input', 'seed'] },
      ],
    });
    expect(toy.calls).toEqual([]);
  });
});

const TAKES_SEED = {
  topP: null,
  topK: null,
  stopSequences: null,
  seed: true,
  presencePenalty: null,
  frequencyPenalty: null,
} as const;

describe('a provider that fails again and again', () => {
  it('has its circuit opened, so that its clients fail at once, and a fallback answers instead', async () => {
    const toy = createToy(answering({ toy: [[failure('PROVIDER_FAILED', { providerStatus: 500 })]] }));
    await using app = await startApp({ circuitFailures: 2 }, toyOverrides(toy, { toy: {} }));
    const ask = async () =>
      toEvents(
        await collectOverWebSocket(app, GENERATE_SUBSCRIPTION, { input: { model: 'toy', prompt: 'Hi' } }),
      ).at(-1);
    await ask();
    await ask();
    expect(await ask()).toMatchObject({
      error: {
        code: 'PROVIDER_OVERLOADED',
        retryable: true,
        message: expect.stringContaining('its circuit is open') as string,
      },
    });
    expect(toy.calls).toHaveLength(2);
  });
});
