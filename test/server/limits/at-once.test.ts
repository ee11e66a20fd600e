import { createClient } from 'graphql-ws';
import { describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { ASK, codeOf } from '../../support/app/access.ts';
import type { GraphqlResponse, TestApp } from '../../support/app/app.ts';
import { SUBMIT_BATCH } from '../../support/app/batches.ts';
import { openRawSocket, type RawSocket } from '../../support/app/clients.ts';
import { ANN, bearer, BOB, startLimited } from '../../support/app/limited-app.ts';
import { createToyProvider } from '../../support/app/toy-app.ts';
import { textDelta, untilAborted } from '../../support/app/toy-provider.ts';
import { findBatchEngines, until } from '../../support/databases/batch-database.ts';

const START = {
  query: 'mutation { startGeneration(input: { model: "toy", prompt: "Hi" }) { id } }',
};
const cancel = (id: string) => ({ query: `mutation { cancelGeneration(id: "${id}") { status } }` });
const stream = (prompt: string) => ({
  query: `subscription { generate(input: { model: "toy", prompt: "${prompt}" }) { ... on TextDelta { text } } }`,
});

/** A provider that begins an answer and goes on until it is stopped. */
const createEndless = () =>
  createToyProvider(async function* (_request, { signal }) {
    yield textDelta('Hi');
    await untilAborted(signal ?? AbortSignal.abort());
  });

const engines = await findBatchEngines();

const startGeneration = (app: TestApp, key = ANN.key) => ASK.http(app, START, key);

const idOf = ({ data }: GraphqlResponse): string => data.startGeneration.id as string;

/** Asks until it is let in again: the places of what has ended are free at once, and a test sees that a moment later. */
const untilAdmitted = (app: TestApp): Promise<void> =>
  until(async () => codeOf(await startGeneration(app)) === null);

describe.each(engines)('what is open at once, on $name', ({ problem, open }) => {
  it.skipIf(problem !== null)(
    'generations: a hundred at once get as many places as there are, and a place is free when one is cancelled',
    async () => {
      await using database = await open();
      const toy = createEndless();
      const { settings } = database;
      await using scene = await startLimited(
        { generationsAtOnce: 4 },
        { settings, overrides: toy.overrides },
      );
      const { app } = scene;
      const answers = await Promise.all(Array.from({ length: 100 }, () => startGeneration(app)));
      const begun = answers.filter((answer) => codeOf(answer) === null);
      expect(begun).toHaveLength(4);
      expect(new Set(answers.map(codeOf))).toEqual(new Set([null, 'RATE_LIMITED']));
      expect(toy.calls.length).toBeLessThanOrEqual(4);
      const refused = answers.find((answer) => codeOf(answer) !== null);
      expect(refused?.errors?.[0]).toMatchObject({
        message: 'There may be 4 generations at once.',
        extensions: {
          path: ['input'],
          retryAfterMs: 1_000,
          limit: { name: 'generationsAtOnce', limit: 4, remaining: 0 },
          suggestion: expect.stringContaining('end one'),
        },
      });
      // Another principal has places of its own.
      expect(codeOf(await startGeneration(app, BOB.key))).toBeNull();
      const [first] = begun;
      await ASK.http(app, cancel(first === undefined ? '' : idOf(first)), ANN.key);
      await untilAdmitted(app);
      expect(codeOf(await startGeneration(app))).toBe('RATE_LIMITED');
    },
  );

  it.skipIf(problem !== null)(
    'generations: a place is free when the client completes its subscription, and when it leaves',
    async () => {
      await using database = await open();
      const toy = createEndless();
      const settings = { ...database.settings, disconnectGraceMs: 0 };
      await using scene = await startLimited(
        { generationsAtOnce: 1 },
        { settings, overrides: toy.overrides },
      );
      const { app } = scene;
      const begin = async (): Promise<RawSocket> => {
        const socket = await openRawSocket(app, { init: bearer(ANN.key) });
        socket.send({ type: 'subscribe', id: 'one', payload: stream('Hi') });
        await socket.received(({ id, payload }) => id === 'one' && payload?.data?.generate?.text === 'Hi');
        return socket;
      };
      await using socket = await begin();
      socket.send({ type: 'subscribe', id: 'two', payload: stream('again') });
      const { type, payload } = await socket.received(({ id }) => id === 'two');
      expect(type).toBe('next');
      expect(payload.errors[0].extensions).toMatchObject({ code: 'RATE_LIMITED', retryable: true });
      socket.send({ type: 'complete', id: 'one' });
      await untilAdmitted(app);
      const [{ id }] = (
        await ASK.http(
          app,
          { query: '{ generations(status: [RUNNING, QUEUED]) { edges { node { id } } } }' },
          ANN.key,
        )
      ).data.generations.edges.map(({ node }: { node: { id: string } }) => node);
      await ASK.http(app, cancel(id), ANN.key);
      await until(async () => {
        const again = await begin().catch(() => undefined);
        again?.socket.close();
        return again !== undefined;
      });
      await untilAdmitted(app);
    },
  );

  it.skipIf(problem !== null)(
    'sockets: one too many is closed with 4429, other principals get theirs, and a place is free when one closes',
    async () => {
      await using database = await open();
      await using scene = await startLimited({ sockets: 3 }, { settings: database.settings });
      const { app } = scene;
      const connect = (key = ANN.key) => openRawSocket(app, { init: bearer(key) });
      const opened = await Promise.all(Array.from({ length: 20 }, () => connect()));
      const acknowledged = opened.filter(({ messages }) => messages.length > 0);
      expect(acknowledged).toHaveLength(3);
      for (const socket of opened)
        if (!acknowledged.includes(socket))
          expect(await socket.closed).toEqual({ code: 4429, reason: 'There may be 3 sockets at once.' });
      await using other = await connect(BOB.key);
      expect(other.messages).toHaveLength(1);
      acknowledged[0]?.socket.close();
      await until(async () => {
        const again = await connect();
        return again.messages.length > 0;
      });
      for (const { socket } of opened) socket.terminate();
    },
  );

  it.skipIf(problem !== null)(
    'batches: those that have not ended count, with those that come in, and a retry under its key is no other one',
    async () => {
      await using database = await open();
      const toy = createEndless();
      await using scene = await startLimited(
        { batchesAtOnce: 2 },
        { settings: database.settings, overrides: toy.overrides },
      );
      const { app } = scene;
      const submit = (idempotencyKey: string | null, key = ANN.key) =>
        ASK.http(
          app,
          {
            query: SUBMIT_BATCH,
            variables: {
              input: { idempotencyKey, requests: [{ customId: 'a', input: { model: 'toy', prompt: 'Hi' } }] },
            },
          },
          key,
        );
      const first = await submit('first');
      expect(codeOf(first)).toBeNull();
      const answers = await Promise.all(Array.from({ length: 8 }, () => submit(null)));
      expect(answers.filter((answer) => codeOf(answer) === null).length).toBeLessThanOrEqual(1);
      if (answers.every((answer) => codeOf(answer) !== null)) expect(codeOf(await submit(null))).toBeNull();
      expect(codeOf(await submit(null))).toBe('RATE_LIMITED');
      expect((await submit('first')).data.submitBatch.id).toBe(first.data.submitBatch.id);
      expect(codeOf(await submit(null, BOB.key))).toBeNull();
      const { id } = first.data.submitBatch;
      await ASK.http(app, { query: `mutation { cancelBatch(id: "${id}") { status } }` }, ANN.key);
      await until(async () => codeOf(await submit(null)) === null);
    },
  );
});

describe('what is open at once', () => {
  it('is bounded for each key by the server itself, where no rule says anything', async () => {
    const toy = createEndless();
    const settings = { principalSockets: 2, principalGenerations: 3 };
    await using scene = await startLimited({}, { settings, overrides: toy.overrides });
    const { app } = scene;
    const codes = (await Promise.all(Array.from({ length: 9 }, () => startGeneration(app, BOB.key)))).map(
      codeOf,
    );
    expect(codes.filter((code) => code === null)).toHaveLength(3);
    await using one = await openRawSocket(app, { init: bearer(BOB.key) });
    await using two = await openRawSocket(app, { init: bearer(BOB.key) });
    await using three = await openRawSocket(app, { init: bearer(BOB.key) });
    expect([one, two].map(({ messages }) => messages.length)).toEqual([1, 1]);
    expect((await three.closed).code).toBe(4429);
  });

  it('sockets: a graphql-ws client learns that there are too many, and does not connect again by itself', async () => {
    await using scene = await startLimited({ sockets: 1 });
    await using first = await openRawSocket(scene.app, { init: bearer(ANN.key) });
    expect(first.messages).toHaveLength(1);
    let connections = 0;
    const client = createClient({
      url: scene.app.url.replace(/^http/, 'ws'),
      webSocketImpl: WebSocket,
      connectionParams: bearer(ANN.key),
      on: { connecting: () => (connections += 1) },
    });
    await expect(client.iterate({ query: '{ viewer { id } }' }).next()).rejects.toMatchObject({ code: 4429 });
    expect(connections).toBe(1);
    await client.dispose();
  });

  it('generations: what was refused by a check or a guard has held no place', async () => {
    const toy = createEndless();
    const guard = { beforeGeneration: () => ({ code: 'FORBIDDEN', message: 'No.' }) as const };
    await using scene = await startLimited(
      { generationsAtOnce: 1, tokensPerMinute: 1_000 },
      { overrides: { ...toy.overrides, guards: [guard] } },
    );
    for (let count = 0; count < 5; count += 1)
      expect(codeOf(await startGeneration(scene.app))).toBe('FORBIDDEN');
    const { data } = await ASK.http(
      scene.app,
      { query: '{ viewer { rateLimits { name remaining } } }' },
      ANN.key,
    );
    expect(data.viewer.rateLimits).toContainEqual({ name: 'generationsAtOnce', remaining: 1 });
    expect(data.viewer.rateLimits).toContainEqual({ name: 'tokensPerMinute', remaining: 1_000 });
  });
});
