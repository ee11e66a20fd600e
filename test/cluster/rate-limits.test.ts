import { describe, expect, it } from 'vitest';
import type { RateLimitRules } from '../../src/core/principal.ts';
import { ASK, codeOf, createAccessFile } from '../support/app/access.ts';
import { startApp, type TestApp } from '../support/app/app.ts';
import { openRawSocket } from '../support/app/clients.ts';
import { ANN, bearer } from '../support/app/limited-app.ts';
import { startHurriedProcess } from '../support/app/server-process.ts';
import { createToyProvider } from '../support/app/toy-app.ts';
import { textDelta, untilAborted } from '../support/app/toy-provider.ts';
import { queryPostgres, until } from '../support/databases/batch-database.ts';
import { startPostgres } from '../support/databases/postgres-server.ts';
import { named, postgres, TIMING } from './nodes.ts';

const VIEWER = { query: '{ viewer { id } }' };
const START = { query: 'mutation { startGeneration(input: { model: "toy", prompt: "Hi" }) { id } }' };
const STREAMED = {
  query:
    'mutation { startGeneration(input: { model: "demo-long", prompt: "Hi", onDisconnect: CONTINUE }) { id } }',
};
const CANCEL = (id: string) => ({ query: `mutation { cancelGeneration(id: "${id}") { status } }` });

const LEASES = 'SELECT id FROM node WHERE lease_until > extract(epoch FROM now()) * 1000';

const createEndless = () =>
  createToyProvider(async function* (_request, { signal }) {
    yield textDelta('Hi');
    await untilAborted(signal ?? AbortSignal.abort());
  });

const startLimitedNodes = async (count: number, limits: Partial<RateLimitRules>, databaseUrl: string) => {
  const file = createAccessFile({ keys: { ann: { limits } } });
  const settings = { apiKeys: [ANN.setting], accessFile: file.path, databaseUrl };
  const overrides = { ...createEndless().overrides, timing: TIMING };
  const nodes = await Promise.all(Array.from({ length: count }, () => startApp(settings, overrides)));
  return {
    nodes,
    [Symbol.asyncDispose]: async () => {
      await Promise.all(nodes.map((node) => node.close()));
      file[Symbol.dispose]();
    },
  };
};

const at = (nodes: readonly TestApp[], index: number): TestApp => {
  const node = nodes[index % nodes.length];
  if (node === undefined) throw new Error('there is no such node');
  return node;
};

const metric = async (url: string, name: string): Promise<string | undefined> =>
  (await (await fetch(new URL('/metrics', url), { headers: bearer(ANN.key) })).text())
    .split('\n')
    .find((line) => line.startsWith(`${name} `));

describe.skipIf(postgres.problem !== null)(
  named('rate limits over three nodes'),
  { timeout: 150_000 },
  () => {
    it('let pass as many requests as one node would, however many come at once', async () => {
      await using database = await postgres.createDatabase();
      await using cluster = await startLimitedNodes(3, { requestsPerMinute: 60 }, database.url);
      const asks = Array.from({ length: 400 }, (_, index) =>
        ASK.http(at(cluster.nodes, index), VIEWER, ANN.key),
      );
      const passed = (await Promise.all(asks)).filter((answer) => codeOf(answer) === null).length;
      // Over the end of a minute a few more: what was used before counts by the part that is less than a minute ago.
      expect(passed).toBeGreaterThanOrEqual(60);
      expect(passed).toBeLessThan(120);
    });

    it('hold as many generations and sockets open as one node would, and free their places at once', async () => {
      await using database = await postgres.createDatabase();
      const limits = { generationsAtOnce: 5, sockets: 4 };
      await using cluster = await startLimitedNodes(3, limits, database.url);
      const { nodes } = cluster;
      const answers = await Promise.all(
        Array.from({ length: 60 }, (_, index) => ASK.http(at(nodes, index), START, ANN.key)),
      );
      const begun = answers.filter((answer) => codeOf(answer) === null);
      expect(begun).toHaveLength(5);
      const [first] = begun;
      await ASK.http(at(nodes, 1), CANCEL(first?.data.startGeneration.id as string), ANN.key);
      await until(async () => codeOf(await ASK.http(at(nodes, 2), START, ANN.key)) === null);
      expect(codeOf(await ASK.http(at(nodes, 0), START, ANN.key))).toBe('RATE_LIMITED');
      const sockets = await Promise.all(
        Array.from({ length: 12 }, (_, index) => openRawSocket(at(nodes, index), { init: bearer(ANN.key) })),
      );
      expect(sockets.filter(({ messages }) => messages.length > 0)).toHaveLength(4);
      await Promise.all(sockets.map((socket) => socket[Symbol.asyncDispose]()));
      await until(async () => {
        await using again = await openRawSocket(at(nodes, 0), { init: bearer(ANN.key) });
        return again.messages.length > 0;
      });
    });

    it('free the places of a node that was killed as soon as its lease has run out', async () => {
      await using database = await postgres.createDatabase();
      const file = createAccessFile({ keys: { ann: { limits: { generationsAtOnce: 2 } } } });
      const environment = {
        DATABASE_URL: database.url,
        MODELGRAPH_API_KEYS: `${ANN.setting.id}:${ANN.setting.sha256}`,
        MODELGRAPH_ACCESS: file.path,
        MODELGRAPH_DEMO_DELAY_MS: '60000',
      };
      await using victim = await startHurriedProcess(environment);
      await using other = await startHurriedProcess(environment);
      for (let count = 0; count < 2; count += 1)
        expect(codeOf(await ASK.http(victim, STREAMED, ANN.key))).toBeNull();
      expect(codeOf(await ASK.http(other, STREAMED, ANN.key))).toBe('RATE_LIMITED');
      victim.child.kill('SIGKILL');
      await victim.exited;
      await until(async () => codeOf(await ASK.http(other, STREAMED, ANN.key)) === null);
      file[Symbol.dispose]();
    });

    it('are counted by each node alone while the store is away, which log, metrics and health say', async () => {
      const server = await startPostgres();
      const limits = { requestsPerMinute: 50, generationsAtOnce: 2 };
      const cluster = await startLimitedNodes(2, limits, server.url);
      const { nodes } = cluster;
      const [here, there] = [at(nodes, 0), at(nodes, 1)];
      try {
        expect(codeOf(await ASK.http(here, START, ANN.key))).toBeNull();
        expect(await metric(here.url, 'modelgraph_rate_limits_local')).toBe('modelgraph_rate_limits_local 0');
        await server.stop();
        const codes = [];
        for (let count = 0; count < 3; count += 1) codes.push(codeOf(await ASK.http(here, VIEWER, ANN.key)));
        expect(codes).toEqual([null, null, null]);
        // Streams go on without the store; it knows of one that runs here, and of none that runs elsewhere.
        const query = 'subscription { generate(input: { model: "toy", prompt: "Hi" }) { __typename } }';
        await using socket = await openRawSocket(here, { init: bearer(ANN.key) });
        socket.send({ type: 'subscribe', id: 'second', payload: { query } });
        expect((await socket.received(({ id }) => id === 'second')).payload.errors).toBeUndefined();
        socket.send({ type: 'subscribe', id: 'third', payload: { query } });
        const third = await socket.received(({ id }) => id === 'third');
        expect(third.payload.errors[0].extensions.code).toBe('RATE_LIMITED');
        await here.logged(
          ({ level, message }) => level === 'error' && message.includes('counts what it knows by itself'),
        );
        expect(await metric(here.url, 'modelgraph_rate_limits_local')).toBe('modelgraph_rate_limits_local 1');
        const health = (await (await fetch(new URL('/health/ready', here.url))).json()) as unknown;
        expect(health).toMatchObject({ details: { rateLimits: 'local' } });
        await server.start();
        await here.logged(({ message }) => message === 'the store counts rate limits again');
        expect(await metric(here.url, 'modelgraph_rate_limits_local')).toBe('modelgraph_rate_limits_local 0');
        // What it has begun meanwhile is known everywhere by then.
        await until(async () => codeOf(await ASK.http(there, START, ANN.key)) === 'RATE_LIMITED');
      } finally {
        await cluster[Symbol.asyncDispose]();
        await server.remove();
      }
    });

    it('free on every node what has ended on one while the store was away', async () => {
      const server = await startPostgres();
      const cluster = await startLimitedNodes(2, { generationsAtOnce: 1 }, server.url);
      const { nodes } = cluster;
      const [here, there] = [at(nodes, 0), at(nodes, 1)];
      try {
        const begun = await ASK.http(here, START, ANN.key);
        const id = begun.data.startGeneration.id as string;
        expect(codeOf(await ASK.http(there, START, ANN.key))).toBe('RATE_LIMITED');
        await server.stop();
        expect((await ASK.http(here, CANCEL(id), ANN.key)).data.cancelGeneration.status).toBe('CANCELLED');
        await here.logged(({ message }) => message.includes('counts what it knows by itself'));
        await server.start();
        await here.logged(({ message }) => message === 'the store counts rate limits again');
        // From then on what it holds counts again.
        await until(async () => {
          const alive = await queryPostgres(server.url, LEASES);
          return alive.length === 2;
        });
        await until(async () => codeOf(await ASK.http(there, START, ANN.key)) === null);
      } finally {
        await cluster[Symbol.asyncDispose]();
        await server.remove();
      }
    });
  },
);
