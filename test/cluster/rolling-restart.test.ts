import { createHash } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { createModelgraph } from '../../client/src/index.ts';
import type { ServerProcess } from '../support/app/server-process.ts';
import { findFreePort } from '../support/find-free-port.ts';
import { readCluster, startClusterServer, startPgbouncer, startProxy } from './compose-cluster.ts';
import { named, postgres } from './nodes.ts';

const KEY = 'mg_tester_of-the-cluster';
const MORE = {
  MODELGRAPH_API_KEYS: `tester:${createHash('sha256').update(KEY).digest('hex')}`,
  MODELGRAPH_DEMO_DELAY_MS: '5',
};
const CLIENTS = 16;

/** What became of the streams of all clients. */
interface Tally {
  completed: number;
  /** Connections that were lost or refused in the middle of a stream, and opened again. */
  resumed: number;
  readonly failures: unknown[];
  readonly texts: Set<string>;
  /** Emits `ended` at the end of each stream. */
  readonly ends: EventEmitter;
}

/** One stream after the other, until it is told to stop: a client of the chat kind, over one of the two transports. */
const keepStreaming = async (
  url: string,
  index: number,
  tally: Tally,
  isOver: () => boolean,
): Promise<void> => {
  const modelgraph = createModelgraph({ url, token: KEY, transport: index % 2 === 0 ? 'websocket' : 'sse' });
  let wasOpen = false;
  modelgraph.connection.subscribe(() => {
    const { state } = modelgraph.connection;
    if (wasOpen && state === 'server-away') tally.resumed += 1;
    wasOpen = state === 'open';
  });
  while (!isOver()) {
    const generation = modelgraph.generate({ model: 'demo-reasoning', prompt: 'Hello' });
    let text = '';
    try {
      for await (const event of generation.events()) if (event.__typename === 'TextDelta') text += event.text;
      const { status } = await generation.result();
      if (status === 'COMPLETED') tally.completed += 1;
      else tally.failures.push(status);
      tally.texts.add(text);
    } catch (error) {
      tally.failures.push(error);
    }
    tally.ends.emit('ended');
  }
  modelgraph.dispose();
};

describe.skipIf(postgres.problem !== null)(
  named('three servers by the compose file, behind its proxy'),
  { timeout: 300_000 },
  () => {
    it('are drained and started again one after the other, and no stream fails', async () => {
      await using database = await postgres.createDatabase();
      const url = new URL(database.url);
      const environments = readCluster({ POSTGRES_PASSWORD: 'secret', GRAFANA_PASSWORD: 'secret' });
      const names = Object.keys(environments).filter((name) => name.startsWith('modelgraph-'));
      expect(names).toHaveLength(3);
      await using pooler = await startPgbouncer(environments['pgbouncer'] ?? {}, url);
      const ports = Object.fromEntries(
        await Promise.all(names.map(async (name) => [name, await findFreePort()] as const)),
      );
      const start = (name: string): Promise<ServerProcess> =>
        startClusterServer(environments[name] ?? {}, { port: ports[name] ?? 0, database: url, pooler }, MORE);
      await using servers = new AsyncDisposableStack();
      const running = new Map<string, ServerProcess>();
      for (const name of names) running.set(name, servers.use(await start(name)));
      await using proxy = await startProxy(ports);
      const tally: Tally = {
        completed: 0,
        resumed: 0,
        failures: [],
        texts: new Set(),
        ends: new EventEmitter(),
      };
      let isOver = false;
      const clients = Array.from({ length: CLIENTS }, (_each, index) =>
        keepStreaming(`http://127.0.0.1:${proxy.port}/graphql`, index, tally, () => isOver),
      );
      for (const [name, server] of running) {
        const before = tally.completed;
        while (tally.completed < before + CLIENTS && tally.failures.length === 0)
          await once(tally.ends, 'ended');
        server.child.kill('SIGTERM');
        expect(await server.exited, name).toBe(0);
        running.set(name, servers.use(await start(name)));
      }
      isOver = true;
      await Promise.all(clients);
      process.stdout.write(`${tally.completed} streams, of which ${tally.resumed} were resumed\n`);
      expect(tally.failures).toEqual([]);
      expect(tally.texts.size).toBe(1);
      expect(tally.completed).toBeGreaterThan(3 * CLIENTS);
    });
  },
);
