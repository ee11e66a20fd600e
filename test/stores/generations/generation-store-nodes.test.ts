import { EventEmitter, once } from 'node:events';
import { describe, expect, test } from 'vitest';
import type { Billing } from '../../../src/core/billed-turn.ts';
import type { UnplacedEvent } from '../../../src/core/generation-event.ts';
import type { GenerationStore } from '../../../src/stores/generations/generation-store.ts';
import { madeGeneration } from '../../support/app/generation.ts';
import {
  begunGeneration,
  findEngines,
  place,
  type TestNode,
  textDeltas,
  textOf,
  writes,
} from '../../support/databases/stores.ts';

const engines = await findEngines();

const MINUTE_MS = 60_000;

const block = (generationId: string, firstSequence: number, events: readonly UnplacedEvent[]) => ({
  generationId,
  firstSequence,
  events: place(generationId, firstSequence, events),
});

const begin = (store: GenerationStore, id: string, ...texts: string[]) =>
  store.write(writes({ created: [begunGeneration({ id })], blocks: [block(id, 1, textDeltas(...texts))] }));

/** A lease that has run out as soon as it is given. */
const lapse = ({ leases }: TestNode) => leases.renew(-1);

for (const { engine, name, problem, open } of engines) {
  describe.skipIf(problem !== null)(`Nodes that share ${name}`, () => {
    test('end what a dead node left, once, with what it had stored', async () => {
      await using stores = await open();
      const [dead, first, second] = await Promise.all(
        ['dead', 'first', 'second'].map((nodeId) => stores.createNode(nodeId)),
      );
      if (dead === undefined || first === undefined || second === undefined) throw new Error('no nodes');
      await lapse(dead);
      const ids = Array.from({ length: 120 }, (_, index) => `gen_${String(index).padStart(3, '0')}`);
      for (const id of ids) await begin(dead.store, id, 'half ', 'an answer');
      await first.leases.renew(MINUTE_MS);
      await second.leases.renew(MINUTE_MS);
      const swept = (
        await Promise.all([first.store.interruptOrphans(), second.store.interruptOrphans()])
      ).flat();
      expect(swept.toSorted()).toEqual(ids);
      for (const id of [ids[0] ?? '', ids[119] ?? '']) {
        const { events, ended, lastSequence } = await first.store.readEvents(id, 0);
        expect([ended, lastSequence]).toEqual([true, 3]);
        expect(events.map(({ type }) => type)).toEqual(['TextDelta', 'TextDelta', 'GenerationFailed']);
        const stored = await first.store.find(id);
        expect(stored?.generation).toMatchObject({
          status: 'failed',
          text: 'half an answer',
          lastSequence: 3,
          error: { code: 'GENERATION_INTERRUPTED', retryable: true },
        });
        expect(events.at(-1)).toMatchObject({ generation: stored?.generation });
      }
      expect(await second.store.interruptOrphans()).toEqual([]);
    });

    test("leave in the ledger what a dead node's vendors may have billed, and nothing of what they bill its callers", async () => {
      await using stores = await open();
      const dead = await stores.createNode('dead');
      const sweeper = await stores.createStore('sweeper');
      await lapse(dead);
      const billing = { keyId: null, userId: null, tag: null, budgets: [] };
      const billings = new Map<string, Billing>([
        ['gen_server', { ...billing, bound: 7 }],
        ['gen_own', { ...billing, bound: 0, isCallers: true }],
        ['gen_fallback', { ...billing, bound: 5, isCallers: true }],
      ]);
      const created = [...billings.keys()].map((id) => begunGeneration({ id }));
      await dead.store.write(writes({ created, billings }));
      expect((await sweeper.interruptOrphans()).toSorted()).toEqual([...billings.keys()].toSorted());
      const rows = await stores.db.query<{ cost: number }>('SELECT cost FROM ledger ORDER BY cost');
      expect(rows).toEqual([{ cost: 5 }, { cost: 7 }]);
    });

    test('refuse what a node writes that was only thought dead', async () => {
      await using stores = await open();
      const lateNode = await stores.createNode('late');
      const { store: late } = lateNode;
      const sweeper = await stores.createStore('sweeper');
      await lapse(lateNode);
      await begin(late, 'gen_1', 'before ');
      await begin(late, 'gen_2', 'before ');
      await late.write(
        writes({ finished: [madeGeneration({ id: 'gen_2', text: 'done', lastSequence: 1 })] }),
      );
      expect(await sweeper.interruptOrphans()).toEqual(['gen_1']);
      const refused = await late.write(
        writes({
          blocks: [block('gen_1', 2, textDeltas('after'))],
          changed: [begunGeneration({ id: 'gen_1', text: 'after' })],
        }),
      );
      expect(refused).toEqual(['gen_1']);
      expect(
        await late.write(writes({ finished: [madeGeneration({ id: 'gen_1', text: 'after' })] })),
      ).toEqual(['gen_1']);
      expect(textOf((await sweeper.readEvents('gen_1', 0)).events)).toBe('before ');
      expect((await sweeper.find('gen_1'))?.generation).toMatchObject({ status: 'failed', text: 'before ' });
      expect((await sweeper.find('gen_2'))?.generation).toMatchObject({ status: 'completed', text: 'done' });
    });

    test('leave one log without gaps when a late owner writes while others end its generations', async () => {
      await using stores = await open();
      const lateNode = await stores.createNode('late');
      const { store: late } = lateNode;
      const sweeper = await stores.createStore('sweeper');
      const ids = Array.from({ length: 12 }, (_, index) => `gen_${index}`);
      await lapse(lateNode);
      for (const id of ids) await begin(late, id, '1');
      const refused = new Set<string>();
      const keepWriting = async (): Promise<void> => {
        for (let sequence = 2; sequence <= 30; sequence += 1) {
          const blocks = ids
            .filter((id) => !refused.has(id))
            .map((id) => block(id, sequence, textDeltas('x')));
          for (const id of await late.write(writes({ blocks }))) refused.add(id);
        }
      };
      await Promise.all([keepWriting(), sweeper.interruptOrphans()]);
      await sweeper.interruptOrphans();
      for (const id of ids) {
        const { events, ended } = await sweeper.readEvents(id, 0);
        expect(ended).toBe(true);
        expect(events.map(({ sequence }) => sequence)).toEqual(events.map((_, index) => index + 1));
        expect(events.filter(({ type }) => type === 'GenerationFailed')).toHaveLength(1);
        expect(events.at(-1)?.type).toBe('GenerationFailed');
        expect((await sweeper.find(id))?.generation.text).toBe(textOf(events));
      }
    });

    test.skipIf(engine === 'sqlite')(
      'leave the generations of a node with a lease alone, until it leaves',
      async () => {
        await using stores = await open();
        const { store: owner, leases } = await stores.createNode('owner');
        const other = await stores.createStore('other');
        expect(await leases.renew(MINUTE_MS)).toEqual({ lapsed: true });
        expect(await leases.renew(MINUTE_MS)).toEqual({ lapsed: false });
        await begin(owner, 'gen_1', 'a');
        expect(await other.interruptOrphans()).toEqual([]);
        expect(await owner.interruptOrphans()).toEqual([]);
        await leases.release();
        expect(await other.interruptOrphans()).toEqual(['gen_1']);
      },
    );

    test('are told when their lease had run out', async () => {
      await using stores = await open();
      const node = await stores.createNode('node-a');
      await lapse(node);
      expect(await node.leases.renew(MINUTE_MS)).toEqual({ lapsed: true });
      expect(await node.leases.renew(MINUTE_MS)).toEqual({ lapsed: false });
    });

    test('let one of two win that use a key at once', async () => {
      await using stores = await open();
      const [a, b] = [await stores.createStore('node-a'), await stores.createStore('node-b')];
      for (let round = 0; round < 10; round += 1) {
        const key = `key \u0000 ${round}`;
        const reserve = (store: GenerationStore, id: string) =>
          store.reserve(begunGeneration({ id }), { key, requestHash: store.nodeId });
        const ids = [`gen_a${round}`, `gen_b${round}`] as const;
        const outcomes = await Promise.all([reserve(a, ids[0]), reserve(b, ids[1])]);
        const winner = outcomes.findIndex(({ type }) => type === 'created');
        const [winnerId, loserId] = winner === 0 ? ids : [ids[1], ids[0]];
        expect(outcomes[1 - winner]).toEqual({
          type: 'existing',
          generationId: winnerId,
          sameRequest: false,
        });
        expect(await a.find(loserId)).toBeUndefined();
        expect((await b.find(winnerId))?.ownerNodeId).toBe(winner === 0 ? 'node-a' : 'node-b');
        const requestHash = winner === 0 ? 'node-a' : 'node-b';
        expect(await b.findByKey('local', key)).toEqual({ id: winnerId, requestHash });
        expect(await reserve(winner === 0 ? a : b, 'gen_again')).toEqual({
          type: 'existing',
          generationId: winnerId,
          sameRequest: true,
        });
        expect(await b.findByKey('somebody else', key)).toBeUndefined();
      }
    });

    test('hand on what is asked of the owner, each once, and wake it', async () => {
      await using stores = await open();
      const ownerNode = await stores.createNode('owner');
      const otherNode = await stores.createNode('other');
      const [owner, other] = [ownerNode.store, otherNode.store];
      const bus = new EventEmitter();
      const listening = engine === 'postgres' ? once(bus, 'woken') : Promise.resolve();
      const stop = ownerNode.commands.onCommands(() => bus.emit('woken'));
      await listening;
      await begin(owner, 'gen_1', 'a');
      const paused = begunGeneration({ id: 'gen_1', status: 'requires-action', lastSequence: 2 });
      await owner.write(writes({ changed: [paused] }));
      const woken = once(bus, 'woken');
      expect(await other.requestCancel('gen_1')).toBe('owner');
      await woken;
      expect(await other.requestCancel('gen_1')).toBe('owner');
      expect(await other.submitToolResults('gen_1', '[{"text":"\\u0000"}]')).toBe(true);
      expect(await other.submitToolResults('gen_1', '[]')).toBe(false);
      // The owner's pause comes again, because its first acknowledgement was lost.
      await owner.write(writes({ changed: [paused] }));
      expect(await other.submitToolResults('gen_1', '[]')).toBe(false);
      expect(await otherNode.commands.take()).toEqual({
        cancel: [],
        abandoned: [],
        toolResults: [],
        answers: [],
      });
      const taken = await Promise.all([ownerNode.commands.take(), ownerNode.commands.take()]);
      expect(taken.flatMap(({ cancel }) => cancel)).toEqual(['gen_1']);
      expect(taken.flatMap(({ toolResults }) => toolResults)).toEqual([
        { id: 'gen_1', results: '[{"text":"\\u0000"}]' },
      ]);
      await owner.write(writes({ finished: [madeGeneration({ id: 'gen_1' })] }));
      expect(await other.requestCancel('gen_1')).toBeUndefined();
      expect(await other.requestCancel('gen_2')).toBeUndefined();
      expect(await other.submitToolResults('gen_1', '[]')).toBe(false);
      stop();
    });

    test('tell each other whose generations have new events', async () => {
      await using stores = await open();
      const [owner, other] = [await stores.createStore('owner'), await stores.createStore('other')];
      const heard: string[] = [];
      const bus = new EventEmitter();
      const listening = engine === 'postgres' ? once(bus, 'told') : Promise.resolve();
      other.onTails((nodeId) => bus.emit('told', heard.push(nodeId)));
      await listening;
      const told = once(bus, 'told');
      await owner.write(writes({ created: [begunGeneration()] }));
      await begin(owner, 'gen_1', 'a');
      await told;
      expect(heard).toEqual(engine === 'postgres' ? ['', 'owner'] : ['owner']);
    });

    test('know which generations are followed elsewhere, and until when', async () => {
      await using stores = await open();
      const [owner, other] = [await stores.createStore('owner'), await stores.createStore('other')];
      await begin(owner, 'gen_1', 'a');
      await begin(owner, 'gen_2', 'a');
      await other.noteFollowed([], MINUTE_MS);
      expect(await owner.isFollowed('gen_1')).toBe(false);
      await other.noteFollowed(['gen_1', 'gen_3'], MINUTE_MS);
      await other.noteFollowed(['gen_1', 'gen_2'], -1);
      expect(await owner.isFollowed('gen_1')).toBe(true);
      expect(await owner.isFollowed('gen_2')).toBe(false);
      expect(await owner.isFollowed('gen_3')).toBe(false);
    });

    test('are noted as reading a generation each by itself, and abandon it each by itself', async () => {
      await using stores = await open();
      const { store: owner, commands } = await stores.createNode('owner');
      const [one, two] = [await stores.createStore('one'), await stores.createStore('two')];
      const readBy = async () =>
        (
          await stores.db.query<{ node_id: string }>(
            'SELECT node_id FROM generation_follower ORDER BY node_id',
          )
        ).map(({ node_id: node }) => node);
      await begin(owner, 'gen_1', 'a');
      await begin(owner, 'gen_2', 'a');
      for (const node of [one, two]) await node.noteFollowed(['gen_1'], MINUTE_MS);
      await one.abandon('gen_1');
      expect(await readBy()).toEqual(['two']);
      expect((await commands.take()).abandoned).toEqual(['gen_1']);
      // One that was not noted has it asked for all the same, and each generation is given once.
      await one.abandon('gen_1');
      await two.abandon('gen_1');
      expect(await owner.isFollowed('gen_1')).toBe(false);
      expect((await commands.take()).abandoned).toEqual(['gen_1']);
      // What has expired goes, row by row.
      await one.noteFollowed(['gen_1', 'gen_2'], -MINUTE_MS);
      await two.noteFollowed(['gen_1'], MINUTE_MS);
      await two.noteFollowed(['gen_2'], -MINUTE_MS);
      while (await owner.deleteExpired(1));
      expect(await readBy()).toEqual(['two']);
      await owner.write(writes({ finished: [madeGeneration({ id: 'gen_1' })] }));
      await two.abandon('gen_1');
      expect(await readBy()).toEqual([]);
      expect((await commands.take()).abandoned).toEqual([]);
    });

    test('delete what has expired step by step, and nothing else', async () => {
      await using stores = await open();
      const brief = await stores.createStore('brief', { eventRetentionMs: -1, retentionMs: -1 });
      const { store: lasting, leases } = await stores.createNode('lasting', { eventRetentionMs: -1 });
      await leases.renew(MINUTE_MS);
      await begin(lasting, 'running', 'a', 'b');
      await begin(lasting, 'kept', 'a');
      await lasting.write(writes({ blocks: [block('kept', 2, textDeltas('b'))] }));
      const kept = madeGeneration({ id: 'kept', text: 'ab', lastSequence: 2 });
      await lasting.write(writes({ finished: [kept] }));
      await begin(brief, 'gone', 'a');
      await brief.write(writes({ finished: [madeGeneration({ id: 'gone' })] }));
      expect(await lasting.deleteExpired(1)).toBe(true);
      let steps = 1;
      while (await lasting.deleteExpired(1)) steps += 1;
      expect(steps).toBeGreaterThan(2);
      expect(await lasting.find('gone')).toBeUndefined();
      expect((await lasting.find('kept'))?.generation).toEqual(kept);
      expect(await lasting.readEvents('kept', 0)).toEqual({
        events: [],
        ended: true,
        firstRetained: null,
        lastSequence: 2,
      });
      expect(textOf((await lasting.readEvents('running', 0)).events)).toBe('ab');
      expect(await lasting.deleteExpired(1_000)).toBe(false);
    });
  });
}
