import { type Agent, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { collectOverSse, collectOverWebSocket } from '../support/app/app.ts';
import { type Event, FOLLOW_SUBSCRIPTION, toEvents } from '../support/app/events.ts';
import { startHurriedWorkers, startServerProcess } from '../support/app/server-process.ts';
import { startDocuments } from '../services/catalogue/sources-harness.ts';
import { named, postgres } from './nodes.ts';
import {
  ask,
  askGraphql,
  connectTo,
  findWorkerPids,
  isRunning,
  pidOf,
  readWorkers,
  until,
} from './server-workers.ts';

const START = `mutation ($input: GenerateInput!) { startGeneration(input: $input) { id } }`;
const GENERATE = `mutation ($input: GenerateInput!) { generate(input: $input) { text } }`;
const GENERATIONS = 'modelgraph_generations_total';
const STATUS = `query ($id: ID!) { generation(id: $id) { status text } }`;

const startWorkers = async (
  environment: Readonly<Record<string, string>> = {},
  start = startServerProcess,
) => {
  const database = await postgres.createDatabase();
  const server = await start({ DATABASE_URL: database.url, MODELGRAPH_WORKERS: '2', ...environment });
  return {
    ...server,
    [Symbol.asyncDispose]: async () => {
      await server[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
    },
  };
};

const toLines = (lines: readonly string[]) =>
  lines.map((line) => JSON.parse(line) as { readonly msg: string; readonly worker?: number });

const textOf = (events: readonly Event[]): string =>
  events.flatMap((event) => (event.__typename === 'TextDelta' ? String(event['text']) : [])).join('');

const readMetric = (text: string, name: string): number =>
  text
    .split('\n')
    .filter((line) => line.startsWith(name))
    .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);

const areReady = async (server: Parameters<typeof readWorkers>[0]): Promise<boolean> => {
  const { states } = await readWorkers(server);
  return Object.values(states).every((state) => state === 'ready');
};

// Each test starts servers as processes of their own, which takes long where other work is done as well.
const PATIENCE = { timeout: 150_000 };

describe.skipIf(postgres.problem !== null)(named('a server of two workers on one port'), PATIENCE, () => {
  it('starts once, names its workers, and is two nodes', async () => {
    await using server = await startWorkers();
    const lines = toLines(server.lines);
    expect(lines.filter(({ msg }) => msg.startsWith('Modelgraph is ready'))).toHaveLength(1);
    expect(lines.filter(({ msg }) => msg === 'limits')).toHaveLength(1);
    expect(lines.find(({ msg }) => msg === 'workers')).toMatchObject({ count: 2 });
    const answers = await Promise.all(
      [1, 2].map(async (worker) => {
        const agent = await connectTo(server, worker);
        const answer = await readWorkers(server, { agent });
        agent.destroy();
        return answer;
      }),
    );
    expect(answers.map(({ answering }) => answering)).toEqual([1, 2]);
    for (const { states } of answers) expect(states).toEqual({ 1: 'ready', 2: 'ready' });
    const { data } = await askGraphql(server, '{ serverNodes { id } }');
    expect(data.serverNodes).toHaveLength(2);
  });

  it('gives the metrics of both from either of them, in both formats', async () => {
    await using server = await startWorkers({ MODELGRAPH_DEMO_DELAY_MS: '0' });
    for (const worker of [1, 1, 1, 2]) {
      const agent = await connectTo(server, worker);
      await askGraphql(server, GENERATE, { input: { model: 'demo', prompt: 'Hello' } }, { agent });
      agent.destroy();
    }
    for (const worker of [1, 2])
      for (const accept of ['text/plain', 'application/openmetrics-text']) {
        const agent = await connectTo(server, worker);
        const { body } = await ask(server, '/metrics', { agent, headers: { accept } });
        expect(readMetric(body, GENERATIONS)).toBe(4);
        expect(readMetric(body, 'modelgraph_generation_duration_seconds_count')).toBe(4);
        expect(readMetric(body, 'modelgraph_workers_ready ')).toBe(2);
        expect(readMetric(body, 'modelgraph_nodes ')).toBe(2);
        expect(readMetric(body, 'modelgraph_store_up ')).toBe(1);
        expect(body.endsWith('# EOF\n')).toBe(accept !== 'text/plain');
        agent.destroy();
      }
  });

  it('gives the metrics of both while one of them does not answer', async () => {
    await using server = await startWorkers({ MODELGRAPH_DEMO_DELAY_MS: '0' });
    const [frozen, left] = [await connectTo(server, 2), await connectTo(server, 1)];
    await askGraphql(server, GENERATE, { input: { model: 'demo', prompt: 'Hello' } }, { agent: frozen });
    const scrape = async () => readMetric((await ask(server, '/metrics', { agent: left })).body, GENERATIONS);
    expect(await scrape()).toBe(1);
    const pid = pidOf(server, 2);
    process.kill(pid, 'SIGSTOP');
    await askGraphql(server, GENERATE, { input: { model: 'demo', prompt: 'Hello' } }, { agent: left });
    expect(await scrape()).toBe(2);
    process.kill(pid, 'SIGCONT');
    frozen.destroy();
    left.destroy();
  });

  it('counts what one client has open over both of them', async () => {
    const key = 'mg_shop_secret';
    const { createHash } = await import('node:crypto');
    const sha256 = createHash('sha256').update(key).digest('hex');
    await using server = await startWorkers({
      MODELGRAPH_API_KEYS: `shop:${sha256}`,
      MODELGRAPH_PRINCIPAL_GENERATIONS: '2',
    });
    const headers = { authorization: `Bearer ${key}` };
    const begin = () =>
      askGraphql(server, START, { input: { model: 'demo-long', prompt: 'Hello' } }, { headers });
    const begun = [await begin(), await begin()];
    expect(begun.flatMap(({ errors }) => errors ?? [])).toEqual([]);
    for (const refused of [await begin(), await begin()])
      expect(refused.errors?.[0]?.extensions).toMatchObject({ code: 'RATE_LIMITED', limit: { limit: 2 } });
  });

  it('replaces a worker that is killed; its generation is interrupted and clients resume at the other one', async () => {
    await using server = await startWorkers({ MODELGRAPH_DEMO_DELAY_MS: '10' }, startHurriedWorkers);
    const [killed, left] = [await connectTo(server, 2), await connectTo(server, 1)];
    // What a follower leaves goes on: it comes back.
    const begin = async (model: string, agent: Agent) => {
      const input = { model, prompt: 'Hello', onDisconnect: 'CONTINUE' };
      return (await askGraphql(server, START, { input }, { agent })).data.startGeneration.id;
    };
    const onKilled = await begin('demo-long', killed);
    await askGraphql(server, GENERATE, { input: { model: 'demo', prompt: 'Hello' } }, { agent: killed });
    const before = (await ask(server, '/metrics', { agent: left })).body;
    const onLeft = await begin('demo-reasoning', left);
    const ids = [onKilled, onLeft, onKilled, onLeft];
    const ahead = await Promise.all(
      ids.map(async (id, index) => {
        const collect = index < 2 ? collectOverSse : collectOverWebSocket;
        return toEvents(await collect(server, FOLLOW_SUBSCRIPTION, { id }, { until: (_r, at) => at === 10 }));
      }),
    );
    process.kill(pidOf(server, 2), 'SIGKILL');
    await until(() => server.lines.some((line) => line.includes('a worker has ended')));
    const resumed = await Promise.all(
      ids.map(async (id, index) => {
        const after = ahead[index]?.at(-1)?.['cursor'];
        return toEvents(await collectOverSse(server, FOLLOW_SUBSCRIPTION, { id, after }));
      }),
    );
    for (const [index, id] of ids.entries()) {
      // What a client has seen last of a worker that is killed may not have been stored.
      const events = [...(id === onLeft ? (ahead[index] ?? []) : []), ...(resumed[index] ?? [])];
      const sequences = events.map(({ sequence }) => sequence);
      expect(sequences).toEqual([...new Set(sequences)].toSorted((one, other) => one - other));
      expect(events.at(-1)).toMatchObject(
        id === onLeft
          ? { __typename: 'GenerationCompleted', generation: { text: textOf(events) } }
          : { __typename: 'GenerationFailed', error: { code: 'GENERATION_INTERRUPTED' } },
      );
    }
    await until(() => areReady(server));
    const after = (await ask(server, '/metrics')).body;
    expect(readMetric(before, GENERATIONS)).toBe(1);
    expect(readMetric(after, GENERATIONS)).toBeGreaterThanOrEqual(2);
    expect(readMetric(after, 'modelgraph_worker_replacements ')).toBe(1);
    killed.destroy();
    left.destroy();
  });

  it('lets what runs end when it is told to stop, on both workers, and ends with 0', async () => {
    await using server = await startWorkers({
      MODELGRAPH_DEMO_DELAY_MS: '5',
      MODELGRAPH_SHUTDOWN_GRACE_MS: '60000',
    });
    const running = [1, 2].map(async (worker) => {
      const agent = await connectTo(server, worker);
      const input = { model: 'demo-reasoning', prompt: 'Hello' };
      const asked = askGraphql(server, GENERATE, { input }, { agent });
      return { asked, agent };
    });
    const begun = await Promise.all(running);
    await until(
      async () => readMetric((await ask(server, '/metrics')).body, 'modelgraph_generations_running') === 2,
    );
    server.child.kill('SIGTERM');
    for (const { asked, agent } of begun) {
      const { data, errors } = await asked;
      expect(errors).toBeUndefined();
      expect(data.generate.text).not.toBe('');
      agent.destroy();
    }
    expect(await server.exited).toBe(0);
    expect(toLines(server.lines).at(-1)).toMatchObject({ msg: 'stopped' });
  });

  it('drains once when a terminal interrupts all of its processes, and ends at once at the next signal', async () => {
    await using server = await startWorkers(
      { MODELGRAPH_SHUTDOWN_GRACE_MS: '600000', MODELGRAPH_DEMO_DELAY_MS: '1000' },
      startHurriedWorkers,
    );
    const agent = await connectTo(server, 1);
    await askGraphql(server, START, { input: { model: 'demo-long', prompt: 'Hello' } }, { agent });
    agent.destroy();
    const group = -(server.child.pid ?? 0);
    const pids = [...findWorkerPids(server.child.pid ?? 0).values()];
    process.kill(group, 'SIGINT');
    await server.printed('shutting down');
    await until(() => pids.filter(isRunning).length === 1);
    process.kill(group, 'SIGTERM');
    expect(await server.exited).toBe(1);
    await until(() => !pids.some(isRunning));
  });

  it('asks the source of the catalogue once for both, and again when it is told to', async () => {
    await using documents = await startDocuments({
      openai: { models: { 'gpt-9-sol': { cost: { input: 3, output: 30 } } } },
    });
    await using server = await startWorkers({
      MODELGRAPH_CATALOGUE_URL: `${documents.server.origin}/api.json`,
      OPENAI_API_KEY: 'sk-none',
    });
    const countModels = async (worker: number) => {
      const agent = await connectTo(server, worker);
      const { data } = await askGraphql(server, '{ model(name: "gpt-9-sol") { origin } }', {}, { agent });
      agent.destroy();
      return data.model?.origin;
    };
    for (const worker of [1, 2]) await until(async () => (await countModels(worker)) === 'REFRESHED');
    expect(documents.server.requests).toHaveLength(1);
    documents.put({ openai: { models: { 'gpt-9-luna': { cost: { input: 3, output: 30 } } } } });
    server.child.kill('SIGHUP');
    for (const worker of [1, 2]) await until(async () => (await countModels(worker)) === undefined);
    expect(documents.server.requests).toHaveLength(2);
  });

  it('leaves no worker behind when its primary is killed', async () => {
    await using server = await startWorkers();
    const pids = [...findWorkerPids(server.child.pid ?? 0).values()];
    expect(pids).toHaveLength(2);
    server.child.kill('SIGKILL');
    await until(() => !pids.some(isRunning));
    expect(await server.exited).toBe('SIGKILL');
  });

  it('replaces a worker that is told to stop by itself, which lets its work end', async () => {
    await using server = await startWorkers({ MODELGRAPH_DEMO_DELAY_MS: '2' });
    const pid = pidOf(server, 1);
    const agent = await connectTo(server, 1);
    const { data } = await askGraphql(
      server,
      START,
      { input: { model: 'demo-reasoning', prompt: 'Hello' } },
      { agent },
    );
    agent.destroy();
    process.kill(pid, 'SIGTERM');
    await until(() => !isRunning(pid));
    const read = await askGraphql(server, STATUS, { id: data.startGeneration.id });
    expect(read.data.generation.status).toBe('COMPLETED');
    await until(() => areReady(server));
    expect(pidOf(server, 1)).not.toBe(pid);
  });

  it('ends when no worker can be started any more, and says why', async () => {
    const database = await postgres.createDatabase();
    await using server = await startServerProcess({ DATABASE_URL: database.url, MODELGRAPH_WORKERS: '2' });
    await database[Symbol.asyncDispose]();
    for (const pid of findWorkerPids(server.child.pid ?? 0).values()) process.kill(pid, 'SIGKILL');
    expect(await server.exited).toBe(1);
    expect(server.lines.filter((line) => line.includes('No worker can be started any more'))).toHaveLength(1);
  });

  it('does not start where its port is taken, and says so once', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => void taken.listen(0, '127.0.0.1', resolve));
    const { port } = taken.address() as AddressInfo;
    const failure = await startWorkers({ PORT: String(port) }).then(
      () => 'it has started',
      (error: unknown) => String(error),
    );
    expect(failure).toContain('another program listens there already');
    expect(failure.split('Cannot listen')).toHaveLength(2);
    taken.close();
  });
});

describe('a server without workers', PATIENCE, () => {
  it('is one process', async () => {
    await using server = await startServerProcess({ MODELGRAPH_DATA: 'memory' });
    expect(findWorkerPids(server.child.pid ?? 0).size).toBe(0);
    const { parts } = JSON.parse((await ask(server, '/health/ready')).body) as { readonly parts: object };
    expect(parts).not.toHaveProperty('workers');
  });

  it('does not start on SQLite where several are asked for, and says what to do', async () => {
    for (const workers of ['2', 'auto']) {
      const started = startServerProcess({ MODELGRAPH_DATA: 'memory', MODELGRAPH_WORKERS: workers });
      await expect(started).rejects.toThrow(/MODELGRAPH_WORKERS: .*set DATABASE_URL/);
    }
  });
});
