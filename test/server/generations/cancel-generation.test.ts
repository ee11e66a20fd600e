import { describe, expect, it } from 'vitest';
import { ProviderError } from '../../../src/core/errors.ts';
import {
  collectOverSse,
  collectOverWebSocket,
  request,
  startApp,
  type TestApp,
} from '../../support/app/app.ts';
import {
  FOLLOW_SUBSCRIPTION,
  GENERATE_MUTATION,
  GENERATE_SUBSCRIPTION,
  toEvents,
} from '../../support/app/events.ts';
import { createLoadingToy } from '../../support/app/loading-toy.ts';
import { createSteppedToy } from '../../support/app/stepped-toy.ts';
import { createToy, textDelta, toyOverrides, untilAborted } from '../../support/app/toy-provider.ts';
import { openEventStream, openRawSocket } from '../../support/app/clients.ts';
import { sendEventStream, startUpstream } from '../../support/upstream/upstream-server.ts';

const STREAMS = { websocket: collectOverWebSocket, sse: collectOverSse } as const;
const TRANSPORTS = ['websocket', 'sse'] as const;
const CANCEL = `mutation ($id: ID!) { cancelGeneration(id: $id) { id status text error { code } } }`;
const START = `mutation ($input: GenerateInput!) { startGeneration(input: $input) { id } }`;
const READ = `query ($id: ID!) { generation(id: $id) { status text usage { outputTokens source } } }`;
const input = { model: 'toy', prompt: 'Hi' };

const startGeneration = async (app: { readonly url: string }, changes: object = {}): Promise<string> => {
  const { data } = await request(app, START, { input: { ...input, ...changes } });
  return data.startGeneration.id as string;
};

describe.each(TRANSPORTS)('cancelGeneration, seen over %s', (transport) => {
  it('ends a generation in mid-stream, closes its upstream and keeps what had come', async () => {
    const toy = createSteppedToy();
    await using app = await startApp({}, toyOverrides(toy));
    const id = await startGeneration(app);
    const following = STREAMS[transport](app, FOLLOW_SUBSCRIPTION, { id });
    await toy.give(textDelta('Hel'), textDelta('lo'));
    const { data } = await request(app, CANCEL, { id });
    expect(data.cancelGeneration).toEqual({ id, status: 'CANCELLED', text: 'Hello', error: null });
    await toy.aborted(0);
    const events = toEvents(await following);
    expect(events.at(-1)).toMatchObject({
      __typename: 'GenerationCancelled',
      generation: { status: 'CANCELLED', text: 'Hello', usage: { source: 'ESTIMATED' } },
    });
    // A second time changes nothing.
    expect((await request(app, CANCEL, { id })).data.cancelGeneration.status).toBe('CANCELLED');
  });

  it('ends a generation before its first word', async () => {
    const toy = createSteppedToy();
    await using app = await startApp({}, toyOverrides(toy));
    const id = await startGeneration(app);
    const following = STREAMS[transport](app, FOLLOW_SUBSCRIPTION, { id });
    await toy.call(0);
    await request(app, CANCEL, { id });
    await toy.aborted(0);
    expect(toEvents(await following).at(-1)?.__typename).toBe('GenerationCancelled');
  });

  it('ends a generation that is still queued, and its provider is never asked', async () => {
    const toy = createLoadingToy();
    await using app = await startApp({}, toyOverrides(toy));
    const id = await startGeneration(app);
    const following = STREAMS[transport](app, FOLLOW_SUBSCRIPTION, { id });
    await toy.asked;
    expect((await request(app, READ, { id })).data.generation.status).toBe('QUEUED');
    expect((await request(app, CANCEL, { id })).data.cancelGeneration.status).toBe('CANCELLED');
    expect(toEvents(await following).map(({ __typename }) => __typename)).toEqual([
      'GenerationStarted',
      'GenerationCancelled',
    ]);
    toy.finishLoading();
    await app.close();
    expect(toy.calls).toEqual([]);
  });

  it('ends a generation that waits to ask its provider again', async () => {
    const failed = Promise.withResolvers<void>();
    const toy = createToy(async function* () {
      failed.resolve();
      yield* [];
      throw new ProviderError('PROVIDER_OVERLOADED', { provider: 'toy', retryAfterMs: 15_000 });
    });
    await using app = await startApp({ maxAttempts: 3 }, toyOverrides(toy));
    const id = await startGeneration(app);
    const following = STREAMS[transport](app, FOLLOW_SUBSCRIPTION, { id });
    await failed.promise;
    await app.logged(({ message }) => message === 'a provider is asked again');
    await request(app, CANCEL, { id });
    expect(toEvents(await following).at(-1)?.__typename).toBe('GenerationCancelled');
    expect(toy.calls).toHaveLength(1);
  });
});

describe('cancelGeneration', () => {
  it('ends a generation that a mutation waits for, which is told', async () => {
    const toy = createSteppedToy();
    await using app = await startApp({}, toyOverrides(toy));
    const waiting = request(app, GENERATE_MUTATION, { input });
    await toy.give(textDelta('Hel'));
    const { data: list } = await request(app, `{ generations { nodes { id status } totalCount } }`);
    expect(list.generations).toMatchObject({ totalCount: 1, nodes: [{ status: 'RUNNING' }] });
    await request(app, CANCEL, { id: list.generations.nodes[0].id });
    expect((await waiting).errors).toMatchObject([{ extensions: { code: 'GENERATION_CANCELLED' } }]);
  });

  it('of a generation that nobody knows is NOT_FOUND', async () => {
    await using app = await startApp();
    expect((await request(app, CANCEL, { id: 'gen_nobody' })).errors).toMatchObject([
      { extensions: { code: 'NOT_FOUND', path: ['id'] } },
    ]);
  });

  it('leaves one that has completed as it is', async () => {
    await using app = await startApp();
    const events = toEvents(
      await collectOverWebSocket(app, GENERATE_SUBSCRIPTION, { input: { model: 'demo', prompt: 'Hi' } }),
    );
    const { data } = await request(app, CANCEL, { id: events[0]?.['generationId'] });
    expect(data.cancelGeneration.status).toBe('COMPLETED');
  });
});

/** How a client comes, reads until it has seen the text, and is gone without a word. Gives the generation. */
const VISITS = {
  websocket: async (app: TestApp, variables: object, seen: Promise<void>) => {
    const raw = await openRawSocket(app);
    raw.send({ type: 'subscribe', id: 'one', payload: { query: GENERATE_SUBSCRIPTION, variables } });
    await seen;
    const next = await raw.received(({ payload }) => payload?.data?.generate.text === 'Hel');
    raw.socket.terminate();
    return next.payload.data.generate.generationId as string;
  },
  sse: async (app: TestApp, variables: object, seen: Promise<void>) => {
    const stream = await openEventStream(app, { query: GENERATE_SUBSCRIPTION, variables: { ...variables } });
    await seen;
    await stream.received(/"text":"Hel"/);
    stream.leave();
    return /"generationId":"([^"]+)"/.exec(stream.text())?.[1] ?? '';
  },
};

describe.each(TRANSPORTS)('a subscriber over %s that goes away', (transport) => {
  const leave = async (disconnectGraceMs: number, onDisconnect: string) => {
    const toy = createSteppedToy();
    const app = await startApp({ disconnectGraceMs }, toyOverrides(toy));
    const given = toy.give(textDelta('Hel'));
    const id = await VISITS[transport](app, { input: { ...input, onDisconnect } }, given);
    return { toy, app, id };
  };

  it('has its generation cancelled with CANCEL, once the grace period is over', async () => {
    const { app, toy } = await leave(50, 'CANCEL');
    await using _app = app;
    await toy.aborted(0);
    const { fields } = await app.logged(({ message }) => message === 'a generation ended');
    expect(fields).toMatchObject({ status: 'cancelled' });
  });

  it('can come back within it and finds it running', async () => {
    const { app, toy, id } = await leave(60_000, 'CANCEL');
    await using _app = app;
    const following = collectOverSse(app, FOLLOW_SUBSCRIPTION, { id });
    await toy.give(textDelta('lo'));
    await toy.finish();
    expect(toEvents(await following).at(-1)).toMatchObject({ generation: { text: 'Hello' } });
  });

  it('leaves it running with CONTINUE', async () => {
    const { app, toy, id } = await leave(0, 'CONTINUE');
    await using _app = app;
    await toy.give(textDelta('lo'));
    await toy.finish();
    const { fields } = await app.logged(({ message }) => message === 'a generation ended');
    expect(fields).toMatchObject({ status: 'completed' });
    expect((await request(app, READ, { id })).data.generation).toMatchObject({ text: 'Hello' });
  });
});

describe('a limit the caller sets', () => {
  const priced = {
    inputPerMillion: 1,
    outputPerMillion: 1_000,
    cacheReadPerMillion: null,
    cacheWritePerMillion: null,
    audioInputPerMillion: null,
    tiers: [],
    effectiveDate: null,
  };

  it('on the cost ends the generation with COST_LIMIT and closes its upstream', async () => {
    const closed = Promise.withResolvers<void>();
    const toy = createToy(async function* ({ signal }) {
      try {
        for (let index = 0; index < 1_000; index += 1) yield textDelta('x'.repeat(100));
        await untilAborted(signal);
      } finally {
        closed.resolve();
      }
    });
    await using app = await startApp({}, toyOverrides(toy, { toy: { pricing: priced } }));
    const events = toEvents(
      await collectOverWebSocket(app, GENERATE_SUBSCRIPTION, { input: { ...input, maxCostUsd: 0.1 } }),
    );
    await closed.promise;
    const last = events.at(-1);
    expect(last).toMatchObject({
      __typename: 'GenerationCompleted',
      finishReason: 'COST_LIMIT',
      generation: { status: 'COMPLETED', finishReason: 'COST_LIMIT', usage: { source: 'ESTIMATED' } },
    });
    expect(last?.['generation'].cost.total).toBeGreaterThan(0.1);
    expect(last?.['generation'].cost.total).toBeLessThan(0.15);
  });

  it.each([
    [
      'a cost that the input alone passes',
      { maxCostUsd: 1e-9 },
      priced,
      'BUDGET_EXCEEDED',
      ['input', 'maxCostUsd'],
    ],
    ['a cost of nothing', { maxCostUsd: 0 }, priced, 'INVALID_REQUEST', ['input', 'maxCostUsd']],
    [
      'a cost where no price is known',
      { maxCostUsd: 1 },
      null,
      'UNSUPPORTED_CAPABILITY',
      ['input', 'maxCostUsd'],
    ],
    ['no time at all', { timeoutMs: 0 }, priced, 'INVALID_REQUEST', ['input', 'timeoutMs']],
    [
      'more time than the server gives',
      { timeoutMs: 2_000_000_000 },
      priced,
      'INVALID_REQUEST',
      ['input', 'timeoutMs'],
    ],
  ] as const)('is refused before a provider is called: %s', async (_what, limit, pricing, code, path) => {
    const toy = createToy();
    await using app = await startApp({}, toyOverrides(toy, { toy: { pricing } }));
    const { errors } = await request(app, GENERATE_MUTATION, { input: { ...input, ...limit } });
    expect(errors).toMatchObject([{ extensions: { code, path } }]);
    expect(toy.calls).toEqual([]);
  });

  it('on the time ends the generation with PROVIDER_TIMEOUT, retries and all', async () => {
    const toy = createSteppedToy();
    await using app = await startApp({}, toyOverrides(toy));
    const { errors } = await request(app, GENERATE_MUTATION, { input: { ...input, timeoutMs: 100 } });
    expect(errors).toMatchObject([{ extensions: { code: 'PROVIDER_TIMEOUT' } }]);
    await toy.aborted(0);
  });
});

describe('a provider that is slow to begin', () => {
  it.each([
    ['says nothing', () => undefined],
    ['sends headers and comments', (call) => sendEventStream(call, ': processing\n\n', { end: false })],
  ] as const satisfies readonly (readonly [string, Parameters<typeof startUpstream>[0]])[])(
    'and %s is given up with PROVIDER_TIMEOUT after the time for the first delta, and its socket is closed',
    async (_what, answer) => {
      await using upstream = await startUpstream(answer);
      const providers = { openai: { apiKey: 'made-up', baseUrl: upstream.origin } };
      await using app = await startApp({ firstDeltaTimeoutMs: 1_500, providers });
      const { errors } = await request(app, GENERATE_MUTATION, { input: { ...input, model: 'gpt-4o' } });
      expect(errors).toMatchObject([{ extensions: { code: 'PROVIDER_TIMEOUT', retryable: true } }]);
      await (await upstream.request(0)).closed;
    },
  );
});
