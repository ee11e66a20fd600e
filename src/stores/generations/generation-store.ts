import type { Billing } from '../../core/billed-turn.ts';
import type { BudgetShortage } from '../../core/budget.ts';
import { type Found, unwrapFound } from '../../core/found.ts';
import type { Generation } from '../../core/generation.ts';
import type { Db, Transaction } from '../db/db.ts';
import { AdmissionsAtOnce } from './admit-at-once.ts';
import {
  type Admission,
  type AdmissionAnswer,
  admitGenerations,
  type HeldBudgets,
  reserveMoreFor,
} from './admit-generations.ts';
import { completeDeletions, deleteGeneration, type GenerationDeletion } from './delete-generation.ts';
import { deleteExpired } from './delete-expired.ts';
import { type GenerationListQuery, type GenerationPage, listGenerations } from './generation-list.ts';
import {
  type EventTail,
  findGenerations,
  readEvents,
  readTails,
  type StoredEvents,
  type StoredGeneration,
} from './generation-reader.ts';
import { isFollowed, noteFollowed, noteUnfollowed } from './followed-generations.ts';
import { interruptOrphans } from './interrupt-orphans.ts';
import { createGenerations, type GenerationWrites, writeGenerations } from './generation-writer.ts';
import { findKey, type IdempotencyEntry, type KeyHolder, giveKeyBack, takeKey } from '../idempotency-keys.ts';
import { type NodeCommand, sendCommand } from '../nodes/node-commands.ts';
import type { StoreOptions } from './store-options.ts';
import { isStoreUnavailable } from '../../core/store-errors.ts';

export type { Admission, AdmissionAnswer, HeldBudgets } from './admit-generations.ts';
export type { GenerationDeletion } from './delete-generation.ts';
export type { StoredGeneration } from './generation-reader.ts';
export type { EventBlock, GenerationWrites } from './generation-writer.ts';

export type Reservation =
  | { readonly type: 'created' }
  | { readonly type: 'existing'; readonly generationId: string; readonly sameRequest: boolean };

const TAILS = 'modelgraph_tails';

const OWNER = 'SELECT owner_node FROM generation WHERE id = $1 AND finished_at IS NULL';

const HAS = 'SELECT 1 AS found FROM generation WHERE id = $1';

const GO_ON = `
  UPDATE generation SET status = 'running'
  WHERE id = $1 AND status = 'requires-action' AND deleted_at IS NULL RETURNING id`;

const WAIT_AGAIN = `
  UPDATE generation SET status = 'requires-action'
  WHERE id = $1 AND owner_node = $2 AND status = 'running' AND finished_at IS NULL`;

/**
 * Generations, their events and their idempotency keys, shared by every node on the database. Each method rejects with
 * `StoreUnavailable` while the database is away.
 */
export class GenerationStore {
  readonly #db: Db;
  readonly #options: StoreOptions;
  readonly #atOnce: AdmissionsAtOnce;

  constructor(db: Db, options: StoreOptions) {
    this.#db = db;
    this.#options = options;
    this.#atOnce = new AdmissionsAtOnce(db, options.nodeId);
  }

  get nodeId(): string {
    return this.#options.nodeId;
  }

  /** Gives the ids whose generation this node may no longer write: another node has ended it. */
  write(writes: GenerationWrites): Promise<readonly string[]> {
    const { created, blocks, changed, finished } = writes;
    // Events alone may be lost: no client was promised that they are stored, and a power cut ends their generation anyway.
    const relaxed = created.length === 0 && changed.length === 0 && finished.length === 0;
    return this.#db.transaction(
      async (transaction) => {
        const refused = await writeGenerations(transaction, this.#options, writes);
        // The end of one that is not stored has no events.
        if (blocks.length + finished.length > 0) await transaction.notify(TAILS, this.nodeId);
        return refused;
      },
      { relaxed },
    );
  }

  /** Creates a generation under an idempotency key, or gives the one that has it. Atomic over all nodes. Keys live 24 h. */
  async reserve(
    generation: Generation,
    idempotency: IdempotencyEntry,
    billing?: Billing,
  ): Promise<Reservation> {
    const attempt = async (): Promise<Reservation> => {
      if (await this.#atOnce.createWithKey(generation, idempotency, billing)) return { type: 'created' };
      return this.#db.transaction((transaction) =>
        this.#reserve(transaction, generation, idempotency, billing),
      );
    };
    try {
      return await attempt();
    } catch (error) {
      if (!isStoreUnavailable(error)) throw error;
      // It may have been committed all the same, and no node would run it then.
      return await attempt();
    }
  }

  async #reserve(
    transaction: Transaction,
    generation: Generation,
    idempotency: IdempotencyEntry,
    billing: Billing | undefined,
  ): Promise<Reservation> {
    const { holder, isNew } = await takeKey(transaction, generation, idempotency);
    const billings = new Map(billing === undefined ? [] : [[generation.id, billing]]);
    if (isNew) await createGenerations(transaction, this.nodeId, [generation], billings);
    if (holder.id === generation.id) return { type: 'created' };
    return {
      type: 'existing',
      generationId: holder.id,
      sameRequest: holder.requestHash === idempotency.requestHash,
    };
  }

  /**
   * Reserves what generations may cost in their budgets and creates those that fit, in one transaction, in their order: a
   * crash of this node leaves both or neither. Several at once must be without keys. A power cut may take the last of them
   * on SQLite. An answer that was not heard of may have been stored all the same: the end of the generation releases it.
   */
  async admit(admissions: readonly Admission[]): Promise<readonly AdmissionAnswer[]> {
    const atOnce = await this.#atOnce.admit(admissions);
    if (atOnce !== undefined) return atOnce;
    const answers = await this.#db.transaction(
      (transaction) => admitGenerations(transaction, this.nodeId, admissions),
      { relaxed: admissions.every(({ idempotency }) => idempotency === null) },
    );
    this.#atOnce.note(admissions, answers);
    return answers;
  }

  /** Reserves more for a generation of this node, in the budgets it has. `gone`: another node has ended it. */
  reserveMore(
    id: string,
    held: readonly HeldBudgets[],
    amount: number,
  ): Promise<BudgetShortage | 'reserved' | 'gone'> {
    return this.#db.transaction((transaction) => reserveMoreFor(transaction, this.nodeId, id, held, amount), {
      relaxed: true,
    });
  }

  /** Lets a key that a generation holds stand for nothing, so that the same request begins another one. */
  giveKeyBack(generation: Generation, { key }: IdempotencyEntry): Promise<void> {
    return giveKeyBack(this.#db, generation, key);
  }

  /**
   * Deletes a generation with its events, its keys and all else that names it; what it cost stays in the ledger. Where its node is
   * another one that is alive, that one is asked to drop it from its memory first; the same for one that runs.
   */
  delete(id: string, principalId: string): Promise<GenerationDeletion> {
    return this.#erasing(async (transaction) => {
      const { deletion, owner } = await deleteGeneration(transaction, this.nodeId, { id, principalId });
      // Nodes that mirror its events find that it is gone.
      if (owner !== null) await transaction.notify(TAILS, owner);
      return deletion;
    });
  }

  /** Deletes the row of a generation of this node that was deleted on another one and has ended here. */
  completeDeletion(id: string): Promise<void> {
    return this.#erasing((transaction) => completeDeletions(transaction, [id]));
  }

  /** Whether there is a row of a generation, shown or not. */
  async has(id: string): Promise<boolean> {
    return (await this.#db.query(HAS, [id])).length > 0;
  }

  async #erasing<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    const result = await this.#db.transaction(work);
    this.#db.eraseTraces?.();
    return result;
  }

  /** What a key stands for; undefined: nothing. */
  findByKey(principalId: string, key: string): Promise<KeyHolder | undefined> {
    return findKey(this.#db, principalId, key);
  }

  /** As stored, with what its events add (text so far) for one that has not ended. */
  async find(id: string): Promise<StoredGeneration | undefined> {
    const [found] = await this.findMany([id]);
    return unwrapFound(found);
  }

  /** The same for many ids, in their order, in one statement. */
  findMany(ids: readonly string[]): Promise<readonly Found<StoredGeneration>[]> {
    return findGenerations(this.#db, ids);
  }

  /** Newest first, of one principal; null: of all. `after` is a cursor of this list; throws `INVALID_REQUEST` for another. */
  list(principalId: string | null, query: GenerationListQuery): Promise<GenerationPage> {
    return listGenerations(this.#db, principalId, query);
  }

  /** Events after a sequence, in order. A terminal event carries the final generation. */
  readEvents(id: string, after: number): Promise<StoredEvents> {
    return readEvents(this.#db, id, after);
  }

  /** The same for many at once, in one statement: what a node follows of other nodes' generations. */
  readTails(
    tails: readonly { readonly id: string; readonly after: number }[],
  ): Promise<ReadonlyMap<string, EventTail>> {
    return readTails(this.#db, tails);
  }

  /** Asks the owner to cancel it, and wakes it. Gives the owner's node id; undefined: it is not running. */
  requestCancel(id: string): Promise<string | undefined> {
    return this.#db.transaction((transaction) => this.#command(transaction, id, 'cancel', null));
  }

  /** Hands tool results (JSON) to the owner, once: false when the generation does not wait for any. */
  submitToolResults(id: string, results: string): Promise<boolean> {
    return this.#db.transaction(async (transaction) => {
      const waiting = await transaction.query(GO_ON, [id]);
      if (waiting.length === 0) return false;
      return (await this.#command(transaction, id, 'tool-results', results)) !== undefined;
    });
  }

  /**
   * Says what became of tool results that another node handed in for a generation of this node. `answer` is JSON, `to` the
   * node that waits for it, if one does. `isWaiting`: they were not taken, and the generation waits for others.
   */
  async answerToolResults(
    id: string,
    {
      answer,
      to,
      isWaiting,
    }: { readonly answer: string; readonly to: string | null; readonly isWaiting: boolean },
  ): Promise<void> {
    await this.#db.transaction(async (transaction) => {
      if (isWaiting) await transaction.query(WAIT_AGAIN, [id, this.nodeId]);
      if (to !== null)
        await sendCommand(transaction, to, {
          generationId: id,
          kind: 'tool-results-answer',
          payload: answer,
        });
    });
  }

  async #command(
    transaction: Transaction,
    generationId: string,
    kind: NodeCommand['kind'],
    payload: string | null,
  ): Promise<string | undefined> {
    const [row] = await transaction.query<{ owner_node: string }>(OWNER, [generationId]);
    if (row === undefined) return undefined;
    await sendCommand(transaction, row.owner_node, { generationId, kind, payload });
    return row.owner_node;
  }

  /** Notes that generations are followed on this node, until a time from now. */
  async noteFollowed(ids: readonly string[], forMs: number): Promise<void> {
    await noteFollowed(this.#db, this.nodeId, ids, forMs);
  }

  /** The last subscriber on this node wants no more of it: the owner is asked to end it unless others follow it. */
  async abandon(id: string): Promise<void> {
    await this.#db.transaction(async (transaction) => {
      await noteUnfollowed(transaction, this.nodeId, id);
      await this.#command(transaction, id, 'abandon', null);
    });
  }

  /** Whether any node has noted that it follows a generation. */
  isFollowed(id: string): Promise<boolean> {
    return isFollowed(this.#db, id);
  }

  /**
   * Ends the generations of owners whose lease has run out, or that have none, and on SQLite all that another start of
   * the server left: appends `GenerationFailed` with `GENERATION_INTERRUPTED` after their last stored event and makes
   * the final record of what was stored. Gives the ids. Safe against other nodes that do the same and against an owner
   * that was only late: its next write is refused.
   */
  interruptOrphans(): Promise<readonly string[]> {
    return interruptOrphans(this.#db, this.#options, TAILS);
  }

  /** Deletes expired events, generations, keys and the like, at most so many rows of each; gives whether more is left. */
  deleteExpired(maxRows: number): Promise<boolean> {
    return deleteExpired(this.#db, maxRows);
  }

  /** Called with the node whose generations have new events; with an empty text when it may be any of them. */
  onTails(handle: (ownerNodeId: string) => void): () => void {
    return this.#db.listen(TAILS, handle, { onReconnect: () => handle('') });
  }
}
