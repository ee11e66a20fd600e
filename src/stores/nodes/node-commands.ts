import type { Db, Transaction } from '../db/db.ts';
import { toRows } from '../db/dialect.ts';

/** What one node asks another one to do with a generation that runs there. */
export interface NodeCommand {
  readonly generationId: string;
  readonly kind: 'cancel' | 'abandon' | 'tool-results' | 'tool-results-answer';
  /** The tool results, or what became of them, as JSON; null for the others. */
  readonly payload: string | null;
}

/** What has been asked of one node. */
export interface TakenCommands {
  /** Ids of generations, each once. */
  readonly cancel: readonly string[];
  /** Ids of generations whose last subscriber on another node wants no more of them, each once. */
  readonly abandoned: readonly string[];
  /** In the order they were sent, as JSON. */
  readonly toolResults: readonly { readonly id: string; readonly results: string }[];
  /** What became of tool results that this node sent, as JSON. */
  readonly answers: readonly { readonly id: string; readonly answer: string }[];
}

/** Carries the id of the node that is asked. */
const CHANNEL = 'modelgraph_commands';

const SEND = `
  INSERT INTO generation_command (generation_id, owner_node, kind, payload, created_at)
  VALUES ($1, $2, $3, $4, NOW_MS)`;

const TAKE = `
  DELETE FROM generation_command WHERE owner_node = $1 RETURNING rid, generation_id, kind, payload`;

const FORGET = 'DELETE FROM generation_command WHERE generation_id IN_LIST($1)';

interface CommandRow {
  readonly rid: number;
  readonly generation_id: string;
  readonly kind: NodeCommand['kind'];
  readonly payload: string | null;
}

/** Asks a node to do something, once the transaction is committed, and wakes it. */
export const sendCommand = async (
  transaction: Transaction,
  nodeId: string,
  { generationId, kind, payload }: NodeCommand,
): Promise<void> => {
  await transaction.query(SEND, [generationId, nodeId, kind, payload]);
  await transaction.notify(CHANNEL, nodeId);
};

/** Deletes what is still asked about generations that have ended. */
export const forgetCommands = async (
  transaction: Transaction,
  generationIds: readonly string[],
): Promise<void> => {
  await transaction.query(FORGET, [toRows(generationIds)]);
};

/** What other nodes ask of this one. Rejects with `StoreUnavailable` while the database is away. */
export class NodeCommands {
  readonly #db: Db;
  readonly #nodeId: string;

  constructor(db: Db, nodeId: string) {
    this.#db = db;
    this.#nodeId = nodeId;
  }

  /** Takes what has come since the last call. A command is given to one call only. */
  async take(): Promise<TakenCommands> {
    const rows = await this.#db.query<CommandRow>(TAKE, [this.#nodeId]);
    const inOrder = rows.toSorted((a, b) => a.rid - b.rid);
    const idsOf = (wanted: NodeCommand['kind']): readonly string[] => [
      ...new Set(inOrder.flatMap(({ kind, generation_id: id }) => (kind === wanted ? [id] : []))),
    ];
    return {
      cancel: idsOf('cancel'),
      abandoned: idsOf('abandon'),
      toolResults: inOrder.flatMap(({ kind, generation_id: id, payload: results }) =>
        kind === 'tool-results' && results !== null ? [{ id, results }] : [],
      ),
      answers: inOrder.flatMap(({ kind, generation_id: id, payload: answer }) =>
        kind === 'tool-results-answer' && answer !== null ? [{ id, answer }] : [],
      ),
    };
  }

  /** Calls `handle` when commands may have come. Gives a function that ends it. */
  onCommands(handle: () => void): () => void {
    const hear = (nodeId: string): void => {
      if (nodeId === this.#nodeId) handle();
    };
    return this.#db.listen(CHANNEL, hear, { onReconnect: handle });
  }
}
