import { describe, expect, it } from 'vitest';
import type { StreamEvent } from '../../../src/core/stream-event.ts';
import type { Db } from '../../../src/stores/db/db.ts';
import { NodeCommands } from '../../../src/stores/nodes/node-commands.ts';
import { GenerationStore } from '../../../src/stores/generations/generation-store.ts';
import { StoreUnavailable } from '../../../src/core/store-errors.ts';
import { createSteppedToy } from '../../support/app/stepped-toy.ts';
import { createToy, finishEvent, textDelta, untilAborted } from '../../support/app/toy-provider.ts';
import { begunGeneration } from '../../support/databases/stores.ts';
import { createWitness } from '../../support/app/guards.ts';
import { combineTelemetry } from '../../../src/core/telemetry.ts';
import { callerOf, inputOf, openGenerations, SOMEBODY, STORE_OPTIONS } from './generations-harness.ts';

const NEVER = new AbortController().signal;

const toolCall = (callId: string): StreamEvent => ({
  type: 'tool-call',
  toolCall: { callId, name: 'weather', arguments: {}, builtIn: false, result: null, opaque: null },
});

const toolCallsEnd = finishEvent({ reason: 'tool-calls', rawReason: 'tool_calls' });

const resultOf = (callId: string) => ({ role: 'tool', callId, output: 1, isError: false }) as const;

/** Asks for a tool in its first turn and says "done" in its next. */
const createCaller = () =>
  createToy(async function* ({ request: { messages } }) {
    if (messages.length > 1) {
      yield textDelta('done');
      yield finishEvent();
      return;
    }
    yield toolCall('a');
    yield toolCallsEnd;
  });

/** A store that holds an answer back until it is told to give it. */
const holding = () => {
  const asked = Promise.withResolvers<void>();
  const given = Promise.withResolvers<void>();
  const hold = async (): Promise<void> => {
    asked.resolve();
    await given.promise;
  };
  return { asked: asked.promise, give: given.resolve, hold };
};

const away = (): Promise<never> => Promise.reject(new StoreUnavailable(new Error('gone')));

describe('what other nodes ask of a generation', () => {
  it('is done although something before it makes no sense any more', async () => {
    // All of it is taken at once.
    class DeafCommands extends NodeCommands {
      override onCommands() {
        return () => {};
      }
    }
    await using node = await openGenerations(createCaller(), {
      createCommands: (db) => new DeafCommands(db, STORE_OPTIONS.nodeId),
    });
    const { service, there } = node;
    const { id: gone } = await service.generate(inputOf(), callerOf(), NEVER);
    const { id: kept } = await service.generate(inputOf(), callerOf(), NEVER);
    const followed = service.events(kept, SOMEBODY, null, NEVER);
    // The one is cancelled while its results are on their way, the other only waits for its own.
    const stored = async (id: string): Promise<void> => {
      while ((await there.find(id))?.generation.status !== 'requires-action')
        await new Promise((resolve) => setImmediate(resolve));
    };
    await Promise.all([stored(gone), stored(kept)]);
    await there.submitToolResults(gone, JSON.stringify([resultOf('a')]));
    await there.requestCancel(gone);
    await there.submitToolResults(kept, JSON.stringify([resultOf('a')]));
    await service.takeCommands();
    let last;
    for await (const event of await followed) last = event;
    expect(last).toMatchObject({ type: 'GenerationCompleted', generation: { text: 'done' } });
  });
});

describe('a client that leaves while its key is being reserved', () => {
  it.each(['stream', 'generate'] as const)('ends what it asked for: %s', async (how) => {
    const reservation = holding();
    class SlowStore extends GenerationStore {
      override async reserve(...given: Parameters<GenerationStore['reserve']>) {
        await reservation.hold();
        return super.reserve(...given);
      }
    }
    const toy = createToy(async function* ({ signal }) {
      yield textDelta('Hel');
      await untilAborted(signal);
    });
    await using node = await openGenerations(toy, {
      createStore: (db) => new SlowStore(db, STORE_OPTIONS),
    });
    const client = new AbortController();
    const asked =
      how === 'stream'
        ? node.service.stream(inputOf(), callerOf('order-1'), client.signal).then(() => undefined)
        : node.service.generate(inputOf(), callerOf('order-1'), client.signal);
    const ended = asked.catch((error: unknown) => error);
    await reservation.asked;
    client.abort();
    reservation.give();
    await ended;
    while (node.service.liveCount > 0) await new Promise((resolve) => setImmediate(resolve));
    const { items } = await node.service.list(SOMEBODY, { first: 1, after: null, statuses: null });
    expect(items[0]?.generation.status).toBe('cancelled');
  });
});

describe('a server that stops while a key is being reserved', () => {
  it('asks no provider any more, and leaves nothing running', async () => {
    const reservation = holding();
    class SlowStore extends GenerationStore {
      override async reserve(...given: Parameters<GenerationStore['reserve']>) {
        await reservation.hold();
        return super.reserve(...given);
      }
    }
    const toy = createToy(async function* ({ signal }) {
      yield textDelta('Hel');
      await untilAborted(signal);
    });
    const node = await openGenerations(toy, { createStore: (db) => new SlowStore(db, STORE_OPTIONS) });
    const started = node.service
      .start(inputOf(), callerOf('order-1'), NEVER)
      .catch((error: unknown) => error);
    await reservation.asked;
    const stopped = node.stop(0);
    reservation.give();
    await stopped;
    expect(await started).toMatchObject({ code: 'GENERATION_INTERRUPTED' });
    expect(toy.calls).toEqual([]);
    expect(node.service.liveCount).toBe(0);
    // The same request can be sent to another server under its key.
    expect(await node.db.query('SELECT generation_id FROM idempotency')).toEqual([]);
    await node.db.close();
  });
});

describe('a key whose reservation may have been stored for all the server knows', () => {
  it('does not stand for a generation that nobody runs', async () => {
    let isAway = true;
    class ForgetfulStore extends GenerationStore {
      override async reserve(...given: Parameters<GenerationStore['reserve']>) {
        const reserved = await super.reserve(...given);
        return isAway ? away() : reserved;
      }
    }
    const toy = createToy();
    await using node = await openGenerations(toy, {
      createStore: (db) => new ForgetfulStore(db, STORE_OPTIONS),
    });
    await expect(node.service.generate(inputOf(), callerOf('order-1'), NEVER)).rejects.toMatchObject({
      code: 'SERVICE_UNAVAILABLE',
    });
    isAway = false;
    await expect(node.service.generate(inputOf(), callerOf('order-1'), NEVER)).rejects.toMatchObject({
      code: 'GENERATION_INTERRUPTED',
    });
    expect(toy.calls).toEqual([]);
    const { items } = await node.service.list(SOMEBODY, { first: 2, after: null, statuses: null });
    expect(items.map(({ generation }) => generation.status)).toEqual(['failed']);
  });
});

describe('a generation that nobody follows here', () => {
  const createHolding = () => {
    const question = holding();
    class SlowStore extends GenerationStore {
      override async isFollowed(): Promise<boolean> {
        await question.hold();
        return false;
      }
    }
    return { question, createStore: (db: Db) => new SlowStore(db, STORE_OPTIONS) };
  };

  it('runs on when somebody comes back while the other nodes are being asked', async () => {
    const { question, createStore } = createHolding();
    const toy = createSteppedToy();
    await using node = await openGenerations(toy, { createStore });
    const events = await node.service.stream(inputOf(), callerOf(), NEVER);
    const { value: first } = await events.next();
    await events.return?.();
    await question.asked;
    const again = await node.service.events(first?.generationId ?? '', SOMEBODY, 1, NEVER);
    question.give();
    await toy.give(textDelta('Hello'));
    await toy.finish();
    const seen = [];
    for await (const event of again) seen.push(event.type);
    expect(seen).toEqual(['TextDelta', 'GenerationCompleted']);
  });

  it('runs on while the store cannot tell who follows it elsewhere, and is ended once it can', async () => {
    let isAway = true;
    const asked = Promise.withResolvers<void>();
    class AbsentStore extends GenerationStore {
      override isFollowed(id: string): Promise<boolean> {
        asked.resolve();
        return isAway ? away() : super.isFollowed(id);
      }
    }
    const toy = createSteppedToy();
    await using node = await openGenerations(toy, {
      createStore: (db) => new AbsentStore(db, STORE_OPTIONS),
      disconnectGraceMs: 1,
    });
    const events = await node.service.stream(inputOf(), callerOf(), NEVER);
    await events.next();
    await events.return?.();
    await asked.promise;
    await toy.give(textDelta('Hello'));
    expect(node.service.liveCount).toBe(1);
    isAway = false;
    await toy.aborted(0);
  });

  it('is not asked about without a pause while somebody follows it elsewhere', async () => {
    let questions = 0;
    class PatientStore extends GenerationStore {
      override isFollowed(): Promise<boolean> {
        questions += 1;
        return Promise.resolve(true);
      }
    }
    const toy = createSteppedToy();
    await using node = await openGenerations(toy, {
      createStore: (db) => new PatientStore(db, STORE_OPTIONS),
    });
    const events = await node.service.stream(inputOf(), callerOf(), NEVER);
    await events.next();
    await events.return?.();
    for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    expect(questions).toBe(1);
  });
});

describe('while the store is away', () => {
  it('a generation is started, read and cancelled without waiting for it', async () => {
    let isAway = true;
    class AbsentStore extends GenerationStore {
      override write(...given: Parameters<GenerationStore['write']>) {
        return isAway ? away() : super.write(...given);
      }
    }
    await using node = await openGenerations(createSteppedToy(), {
      createStore: (db) => new AbsentStore(db, STORE_OPTIONS),
    });
    const { id } = await node.service.start(inputOf(), callerOf(), NEVER);
    expect(await node.service.findGeneration(id, SOMEBODY)).toMatchObject({ id });
    expect((await node.service.cancel(id, SOMEBODY)).status).toBe('cancelled');
    // Nobody else has it: it stays here.
    expect(await node.service.findGeneration(id, SOMEBODY)).toMatchObject({ status: 'cancelled' });
    isAway = false;
  });
});

describe('a mutation that is sent again under its key after the tool results', () => {
  it('waits for the end, not for the tool calls that have been answered', async () => {
    const toy = createSteppedToy();
    await using node = await openGenerations(toy);
    const first = node.service.generate(inputOf(), callerOf('order-1'), NEVER);
    await toy.give(toolCall('a'), toolCallsEnd);
    const { id, status } = await first;
    expect(status).toBe('requires-action');
    await node.service.submitToolResults(id, [resultOf('a')], SOMEBODY, NEVER);
    const again = node.service.generate(inputOf(), callerOf('order-1'), NEVER);
    await toy.call(1);
    await toy.give(textDelta('done'));
    await toy.finish();
    expect(await again).toMatchObject({ id, status: 'completed', text: 'done' });
  });
});

describe('a node that was cut off, and whose generations others have ended', () => {
  it('finds that out when it is back, and closes their upstreams though they are silent', async () => {
    const toy = createSteppedToy();
    await using node = await openGenerations(toy, {
      timing: { flushMs: 5, leaseMs: 30, pollMs: 10, answerMs: 5_000 },
    });
    const { id } = await node.service.start(inputOf({ onDisconnect: 'continue' }), callerOf(), NEVER);
    const events = await node.service.events(id, SOMEBODY, null, NEVER);
    await toy.give(textDelta('Hel'));
    // Nothing waits to be written any more: only its renewal tells the node.
    while ((await node.there.find(id))?.generation.text !== 'Hel')
      await new Promise((resolve) => setImmediate(resolve));
    await node.there.interruptOrphans();
    await node.db.query('UPDATE node SET lease_until = 0');
    await toy.aborted(0);
    let last;
    for await (const event of events) last = event;
    expect(last).toMatchObject({ type: 'GenerationFailed', error: { code: 'GENERATION_INTERRUPTED' } });
  });

  it('is not recorded by this node: the one that ended it does that', async () => {
    const witness = createWitness();
    const toy = createSteppedToy();
    await using node = await openGenerations(toy, { guards: [witness.guard] });
    const { id } = await node.service.start(inputOf({ onDisconnect: 'continue' }), callerOf(), NEVER);
    await toy.call(0);
    await node.there.interruptOrphans();
    await toy.give(textDelta('Hel'));
    await toy.aborted(0);
    while (node.service.liveCount > 0) await new Promise((resolve) => setImmediate(resolve));
    expect(await node.service.findGeneration(id, SOMEBODY)).toMatchObject({ status: 'failed' });
    await node.stop(0);
    expect(witness.records).toEqual([]);
  });
});

describe('a generation whose node has died', () => {
  it('is recorded by the node that ends it', async () => {
    class HeirStore extends GenerationStore {
      readonly #dead: GenerationStore;
      constructor(db: Db) {
        super(db, STORE_OPTIONS);
        this.#dead = new GenerationStore(db, { ...STORE_OPTIONS, nodeId: 'dead' });
      }
      override async interruptOrphans() {
        const created = [begunGeneration({ id: 'gen_orphan', status: 'running' })];
        await this.#dead.write({ created, blocks: [], changed: [], finished: [] });
        return super.interruptOrphans();
      }
    }
    const witness = createWitness();
    await using node = await openGenerations(createToy(), {
      createStore: (db) => new HeirStore(db),
      guards: [witness.guard],
    });
    expect(await witness.record(0)).toMatchObject({
      source: 'generation',
      generation: { id: 'gen_orphan', status: 'failed', error: { code: 'GENERATION_INTERRUPTED' } },
    });
    await node.stop(0);
    expect(witness.records).toHaveLength(1);
  });
});

describe('telemetry that throws', () => {
  it('ends neither a run nor its process, and is logged as a defect', async () => {
    const broken = (): never => {
      throw new Error('broken');
    };
    const errors: unknown[] = [];
    const ignore = (): void => {};
    const log = {
      debug: ignore,
      info: ignore,
      warn: ignore,
      error: (fields: Readonly<Record<string, unknown>>) => void errors.push(String(fields['err'])),
    };
    const started = {
      turnStarted: broken,
      chunksReceived: broken,
      retried: broken,
      fellBack: broken,
      repairRequested: broken,
      actionRequired: broken,
      ended: broken,
    };
    const others = {
      generationRejected: broken,
      storeWritten: broken,
      batchStepStarted: broken,
      batchResultsStored: broken,
      batchEnded: broken,
    };
    const telemetry = combineTelemetry(
      [
        { ...others, generationStarted: () => started },
        { ...others, generationStarted: broken },
      ],
      log,
    );
    await using node = await openGenerations(createCaller(), { telemetry, log });
    const { id } = await node.service.generate(inputOf(), callerOf(), NEVER);
    const events = await node.service.events(id, SOMEBODY, null, NEVER);
    await node.service.submitToolResults(id, [resultOf('a')], SOMEBODY, NEVER);
    let last;
    for await (const event of events) last = event;
    expect(last).toMatchObject({ type: 'GenerationCompleted', generation: { text: 'done' } });
    expect(errors).toContain('Error: broken');
  });
});
