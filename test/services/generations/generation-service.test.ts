import { describe, expect, it } from 'vitest';
import { ProviderError } from '../../../src/core/errors.ts';
import type { StreamEvent } from '../../../src/core/stream-event.ts';
import { collectOverSse, collectOverWebSocket, request, startApp } from '../../support/app/app.ts';
import { GENERATE_MUTATION, GENERATE_SUBSCRIPTION, toEvents } from '../../support/app/events.ts';
import { createLoadingToy } from '../../support/app/loading-toy.ts';
import {
  answerOf,
  createToy,
  finishEvent,
  textDelta,
  type ToyAnswer,
  type ToyCall,
  toyOverrides,
  untilAborted,
} from '../../support/app/toy-provider.ts';
import { usageOf } from './run/run-harness.ts';

const input = { model: 'toy', prompt: 'Hi' };

const usageEvent: StreamEvent = { type: 'usage', usage: usageOf(12, 3) };

const GENERATION = `
  query ($id: ID!) {
    generation(id: $id) { status text usage { inputTokens } error { code } lastSequence completedAt }
  }
`;

const startToy = (answer: ToyAnswer, settings: Parameters<typeof startApp>[0] = {}) => {
  const toy = createToy(answer);
  return startApp(settings, toyOverrides(toy, { toy: {}, piecemeal: { streaming: false } }));
};

describe('a generation that takes too long', () => {
  const silent: ToyAnswer = async function* ({ signal }) {
    yield textDelta('Hel');
    await untilAborted(signal);
  };

  it('fails with PROVIDER_TIMEOUT when it is waited for, and what had come is kept', async () => {
    await using app = await startToy(silent, { timeoutMs: 50 });
    const { errors } = await request(app, GENERATE_MUTATION, { input });
    expect(errors).toMatchObject([
      {
        message: 'The provider did not answer in time.',
        extensions: { code: 'PROVIDER_TIMEOUT', retryable: true, provider: 'toy' },
      },
    ]);
    const id = errors?.[0]?.extensions?.['generationId'];
    const { data } = await request(app, GENERATION, { id });
    expect(data.generation).toMatchObject({ status: 'FAILED', error: { code: 'PROVIDER_TIMEOUT' } });
  });

  it('fails with PROVIDER_TIMEOUT as an event when it is streamed, with the text so far', async () => {
    await using app = await startToy(silent, { timeoutMs: 50 });
    const events = toEvents(await collectOverSse(app, GENERATE_SUBSCRIPTION, { input }));
    expect(events.map(({ __typename }) => __typename)).toEqual([
      'GenerationStarted',
      'TextDelta',
      'GenerationFailed',
    ]);
    expect(events.at(-1)).toMatchObject({
      error: { code: 'PROVIDER_TIMEOUT', retryable: true, provider: 'toy' },
      generation: { status: 'FAILED', text: 'Hel' },
    });
  });

  it('has its upstream closed', async () => {
    const aborted = Promise.withResolvers<void>();
    await using app = await startToy(
      async function* ({ signal }) {
        signal.addEventListener('abort', () => aborted.resolve());
        yield textDelta('Hel');
        await untilAborted(signal);
      },
      { timeoutMs: 50 },
    );
    await Promise.all([request(app, GENERATE_MUTATION, { input }), aborted.promise]);
  });
});

describe('a provider that breaks its promises', () => {
  const broken: ToyAnswer = async function* () {
    yield textDelta('Hel');
    throw new TypeError('cannot read sk-secret-secret of undefined');
  };

  it('by throwing anything is masked as INTERNAL, and logged once as what it is', async () => {
    await using app = await startToy(broken);
    const answer = await request(app, GENERATE_MUTATION, { input });
    const streamed = await collectOverSse(app, GENERATE_SUBSCRIPTION, { input });
    expect(answer.errors).toMatchObject([
      {
        message: 'The server failed to complete the generation.',
        extensions: { code: 'INTERNAL', retryable: false },
      },
    ]);
    expect(toEvents(streamed).at(-1)).toMatchObject({
      __typename: 'GenerationFailed',
      error: {
        code: 'INTERNAL',
        message: 'The server failed to complete the generation.',
        retryable: false,
        provider: null,
      },
      generation: { text: 'Hel', status: 'FAILED' },
    });
    expect(JSON.stringify([answer, streamed])).not.toMatch(/secret|TypeError/);
    const defects = app.logLines.filter(({ level }) => level === 'error');
    expect(defects).toHaveLength(2);
    expect(String(defects[0]?.fields['err'])).toContain('cannot read');
    expect(defects[0]?.fields).toMatchObject({ model: 'toy', provider: 'toy', code: 'INTERNAL' });
  });

  it.each([
    ['with text', answerOf(textDelta('Hel'))],
    ['with nothing', answerOf()],
  ] as const)('by ending quietly %s has its stream taken for truncated', async (_how, answer) => {
    await using app = await startToy(answer);
    const events = toEvents(await collectOverSse(app, GENERATE_SUBSCRIPTION, { input }));
    expect(events.at(-1)).toMatchObject({
      __typename: 'GenerationFailed',
      error: { code: 'STREAM_TRUNCATED', provider: 'toy' },
    });
  });

  it('by going on after its finish is not listened to', async () => {
    await using app = await startToy(answerOf(textDelta('Hi'), finishEvent(), textDelta('!'), finishEvent()));
    const events = toEvents(await collectOverSse(app, GENERATE_SUBSCRIPTION, { input }));
    expect(events.map(({ __typename }) => __typename)).toEqual([
      'GenerationStarted',
      'TextDelta',
      'GenerationCompleted',
    ]);
    expect(events.at(-1)).toMatchObject({ generation: { text: 'Hi' } });
  });
});

describe('a failure of the provider', () => {
  it('is told in our words, and its own go to the log without keys', async () => {
    await using app = await startToy(async function* (): AsyncGenerator<StreamEvent> {
      yield usageEvent;
      throw new ProviderError('PROVIDER_AUTHENTICATION', {
        provider: 'toy',
        providerStatus: 401,
        vendorMessage: 'Incorrect API key provided: sk-abcdef1234567890',
        requestId: 'req_1',
      });
    });
    const { errors } = await request(app, GENERATE_MUTATION, { input });
    expect(errors?.[0]).toMatchObject({
      message: expect.stringContaining("refused this server's credentials"),
      extensions: { code: 'PROVIDER_AUTHENTICATION', provider: 'toy' },
    });
    const lines = app.logLines.filter(({ message }) => message === 'a generation failed');
    expect(lines).toMatchObject([
      {
        level: 'warn',
        fields: {
          providerStatus: 401,
          requestId: 'req_1',
          vendorMessage: 'Incorrect API key provided: [key]',
        },
      },
    ]);
    expect(JSON.stringify(errors)).not.toContain('sk-');
    const { data } = await request(app, '{ model(name: "toy") { available provider { health { state } } } }');
    expect(data.model).toEqual({ available: false, provider: { health: { state: 'UNAVAILABLE' } } });
  });
});

describe('a model that does not stream', () => {
  it('answers a subscription with one delta of each kind, reasoning first', async () => {
    await using app = await startToy(
      answerOf(
        { type: 'reasoning-delta', text: 'H' },
        { type: 'reasoning-delta', text: 'm' },
        textDelta('He'),
        textDelta('llo'),
        finishEvent({ usage: usageOf(1, 2) }),
      ),
    );
    const asked = { input: { ...input, model: 'piecemeal' } };
    const events = toEvents(await collectOverSse(app, GENERATE_SUBSCRIPTION, asked));
    expect(events.map(({ __typename, text }) => [__typename, text])).toEqual([
      ['GenerationStarted', undefined],
      ['ReasoningDelta', 'Hm'],
      ['TextDelta', 'Hello'],
      ['UsageUpdated', undefined],
      ['GenerationCompleted', undefined],
    ]);
    const { data } = await request(app, GENERATE_MUTATION, asked);
    expect(data.generate).toMatchObject({ text: 'Hello', reasoning: 'Hm', status: 'COMPLETED' });
  });
});

describe('a client that goes away', () => {
  /** Says when it has been called, gives what it is told to, then waits for its signal and says that it came. */
  const createWaiting = (...events: readonly StreamEvent[]) => {
    const called = Promise.withResolvers<ToyCall>();
    const aborted = Promise.withResolvers<void>();
    const answer: ToyAnswer = async function* (call) {
      called.resolve(call);
      yield* events;
      try {
        await untilAborted(call.signal);
      } finally {
        aborted.resolve();
      }
    };
    return { answer, called: called.promise, aborted: aborted.promise };
  };

  it.each([
    ['the first word', []],
    ['the end', [textDelta('Hel')]],
  ] as const)('while a mutation waits for %s closes the upstream', async (_what, events) => {
    const { answer, called, aborted } = createWaiting(...events);
    await using app = await startToy(answer);
    const client = new AbortController();
    const waiting = request(app, GENERATE_MUTATION, { input }, { signal: client.signal }).catch(() => 'gone');
    await called;
    client.abort();
    expect(await waiting).toBe('gone');
    await aborted;
  });

  it.each([
    ['sse', collectOverSse],
    ['websocket', collectOverWebSocket],
  ] as const)(
    'from a stream over %s closes the upstream and keeps what there was',
    async (_name, collectOver) => {
      const usage = usageOf(12, 3);
      const { answer, aborted } = createWaiting({ type: 'usage', usage }, textDelta('Hel'));
      await using app = await startToy(answer);
      const results = await collectOver(
        app,
        GENERATE_SUBSCRIPTION,
        { input },
        { until: ({ data }) => data.generate.__typename === 'TextDelta' },
      );
      await aborted;
      const id = toEvents(results)[0]?.['generationId'] as string;
      const { data } = await request(app, GENERATION, { id });
      expect(data.generation).toEqual({
        status: 'CANCELLED',
        text: 'Hel',
        usage: { inputTokens: 12 },
        error: null,
        lastSequence: 4,
        completedAt: expect.any(String),
      });
    },
  );

  it('before the code of the provider is loaded costs no call', async () => {
    const toy = createLoadingToy();
    await using app = await startApp({}, toyOverrides(toy));
    const results = await collectOverSse(
      app,
      GENERATE_SUBSCRIPTION,
      { input },
      { until: ({ data }) => data.generate.__typename === 'GenerationStarted' },
    );
    const id = toEvents(results)[0]?.['generationId'] as string;
    await expect
      .poll(async () => (await request(app, GENERATION, { id })).data.generation.status)
      .toBe('CANCELLED');
    toy.finishLoading();
    expect((await request(app, GENERATE_MUTATION, { input })).data.generate.text).toBe('Hello');
    expect(toy.calls).toHaveLength(1);
  });
});
