import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  NodeKeeper,
  type NodeKeeperOptions,
} from '../../../../src/services/generations/nodes/node-keeper.ts';
import type { Db } from '../../../../src/stores/db/db.ts';
import { GenerationStore } from '../../../../src/stores/generations/generation-store.ts';
import { openSqliteDb } from '../../../../src/stores/db/sqlite-db.ts';
import { SILENT_LOG } from '../../../support/databases/stores.ts';
import { STORE_OPTIONS } from '../generations-harness.ts';

const LEASE_MS = 15_000;

const open = async (
  createStore: (db: Db) => GenerationStore,
  onRenewal: NodeKeeperOptions['onRenewal'] = () => {},
) => {
  const db = await openSqliteDb(null);
  const keeper = new NodeKeeper({
    store: createStore(db),
    log: SILENT_LOG,
    leaseMs: LEASE_MS,
    onRenewal,
    onCommands: () => Promise.resolve(),
  });
  await keeper.start();
  return { db, keeper };
};

describe('a node that keeps its lease', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'setTimeout', 'clearTimeout'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('renews it while it still deletes what has expired', async () => {
    const deleted = Promise.withResolvers<boolean>();
    const renewals: number[] = [];
    let deletions = 0;
    class LadenStore extends GenerationStore {
      override deleteExpired(): Promise<boolean> {
        deletions += 1;
        return deletions === 1 ? Promise.resolve(false) : deleted.promise;
      }
      override renewLease(leaseMs: number) {
        renewals.push(deletions);
        return super.renewLease(leaseMs);
      }
    }
    const { db, keeper } = await open((each) => new LadenStore(each, STORE_OPTIONS));
    for (let renewal = 0; renewal < 4; renewal += 1) {
      await vi.advanceTimersByTimeAsync(LEASE_MS / 3);
      await db.query('SELECT 1 AS one');
    }
    const meanwhile = renewals.filter((during) => during === 2).length;
    deleted.resolve(false);
    await keeper.stop();
    await db.close();
    expect(meanwhile).toBeGreaterThanOrEqual(2);
  });

  it('does not pile up renewals for a store that does not answer', async () => {
    const answered = Promise.withResolvers<void>();
    let calls = 0;
    class SlowStore extends GenerationStore {
      override async renewLease(leaseMs: number) {
        calls += 1;
        if (calls > 1) await answered.promise;
        return super.renewLease(leaseMs);
      }
    }
    const { db, keeper } = await open((each) => new SlowStore(each, STORE_OPTIONS));
    await vi.advanceTimersByTimeAsync(LEASE_MS * 100);
    const stopped = keeper.stop();
    answered.resolve();
    await stopped;
    await db.close();
    expect(calls).toBe(2);
  });

  it('stops although the store never answers', async () => {
    let calls = 0;
    class SilentStore extends GenerationStore {
      override renewLease(leaseMs: number) {
        calls += 1;
        return calls === 1 ? super.renewLease(leaseMs) : new Promise<never>(() => {});
      }
    }
    const { db, keeper } = await open((each) => new SilentStore(each, STORE_OPTIONS));
    await vi.advanceTimersByTimeAsync(LEASE_MS);
    const stopped = keeper.stop();
    await vi.advanceTimersByTimeAsync(10_000);
    await stopped;
    await db.close();
    expect(calls).toBe(2);
  });

  it('says when its lease had run out', async () => {
    const renewal = Promise.withResolvers<boolean>();
    const { db, keeper } = await open(
      (each) => new GenerationStore(each, STORE_OPTIONS),
      ({ lapsed }) => renewal.resolve(lapsed),
    );
    await db.query('UPDATE node SET lease_until = 0');
    await vi.advanceTimersByTimeAsync(LEASE_MS / 3);
    expect(await renewal.promise).toBe(true);
    await keeper.stop();
    await db.close();
  });
});
