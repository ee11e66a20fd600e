import type { GenerationEvent, LoggedEvent, UnplacedEvent } from '../../../src/core/generation-event.ts';
import type { Generation } from '../../../src/core/generation.ts';
import type { ServiceLog } from '../../../src/core/service-log.ts';
import type { Db } from '../../../src/stores/db/db.ts';
import { GenerationStore, type GenerationWrites } from '../../../src/stores/generations/generation-store.ts';
import { NodeCommands } from '../../../src/stores/nodes/node-commands.ts';
import { NodeLeases } from '../../../src/stores/nodes/node-leases.ts';
import { openPostgresDb } from '../../../src/stores/db/postgres-db.ts';
import { openSqliteDb } from '../../../src/stores/db/sqlite-db.ts';
import { madeGeneration } from '../app/generation.ts';
import { usePostgres } from './postgres.ts';
import { temporaryFolder } from '../temporary-folder.ts';

export const SILENT_LOG: ServiceLog = { debug() {}, info() {}, warn() {}, error() {} };

/** One database, and as many connections to it as nodes would have. */
export interface TestStores extends AsyncDisposable {
  readonly db: Db;
  /** On SQLite the same, on PostgreSQL one of its own. */
  connect(): Promise<Db>;
  createStore(nodeId: string, options?: TestRetention): Promise<GenerationStore>;
  /** All that a node has of its own, on one connection. */
  createNode(nodeId: string, options?: TestRetention): Promise<TestNode>;
}

interface TestRetention {
  readonly eventRetentionMs?: number;
  readonly retentionMs?: number;
}

export interface TestNode {
  readonly store: GenerationStore;
  readonly leases: NodeLeases;
  readonly commands: NodeCommands;
}

export interface Engine {
  readonly name: string;
  readonly engine: Db['engine'];
  readonly problem: string | null;
  readonly open: () => Promise<TestStores>;
}

const openStores = async (
  connectFirst: () => Promise<Db>,
  connectNext: (first: Db) => Promise<Db>,
  remove: () => PromiseLike<void>,
): Promise<TestStores> => {
  const db = await connectFirst();
  const open = new Set([db]);
  const connect = async (): Promise<Db> => {
    const next = await connectNext(db);
    open.add(next);
    return next;
  };
  let nodes = 0;
  const createNode: TestStores['createNode'] = async (
    nodeId,
    { eventRetentionMs = 900_000, retentionMs = 86_400_000 } = {},
  ) => {
    nodes += 1;
    const own = nodes === 1 ? db : await connect();
    return {
      store: new GenerationStore(own, { nodeId, eventRetentionMs, retentionMs }),
      leases: new NodeLeases(own, nodeId),
      commands: new NodeCommands(own, nodeId),
    };
  };
  return {
    db,
    connect,
    createNode,
    createStore: async (nodeId, options) => (await createNode(nodeId, options)).store,
    async [Symbol.asyncDispose]() {
      await Promise.all([...open].map((each) => each.close()));
      await remove();
    },
  };
};

/** Every engine that stores run on: suites are run over all of them. */
export const findEngines = async (): Promise<readonly Engine[]> => {
  const postgres = await usePostgres();
  return [
    {
      name: 'SQLite in memory',
      engine: 'sqlite',
      problem: null,
      open: () =>
        openStores(
          () => openSqliteDb(null),
          async (first) => first,
          async () => {},
        ),
    },
    {
      name: 'SQLite in a file',
      engine: 'sqlite',
      problem: null,
      open: () => {
        const folder = temporaryFolder();
        return openStores(
          () => openSqliteDb(folder.path),
          async (first) => first,
          () => folder[Symbol.asyncDispose](),
        );
      },
    },
    {
      name: postgres.problem === null ? 'PostgreSQL' : `PostgreSQL (not here: ${postgres.problem})`,
      engine: 'postgres',
      problem: postgres.problem,
      open: async () => {
        const database = await postgres.createDatabase();
        const connect = () => openPostgresDb({ url: database.url, directUrl: database.url, log: SILENT_LOG });
        return openStores(connect, connect, () => database[Symbol.asyncDispose]());
      },
    },
  ];
};

/** One that has begun and stands before its first event. */
export const begunGeneration = (fields: Partial<Generation> = {}): Generation =>
  madeGeneration({
    status: 'running',
    lastSequence: 0,
    completedAt: null,
    finishReason: null,
    rawFinishReason: null,
    ...fields,
  });

/** Events with their places in the log of a generation. */
export const place = (
  generationId: string,
  firstSequence: number,
  events: readonly UnplacedEvent[],
): LoggedEvent[] =>
  events.map((event, index) => ({ generationId, sequence: firstSequence + index, ...event }));

export const textDeltas = (...texts: readonly string[]): UnplacedEvent[] => {
  let offset = 0;
  return texts.map((text) => {
    const event = { type: 'TextDelta', offset, text } as const;
    offset += text.length;
    return event;
  });
};

export const textOf = (events: readonly GenerationEvent[]): string =>
  events.map((event) => (event.type === 'TextDelta' ? event.text : '')).join('');

/** What a test writes to a store, and nothing else. */
export const writes = (parts: Partial<GenerationWrites>): GenerationWrites => ({
  created: [],
  blocks: [],
  changed: [],
  finished: [],
  ...parts,
});
