import { describe, expect, test } from 'vitest';
import { BATCH_STATUSES, type BatchStatus } from '../../../src/core/batch.ts';
import { BATCH_MOVES, JOB_RULES, JOB_STATES, type JobState } from '../../../src/core/batch-states.ts';
import { BatchJobStore } from '../../../src/stores/batches/batch-job-store.ts';
import type { BatchJob, JobOutcome, Lease } from '../../../src/stores/batches/batch-job.ts';
import { BatchStore } from '../../../src/stores/batches/batch-store.ts';
import type { Db } from '../../../src/stores/db/db.ts';
import { toyModels } from '../../support/app/toy-provider.ts';
import { findEngines } from '../../support/databases/stores.ts';
import { UNBILLED } from '../../support/app/unbilled.ts';

const engines = await findEngines();
const [config] = toyModels({ toy: {} });
if (config === undefined) throw new Error('there is no toy');

const ID = 'batch_1';

/** A batch with one job, taken by this node. */
const open = async (db: Db): Promise<{ jobs: BatchJobStore; store: BatchStore; lease: Lease }> => {
  const store = new BatchStore(db);
  const record = { displayName: null, metadata: null, config, warnings: [] };
  await store.create({ id: ID, principalId: 'ann', mode: 'native', ...record });
  const job = { key: 'key', firstIndex: 0, itemCount: 1 };
  await store.publish(ID, { total: 1, provider: 'toy', jobs: [job], ...UNBILLED }, null);
  const jobs = new BatchJobStore(db, { nodeId: 'node', retentionMs: 60_000 });
  const [taken] = await jobs.claim(1, 60_000);
  if (taken === undefined) throw new Error('there is no job');
  return { jobs, store, lease: taken.lease };
};

/** Makes a move by the method of the store that is for it. */
const move = async (jobs: BatchJobStore, lease: Lease, to: JobState): Promise<unknown> => {
  if (to === 'done') return jobs.finish(lease, { outcome: 'completed' });
  if (to === 'submitting') return jobs.beginSubmission(lease, 0);
  return jobs.change(lease, { state: to, progress: { lastSeen: 'moved' } });
};

const stateOf = async (db: Db): Promise<unknown> => {
  const [row] = await db.query<object>(
    `SELECT j.state, j.progress, j.submitting_since, b.status FROM batch_job AS j JOIN batch AS b ON b.rid = j.batch_rid`,
  );
  return { ...row };
};

for (const { name, problem, open: openStores } of engines) {
  describe.skipIf(problem !== null)(`the states of a batch on ${name}`, () => {
    test('a job makes every move of the table, and one that is not in it changes nothing', async () => {
      await using stores = await openStores();
      const { db } = stores;
      const { jobs, lease } = await open(db);
      let moves = 0;
      for (const from of JOB_STATES) {
        for (const to of JOB_STATES) {
          await db.query("UPDATE batch SET status = 'running', finished_at = NULL, expires_at = NULL");
          await db.query("UPDATE batch_job SET state = $1, progress = '{}', submitting_since = NULL", [from]);
          const before = await stateOf(db);
          if (from === 'done') {
            // What is done is no node's any more.
            await expect(move(jobs, lease, to)).rejects.toMatchObject({ name: 'LeaseLost' });
            expect(await stateOf(db)).toEqual(before);
          } else if (from === to || JOB_RULES[from].moves.includes(to)) {
            await move(jobs, lease, to);
            expect(await stateOf(db)).toMatchObject({ state: to });
            moves += 1;
          } else {
            await expect(move(jobs, lease, to)).rejects.toThrow(`cannot go from "${from}" to "${to}"`);
            expect(await stateOf(db)).toEqual(before);
          }
        }
      }
      const inTable = JOB_STATES.reduce((sum, state) => sum + JOB_RULES[state].moves.length, 0);
      expect(moves).toBe(inTable + JOB_STATES.length - 1);
    });

    test('a batch makes every move of the table, and one that is not in it changes nothing', async () => {
      await using stores = await openStores();
      const { db } = stores;
      const { jobs, store, lease } = await open(db);
      const outcomes: Partial<Record<BatchStatus, JobOutcome>> = {
        completed: 'completed',
        failed: 'failed',
        expired: 'expired',
        cancelled: 'cancelled',
      };
      const moveBatch = async (to: BatchStatus): Promise<unknown> => {
        const outcome = outcomes[to];
        if (outcome !== undefined) return jobs.finish(lease, { outcome });
        if (to === 'cancelling') return store.cancel(ID);
        if (to === 'submitted' || to === 'running') return jobs.change(lease, { batchStatus: to });
        return undefined;
      };
      let made = 0;
      for (const from of BATCH_STATUSES)
        for (const to of BATCH_STATUSES) {
          const cancelledAt = from === 'cancelling' ? '1' : 'NULL';
          await db.query(
            `UPDATE batch SET status = $1, finished_at = NULL, expires_at = NULL, cancel_requested_at = ${cancelledAt}`,
            [from],
          );
          await db.query("UPDATE batch_job SET state = 'running'");
          // A batch that is to be cancelled ends as such, whatever came of its jobs.
          const isOverruled = from === 'cancelling' && outcomes[to] !== undefined;
          const isMove = BATCH_MOVES[from].includes(to);
          if (outcomes[to] !== undefined && !isMove && !isOverruled)
            await expect(moveBatch(to)).rejects.toThrow(`a batch cannot become "${to}"`);
          else await moveBatch(to);
          const expected = isOverruled ? 'cancelled' : isMove ? to : from;
          expect({ from, to, ...((await stateOf(db)) as object) }).toMatchObject({
            from,
            to,
            status: expected,
          });
          if (isMove) made += 1;
        }
      expect(made).toBe(BATCH_STATUSES.reduce((sum, status) => sum + BATCH_MOVES[status].length, 0));
    });

    test('what an earlier version remembered of a job is read under its present names', async () => {
      await using stores = await openStores();
      const { db } = stores;
      const { jobs } = await open(db);
      await jobs.leave();
      const old = { idleLooks: 3, seen: '["running",null]', isAgain: true, failingSince: 5, failedAt: 6 };
      await db.query('UPDATE batch_job SET progress = $1', [JSON.stringify(old)]);
      const [job]: readonly (BatchJob | undefined)[] = await jobs.claim(1, 60_000);
      expect(job?.progress).toEqual({
        unchangedPolls: 3,
        lastSeen: '["running",null]',
        isResubmitted: true,
        failingSince: 5,
        failedAt: 6,
      });
    });
  });
}
