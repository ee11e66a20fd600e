import { describe, expect, it } from 'vitest';
import { request, type TestApp } from '../support/app/app.ts';
import { openRawSocket, type RawSocket } from '../support/app/clients.ts';
import { FOLLOW_SUBSCRIPTION } from '../support/app/events.ts';
import { createSteppedToy } from '../support/app/stepped-toy.ts';
import { textDelta, toyOverrides } from '../support/app/toy-provider.ts';
import { named, postgres, startNodes } from './nodes.ts';

const START = `mutation ($input: GenerateInput!) { startGeneration(input: $input) { id } }`;
const READ = `query ($id: ID!) { generation(id: $id) { status text } }`;
const GRACE = { disconnectGraceMs: 3_600_000 };

const start = async (node: TestApp): Promise<string> => {
  const { data } = await request(node, START, { input: { model: 'toy', prompt: 'Hi' } });
  return data.startGeneration.id as string;
};

/** A generation on the first of so many servers, which waits in the middle of its answer. */
const startFollowed = async (count: number) => {
  const toy = createSteppedToy();
  const cluster = await startNodes(count, GRACE, toyOverrides(toy));
  const [here, there, elsewhere] = cluster.nodes as [TestApp, TestApp, TestApp];
  const id = await start(here);
  await toy.give(textDelta('one'));
  return { toy, here, there, elsewhere, id, [Symbol.asyncDispose]: () => cluster[Symbol.asyncDispose]() };
};

const follow = async (node: TestApp, id: string): Promise<RawSocket> => {
  const raw = await openRawSocket(node);
  raw.send({ type: 'subscribe', id: 'one', payload: { query: FOLLOW_SUBSCRIPTION, variables: { id } } });
  await raw.received(({ payload }) => payload?.data?.generationEvents.__typename === 'TextDelta');
  return raw;
};

const complete = async (raw: RawSocket): Promise<void> => {
  raw.send({ type: 'complete', id: 'one' });
  raw.send({ type: 'ping' });
  await raw.received(({ type }) => type === 'pong');
};

describe.skipIf(postgres.problem !== null)(named('a generation that is followed on another server'), () => {
  it('is cancelled at once when the last subscriber completes its operation there', async () => {
    await using followed = await startFollowed(2);
    const { toy, here, there, id } = followed;
    await using raw = await follow(there, id);
    await complete(raw);
    await toy.aborted(0);
    await here.logged(({ message }) => message === 'a generation ended');
    expect((await request(there, READ, { id })).data.generation.text).toBe('one');
  });

  it('runs on when a subscriber completes its operation and others are left here, there or elsewhere', async () => {
    await using followed = await startFollowed(3);
    const { toy, here, there, elsewhere, id } = followed;
    await using onThere = await follow(there, id);
    await using alsoThere = await follow(there, id);
    await using onElsewhere = await follow(elsewhere, id);
    await using onHere = await follow(here, id);
    let given = 0;
    const expectRunning = async (): Promise<void> => {
      given += 1;
      await toy.give(textDelta(` ${given}`));
      expect((await request(here, READ, { id })).data.generation.status).toBe('RUNNING');
    };
    await complete(onThere);
    await expectRunning();
    await complete(alsoThere);
    await expectRunning();
    await complete(onHere);
    // The server here asks the others first.
    await onElsewhere.received(({ payload }) => payload?.data?.generationEvents.text === ' 2');
    await expectRunning();
    await complete(onElsewhere);
    await toy.aborted(0);
  });

  it('has its grace period when the socket there is closed', async () => {
    await using followed = await startFollowed(2);
    const { toy, there, id } = followed;
    await using raw = await follow(there, id);
    raw.socket.close(1000);
    await raw.closed;
    await toy.give(textDelta(' two'));
    await using again = await follow(there, id);
    await toy.finish();
    await again.received(
      ({ payload }) => payload?.data?.generationEvents.__typename === 'GenerationCompleted',
    );
  });
});
