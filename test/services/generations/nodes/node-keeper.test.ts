import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  NodeKeeper,
  type NodeKeeperOptions,
} from '../../../../src/services/generations/nodes/node-keeper.ts';
import type { Db } from '../../../../src/stores/db/db.ts';
import { GenerationStore } from '../../../../src/stores/generations/generation-store.ts';
import { NodeCommands } from '../../../../src/stores/nodes/node-commands.ts';
import { NodeLeases } from '../../../../src/stores/nodes/node-leases.ts';
import { openSqliteDb } from '../../../../src/stores/db/sqlite-db.ts';
import { SILENT_LOG } from '../../../support/databases/stores.ts';
import { STORE_OPTIONS } from '../generations-harness.ts';

const LEASE_MS = 15_000;

const { nodeId } = STORE_OPTIONS;

const open = async ({
  createStore = (db) => new GenerationStore(db, STORE_OPTIONS),
  createLeases = (db) => new NodeLeases(db, nodeId),
  onRenewal = () => {},
}: {
  readonly createStore?: (db: Db) => GenerationStore;
  readonly createLeases?: (db: Db) => NodeLeases;
  readonly onRenewal?: NodeKeeperOptions['onRenewal'];
}) => {
  const db = await openSqliteDb(null);
  const keeper = new NodeKeeper({
    store: createStore(db),
    leases: createLeases(db),
    commands: new NodeCommands(db, nodeId),
    log: SILENT_LOG,
    leaseMs: LEASE_MS,
    onRenewal,
    onInterrupted: () => Promise.resolve(),
    deleteOld: () => Promise.resolve(false),
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
    }
    class CountedLeases extends NodeLeases {
      override renew(leaseMs: number) {
        renewals.push(deletions);
        return super.renew(leaseMs);
      }
    }
    const { db, keeper } = await open({
      createStore: (each) => new LadenStore(each, STORE_OPTIONS),
      createLeases: (each) => new CountedLeases(each, nodeId),
    });
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
    class SlowLeases extends NodeLeases {
      override async renew(leaseMs: number) {
        calls += 1;
        if (calls > 1) await answered.promise;
        return super.renew(leaseMs);
      }
    }
    const { db, keeper } = await open({ createLeases: (each) => new SlowLeases(each, nodeId) });
    await vi.advanceTimersByTimeAsync(LEASE_MS * 100);
    const stopped = keeper.stop();
    answered.resolve();
    await stopped;
    await db.close();
    expect(calls).toBe(2);
  });

  it('stops although the store never answers', async () => {
    let calls = 0;
    class SilentLeases extends NodeLeases {
      override renew(leaseMs: number) {
        calls += 1;
        return calls === 1 ? super.renew(leaseMs) : new Promise<never>(() => {});
      }
    }
    const { db, keeper } = await open({ createLeases: (each) => new SilentLeases(each, nodeId) });
    await vi.advanceTimersByTimeAsync(LEASE_MS);
    const stopped = keeper.stop();
    await vi.advanceTimersByTimeAsync(10_000);
    await stopped;
    await db.close();
    expect(calls).toBe(2);
  });

  it('says when its lease had run out', async () => {
    const renewal = Promise.withResolvers<boolean>();
    const { db, keeper } = await open({ onRenewal: ({ lapsed }) => renewal.resolve(lapsed) });
    await db.query('UPDATE node SET lease_until = 0');
    await vi.advanceTimersByTimeAsync(LEASE_MS / 3);
    expect(await renewal.promise).toBe(true);
    await keeper.stop();
    await db.close();
  });
});
