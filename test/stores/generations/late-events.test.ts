import { describe, expect, test } from 'vitest';
import { madeGeneration } from '../../support/app/generation.ts';
import {
  begunGeneration,
  findEngines,
  place,
  type TestStores,
  textDeltas,
  writes,
} from '../../support/databases/stores.ts';

const engines = await findEngines();

/** A generation of a node that is alive, deleted on another one; then events of it are committed that were being written. */
const deleteWhileWritten = async (stores: TestStores, id: string) => {
  const { store: owner, leases } = await stores.createNode('owner');
  const other = await stores.createStore('other');
  await leases.renew(60_000);
  const begun = begunGeneration({ id });
  const blocks = [{ generationId: id, firstSequence: 1, events: place(id, 1, textDeltas('a')) }];
  await owner.write(writes({ created: [begun], blocks }));
  expect(await other.delete(id, begun.principalId)).toBe('leaving');
  await stores.db.query(
    `INSERT INTO generation_event (generation_rid, first_sequence, event_count, ends, payload)
     SELECT rid, 2, 1, 0, '["late"]' FROM generation WHERE id = $1`,
    [id],
  );
  return owner;
};

const countRows = async ({ db }: TestStores) => {
  const [row] = await db.query<{ generations: number; events: number }>(
    `SELECT (SELECT count(*) FROM generation) AS generations, (SELECT count(*) FROM generation_event) AS events`,
  );
  return row;
};

for (const { name, problem, open } of engines) {
  describe.skipIf(problem !== null)(`Events that come after a deletion, on ${name}`, () => {
    test('go with the end of their generation', async () => {
      await using stores = await open();
      const owner = await deleteWhileWritten(stores, 'gen_1');
      await owner.write(writes({ finished: [madeGeneration({ id: 'gen_1' })] }));
      expect(await countRows(stores)).toEqual({ generations: 0, events: 0 });
    });

    test('go with a generation whose node has never said that it has dropped it', async () => {
      await using stores = await open();
      const owner = await deleteWhileWritten(stores, 'gen_1');
      await stores.db.query('UPDATE generation SET finished_at = 1, deleted_at = deleted_at - 120000');
      while (await owner.deleteExpired(1));
      expect(await countRows(stores)).toEqual({ generations: 0, events: 0 });
    });
  });
}
