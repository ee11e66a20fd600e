import { describe, expect, it } from 'vitest';
import { ClientCompleted } from '../../../../src/core/client-completed.ts';
import type { GenerationEvent, LoggedEvent } from '../../../../src/core/generation-event.ts';
import { RemoteGenerations } from '../../../../src/services/generations/nodes/remote-generations.ts';
import { StoredGenerations } from '../../../../src/services/generations/nodes/stored-generations.ts';
import type { Db } from '../../../../src/stores/db/db.ts';
import { GenerationStore } from '../../../../src/stores/generations/generation-store.ts';
import { openSqliteDb } from '../../../../src/stores/db/sqlite-db.ts';
import { StoreUnavailable } from '../../../../src/core/store-errors.ts';
import { begunGeneration, place, SILENT_LOG, textDeltas } from '../../../support/databases/stores.ts';
import { madeGeneration } from '../../../support/app/generation.ts';
import { STORE_OPTIONS } from '../generations-harness.ts';

const ID = 'gen_1';
const NEVER = new AbortController().signal;
const toolCall = { callId: 'a', name: 'f', arguments: {}, builtIn: false, result: null, opaque: null };

/** A node that follows what `owner` runs. */
const openFollower = async (
  createStore: (db: Db) => GenerationStore = (db) => new GenerationStore(db, STORE_OPTIONS),
) => {
  const db = await openSqliteDb(null);
  const owner = new GenerationStore(db, { ...STORE_OPTIONS, nodeId: 'owner' });
  const store = createStore(db);
  const remote = new RemoteGenerations({ store, log: SILENT_LOG, pollMs: 5, followedForMs: 60_000 });
  remote.start();
  const stored = new StoredGenerations({ store, remote, log: SILENT_LOG, answerMs: 1_000 });
  const write = (changes: Partial<Parameters<GenerationStore['write']>[0]>) =>
    owner.write({ created: [], blocks: [], changed: [], finished: [], ...changes });
  const append = (firstSequence: number, events: readonly LoggedEvent[]) =>
    write({ blocks: [{ generationId: ID, firstSequence, events }] });
  await write({ created: [begunGeneration({ id: ID })] });
  return {
    db,
    store,
    remote,
    stored,
    write,
    append,
    [Symbol.asyncDispose]: async () => {
      remote.stop();
      await db.close();
    },
  };
};

const finish = (lastSequence: number, text = '') =>
  madeGeneration({ id: ID, status: 'completed', finishReason: 'stop', lastSequence, text });

const toEnd = (sequence: number, text = ''): LoggedEvent => ({
  type: 'GenerationCompleted',
  generationId: ID,
  sequence,
  finishReason: 'stop',
  generation: finish(sequence, text),
});

const collect = async (events: AsyncIterable<GenerationEvent>): Promise<GenerationEvent[]> => {
  const collected: GenerationEvent[] = [];
  for await (const event of events) collected.push(event);
  return collected;
};

describe('who waits for a generation of another node', () => {
  it('asks nothing of the store while that thinks about the results of its tool calls', async () => {
    let questions = 0;
    class CountingStore extends GenerationStore {
      override find(id: string) {
        questions += 1;
        return super.find(id);
      }
    }
    await using node = await openFollower((db) => new CountingStore(db, STORE_OPTIONS));
    await node.append(1, place(ID, 1, [{ type: 'ActionRequired', toolCalls: [toolCall] }]));
    // The results have come, and of the next turn nothing yet.
    await node.write({ changed: [begunGeneration({ id: ID, status: 'running', lastSequence: 1 })] });
    const settled = node.stored.settled(ID, NEVER);
    // Several looks at the store for new events, by another follower of the same.
    const follower = node.remote.read(ID, 0, {});
    await follower.next();
    for (let turn = 0; turn < 200; turn += 1) await node.db.query('SELECT 1 AS one');
    expect(questions).toBeLessThanOrEqual(3);
    await follower.return?.();
    await node.write({
      blocks: [
        {
          generationId: ID,
          firstSequence: 2,
          events: [...place(ID, 2, textDeltas('done')), toEnd(3, 'done')],
        },
      ],
      finished: [finish(3, 'done')],
    });
    expect(await settled).toMatchObject({ status: 'completed', text: 'done' });
  });

  it('is told that the server shuts down', async () => {
    await using node = await openFollower();
    const settled = node.stored.settled(ID, NEVER);
    const failed = expect(settled).rejects.toMatchObject({ code: 'GENERATION_INTERRUPTED' });
    await node.append(1, place(ID, 1, textDeltas('a')));
    const follower = node.remote.read(ID, 0, {});
    await follower.next();
    node.remote.stop();
    await failed;
  });
});

describe('a follower of a generation of another node', () => {
  it('is not left with a stream that ends without an end when the server shuts down', async () => {
    await using node = await openFollower();
    await node.append(1, place(ID, 1, textDeltas('a')));
    const follower = node.remote.read(ID, 0, {});
    expect((await follower.next()).value).toMatchObject({ text: 'a' });
    const next = expect(follower.next()).rejects.toMatchObject({ code: 'GENERATION_INTERRUPTED' });
    node.remote.stop();
    await next;
    await expect(node.remote.read(ID, 0, {}).next()).rejects.toMatchObject({
      code: 'GENERATION_INTERRUPTED',
    });
  });

  it('ends when the generation is deleted under it', async () => {
    await using node = await openFollower();
    await node.append(1, place(ID, 1, textDeltas('a')));
    const follower = node.remote.read(ID, 0, {});
    await follower.next();
    const next = expect(follower.next()).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await node.db.query('DELETE FROM generation');
    await next;
    expect(node.remote.ids).toEqual([]);
  });

  it('is let go when the store cannot tell the end', async () => {
    class FailingStore extends GenerationStore {
      override find(): Promise<never> {
        return Promise.reject(new StoreUnavailable(new Error('gone')));
      }
    }
    await using node = await openFollower((db) => new FailingStore(db, STORE_OPTIONS));
    const follower = node.remote.read(ID, 0, {});
    const end = expect(follower.next()).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    await node.db.query('UPDATE generation SET finished_at = 1');
    await end;
    expect(node.remote.ids).toEqual([]);
  });
});

describe('a generation whose readers here come and go faster than that is stored', () => {
  /** Statements of one kind wait for the test; the others pass them, as on another connection. */
  const holdStatements = (held: 'abandon' | 'noteFollowed') => {
    const begun = Promise.withResolvers<void>();
    const released = Promise.withResolvers<void>();
    const hold = async (kind: typeof held): Promise<void> => {
      if (kind !== held) return;
      begun.resolve();
      await released.promise;
    };
    class HeldStore extends GenerationStore {
      override async noteFollowed(ids: readonly string[], forMs: number) {
        if (ids.length > 0) await hold('noteFollowed');
        await super.noteFollowed(ids, forMs);
      }
      override async abandon(id: string) {
        await hold('abandon');
        await super.abandon(id);
      }
    }
    return {
      createStore: (db: Db) => new HeldStore(db, STORE_OPTIONS),
      begun: begun.promise,
      release: released.resolve,
    };
  };

  it('is still noted as read where a reader came while the completion of the last one was stored', async () => {
    const held = holdStatements('abandon');
    await using node = await openFollower(held.createStore);
    const first = new AbortController();
    node.remote.read(ID, 0, { signal: first.signal });
    await expect.poll(() => node.store.isFollowed(ID), { timeout: 30_000 }).toBe(true);
    first.abort(new ClientCompleted());
    await held.begun;
    node.remote.read(ID, 0, {});
    for (let turn = 0; turn < 20; turn += 1) await node.db.query('SELECT 1 AS one');
    held.release();
    const countCommands = async () => (await node.db.query('SELECT kind FROM generation_command')).length;
    await expect.poll(countCommands, { timeout: 30_000 }).toBe(1);
    await expect.poll(() => node.store.isFollowed(ID), { timeout: 30_000 }).toBe(true);
  });

  it('is not asked to end where a reader came before the completion of the last one was stored', async () => {
    const held = holdStatements('noteFollowed');
    await using node = await openFollower(held.createStore);
    const first = new AbortController();
    node.remote.read(ID, 0, { signal: first.signal });
    await held.begun;
    first.abort(new ClientCompleted());
    node.remote.read(ID, 0, {});
    held.release();
    await expect.poll(() => node.store.isFollowed(ID), { timeout: 30_000 }).toBe(true);
    expect(await node.db.query('SELECT kind FROM generation_command')).toEqual([]);
  });

  it('is not noted as read any more once its reader has completed, and its owner is asked to end it', async () => {
    const held = holdStatements('noteFollowed');
    await using node = await openFollower(held.createStore);
    const first = new AbortController();
    node.remote.read(ID, 0, { signal: first.signal });
    await held.begun;
    first.abort(new ClientCompleted());
    for (let turn = 0; turn < 20; turn += 1) await node.db.query('SELECT 1 AS one');
    held.release();
    await expect
      .poll(() => node.db.query('SELECT kind FROM generation_command'), { timeout: 30_000 })
      .toEqual([{ kind: 'abandon' }]);
    expect(await node.store.isFollowed(ID)).toBe(false);
  });
});

describe('a generation that has ended and whose events are gone', () => {
  const openEnded = async () => {
    const node = await openFollower();
    await node.write({
      blocks: [
        { generationId: ID, firstSequence: 1, events: [...place(ID, 1, textDeltas('a', 'b')), toEnd(3)] },
      ],
      finished: [finish(3, 'ab')],
    });
    await node.db.query('DELETE FROM generation_event');
    return node;
  };
  const typesAfter = async (node: Awaited<ReturnType<typeof openEnded>>, after: number) =>
    (await collect(await node.stored.events(ID, 'local', after, {}))).map(
      ({ type, sequence }) => `${sequence} ${type}`,
    );

  it('is a snapshot and its end, but only the end for who has all the rest', async () => {
    await using node = await openEnded();
    expect(await typesAfter(node, 0)).toEqual(['2 GenerationSnapshot', '3 GenerationCompleted']);
    expect(await typesAfter(node, 1)).toEqual(['2 GenerationSnapshot', '3 GenerationCompleted']);
    expect(await typesAfter(node, 2)).toEqual(['3 GenerationCompleted']);
    expect(await typesAfter(node, 3)).toEqual([]);
  });

  it('has no position beyond its end', async () => {
    await using node = await openEnded();
    await expect(node.stored.events(ID, 'local', 4, {})).rejects.toMatchObject({ code: 'INVALID_REQUEST' });
  });
});
