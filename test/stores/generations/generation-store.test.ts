import { describe, expect, test } from 'vitest';
import type { UnplacedEvent } from '../../../src/core/generation-event.ts';
import type { Generation } from '../../../src/core/generation.ts';
import type { Cost } from '../../../src/core/usage.ts';
import {
  begunGeneration,
  findEngines,
  place,
  textDeltas,
  textOf,
  writes,
} from '../../support/databases/stores.ts';
import { madeCost, madeGeneration } from '../../support/app/generation.ts';
import { usageOf } from '../../services/generations/run/run-harness.ts';

const engines = await findEngines();

const block = (generationId: string, firstSequence: number, events: readonly UnplacedEvent[]) => ({
  generationId,
  firstSequence,
  events: place(generationId, firstSequence, events),
});

const completed = (fields: Partial<Generation>): Generation =>
  madeGeneration({ createdAt: new Date(1), startedAt: new Date(2), completedAt: new Date(3), ...fields });

/** Numbers that look random and are the same in each run. */
const createRandom = (seed: number) => () => {
  seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
  return seed / 2_147_483_648;
};

for (const { name, problem, open } of engines) {
  describe.skipIf(problem !== null)(`The generation store on ${name}`, () => {
    test('gives a finished generation back as it was, dates included', async () => {
      await using stores = await open();
      const store = await stores.createStore('node-a');
      const generation = completed({
        text: 'line\nbreak, "quotes", \u0000, half a pair \ud83d and a whole one 😀',
        reasoning: '',
        toolCalls: [
          { callId: 'c', name: 'f', arguments: { a: [1, null] }, builtIn: false, result: null, opaque: null },
        ],
        metadata: { nested: { '\u0000key\udc00': ['\ud83d'] } },
        startedAt: null,
      });
      expect(await store.write(writes({ created: [generation], finished: [generation] }))).toEqual([]);
      expect(await store.find('gen_1')).toEqual({ generation, ownerNodeId: 'node-a', ended: true });
      expect(await store.find('gen_2')).toBeUndefined();
    });

    test('reads costs that were stored before there were fees of tools, in generations and in their events', async () => {
      await using stores = await open();
      const store = await stores.createStore('node-a');
      const listed = madeCost();
      const { toolFees: _fees, source: _source, listTotal: _list, serviceTier: _tier, ...stored } = listed;
      const cost = stored as Cost;
      const usage = usageOf(1, 2);
      const generation = completed({ usage, cost });
      const events = [{ type: 'UsageUpdated', usage, cost }] as const;
      const blocks = [block('gen_1', 1, events)];
      await store.write(writes({ created: [generation], blocks, finished: [generation] }));
      expect((await store.find('gen_1'))?.generation.cost).toEqual(listed);
      expect((await store.readEvents('gen_1', 0))?.events).toMatchObject([{ cost: listed }]);
    });

    test('keeps nothing that JSON has no word for: it comes back as null', async () => {
      await using stores = await open();
      const store = await stores.createStore('node-a');
      const generation = completed({ firstDeltaMs: Number.NaN, output: undefined as unknown as null });
      await store.write(writes({ created: [generation], finished: [generation] }));
      const stored = await store.find('gen_1');
      expect(stored?.generation).toMatchObject({ firstDeltaMs: null, output: null });
    });

    test('adds what the events say to a generation that has not ended', async () => {
      await using stores = await open();
      const store = await stores.createStore('node-a');
      const begun = begunGeneration();
      await store.write(
        writes({
          created: [begun],
          blocks: [block('gen_1', 1, [{ type: 'GenerationStarted', resolution: begun.resolution }])],
        }),
      );
      await store.write(
        writes({ blocks: [block('gen_1', 2, textDeltas('smile: \ud83d', '\ude00', ' \u0000'))] }),
      );
      expect(await store.find('gen_1')).toEqual({
        generation: { ...begun, text: 'smile: 😀 \u0000', lastSequence: 4 },
        ownerNodeId: 'node-a',
        ended: false,
      });
      await store.write(
        writes({
          blocks: [block('gen_1', 5, textDeltas('!'))],
          changed: [{ ...begun, status: 'requires-action', text: 'smile: 😀 \u0000!', lastSequence: 5 }],
        }),
      );
      await store.write(writes({ blocks: [block('gen_1', 6, textDeltas('?'))] }));
      const found = await store.findMany(['gen_0', 'gen_1', 'gen_1']);
      const running = {
        generation: { status: 'running', text: 'smile: 😀 \u0000!?', lastSequence: 6 },
      };
      expect(found).toMatchObject([undefined, running, running]);
    });

    test('reads on from every cursor, wherever in a block it lies', async () => {
      await using stores = await open();
      const store = await stores.createStore('node-a');
      const random = createRandom(7);
      for (let stream = 0; stream < 5; stream += 1) {
        const id = `gen_${stream}`;
        const total = 20 + Math.floor(random() * 20);
        const deltas = textDeltas(...Array.from({ length: total }, (_, index) => `${index} `));
        await store.write(writes({ created: [begunGeneration({ id })] }));
        for (let at = 0; at < total; ) {
          const size = 1 + Math.floor(random() * 6);
          await store.write(writes({ blocks: [block(id, at + 1, deltas.slice(at, at + size))] }));
          at += size;
        }
        const all = place(id, 1, deltas);
        for (let after = 0; after <= total + 2; after += 1) {
          const expected = all.slice(after);
          const read = await store.readEvents(id, after);
          expect(read).toEqual({ events: expected, ended: false, firstRetained: 1, lastSequence: total });
          const tails = await store.readTails([{ id, after }]);
          expect(tails.get(id)).toEqual({ events: expected, ended: false });
        }
      }
    });

    test('reads the tails of many at once, and leaves out what there is not', async () => {
      await using stores = await open();
      const store = await stores.createStore('node-a');
      const ended = completed({ id: 'gen_b', lastSequence: 2 });
      await store.write(
        writes({
          created: [begunGeneration({ id: 'gen_a' }), begunGeneration({ id: 'gen_b' })],
          blocks: [
            block('gen_a', 1, textDeltas('a', 'b', 'c')),
            block('gen_b', 1, [
              ...textDeltas('x'),
              { type: 'GenerationCompleted', finishReason: 'stop', generation: ended },
            ]),
          ],
          finished: [ended],
        }),
      );
      const tails = await store.readTails([
        { id: 'gen_a', after: 1 },
        { id: 'gen_b', after: 1 },
        { id: 'gen_c', after: 0 },
      ]);
      expect([...tails.keys()].sort()).toEqual(['gen_a', 'gen_b']);
      expect(textOf(tails.get('gen_a')?.events ?? [])).toBe('bc');
      expect(tails.get('gen_b')).toEqual({
        ended: true,
        events: [
          {
            type: 'GenerationCompleted',
            generationId: 'gen_b',
            sequence: 2,
            finishReason: 'stop',
            generation: ended,
          },
        ],
      });
    });

    test('takes a write that comes again, and what it has gained meanwhile', async () => {
      await using stores = await open();
      const store = await stores.createStore('node-a');
      const first = writes({
        created: [begunGeneration()],
        blocks: [block('gen_1', 1, textDeltas('a', 'b'))],
      });
      await store.write(first);
      expect(await store.write(first)).toEqual([]);
      const final = completed({ lastSequence: 4 });
      const last = writes({
        created: [begunGeneration()],
        blocks: [
          block('gen_1', 1, [
            ...textDeltas('a', 'b', 'c'),
            { type: 'GenerationCompleted', finishReason: 'stop', generation: final },
          ]),
        ],
        finished: [final],
      });
      await store.write(last);
      expect(await store.write(last)).toEqual([]);
      const { events, ...rest } = await store.readEvents('gen_1', 0);
      expect(rest).toEqual({ ended: true, firstRetained: 1, lastSequence: 4 });
      expect(events.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4]);
      expect(textOf(events)).toBe('abc');
    });

    test('changes nothing of a generation that has ended', async () => {
      await using stores = await open();
      const store = await stores.createStore('node-a');
      const final = completed({ text: 'final', lastSequence: 1 });
      await store.write(writes({ created: [begunGeneration()], finished: [final] }));
      await store.write(
        writes({
          blocks: [block('gen_1', 2, textDeltas('late'))],
          changed: [begunGeneration({ text: 'late' })],
          finished: [completed({ text: 'later', lastSequence: 9 })],
        }),
      );
      expect((await store.find('gen_1'))?.generation).toEqual(final);
      expect(await store.readEvents('gen_1', 0)).toEqual({
        events: [],
        ended: true,
        firstRetained: null,
        lastSequence: 1,
      });
    });

    test('lists newest first, page by page, while others are added', async () => {
      await using stores = await open();
      const store = await stores.createStore('node-a');
      const add = (id: string, principalId = 'local', status: Generation['status'] = 'running') =>
        store.write(writes({ created: [begunGeneration({ id, principalId, status })] }));
      for (const id of ['a', 'b', 'c', 'd', 'e']) await add(id);
      await add('foreign', 'somebody else');
      await add('f', 'local', 'queued');
      const seen: string[] = [];
      const totals: number[] = [];
      let after: string | null = null;
      let hasNextPage = true;
      while (hasNextPage) {
        const page = await store.list('local', { first: 2, after, statuses: ['running'] });
        seen.push(...page.items.map(({ generation }) => generation.id));
        totals.push(page.totalCount);
        after = page.items.at(-1)?.cursor ?? null;
        hasNextPage = page.hasNextPage;
        if (hasNextPage) for (const id of [`${seen.length}x`, `${seen.length}y`]) await add(id);
      }
      expect(seen).toEqual(['e', 'd', 'c', 'b', 'a']);
      expect(totals).toEqual([5, 7, 9]);
      const none = await store.list('local', { first: 0, after: null, statuses: null });
      expect(none).toEqual({ items: [], hasNextPage: true, totalCount: 10 });
      await expect(
        store.list('local', { first: 1, after: 'bm9uc2Vuc2U', statuses: null }),
      ).rejects.toMatchObject({
        code: 'INVALID_REQUEST',
      });
    });
  });
}
