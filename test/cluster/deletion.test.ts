import { describe, expect, it } from 'vitest';
import { collectOverSse, collectOverWebSocket, request, type TestApp } from '../support/app/app.ts';
import { FOLLOW_SUBSCRIPTION, toEvents } from '../support/app/events.ts';
import { createSteppedToy } from '../support/app/stepped-toy.ts';
import { answerOf, createToy, finishEvent, textDelta, toyOverrides } from '../support/app/toy-provider.ts';
import { queryPostgres, until } from '../support/databases/batch-database.ts';
import { named, postgres, startNodes } from './nodes.ts';

const STREAMS = { websocket: collectOverWebSocket, sse: collectOverSse } as const;
const START = `mutation ($input: GenerateInput!) { startGeneration(input: $input) { id } }`;
const GENERATE = `mutation ($input: GenerateInput!) { generate(input: $input) { id } }`;
const DELETE = `mutation ($id: ID!) { deleteGeneration(id: $id) }`;
const READ = `query ($id: ID!) { generation(id: $id) { id status store text } }`;
const SUBMIT = `mutation ($id: ID!) { submitToolResults(generationId: $id, results: []) { id } }`;
const CANCEL = `mutation ($id: ID!) { cancelGeneration(id: $id) { status text } }`;

const read = async (node: TestApp, id: string) => (await request(node, READ, { id })).data.generation;

const input = { model: 'toy', prompt: 'Hi' };

describe.skipIf(postgres.problem !== null)(named('a generation that is deleted on another server'), () => {
  it.each(['websocket', 'sse'] as const)(
    'is cancelled where it runs, and followers over %s on every server hear of it',
    async (transport) => {
      const toy = createSteppedToy();
      await using cluster = await startNodes(3, {}, toyOverrides(toy));
      const [owner, deleter, third] = cluster.nodes as [TestApp, TestApp, TestApp];
      const { data } = await request(owner, START, { input });
      const id = data.startGeneration.id as string;
      await toy.give(textDelta('one '));
      const following = [owner, deleter, third].map((node) => {
        const heard = Promise.withResolvers<void>();
        const events = STREAMS[transport](
          node,
          FOLLOW_SUBSCRIPTION,
          { id },
          {
            until: (result) => {
              if (JSON.stringify(result).includes('one ')) heard.resolve();
              return false;
            },
          },
        );
        return { events, heard: heard.promise };
      });
      await Promise.all(following.map(({ heard }) => heard));
      expect((await request(deleter, DELETE, { id })).data).toEqual({ deleteGeneration: id });
      await toy.aborted(0);
      for (const node of cluster.nodes) expect(await read(node, id)).toBeNull();
      for (const { events } of following)
        expect(toEvents(await events).at(-1)).toMatchObject({
          __typename: 'GenerationFailed',
          error: { code: 'GENERATION_CANCELLED', message: 'The generation was deleted.' },
          generation: { text: '' },
        });
      for (const table of ['generation', 'generation_event', 'generation_command'])
        expect(await queryPostgres(cluster.databaseUrl, `SELECT 1 FROM ${table}`)).toEqual([]);
      const ledger = await queryPostgres(cluster.databaseUrl, 'SELECT status FROM ledger');
      expect(ledger).toEqual([{ status: 'cancelled' }]);
    },
  );

  it('is gone from the memory of the one that ran it as well', async () => {
    const toy = createToy(answerOf(textDelta('one'), finishEvent()));
    await using cluster = await startNodes(2, {}, toyOverrides(toy));
    const [owner, deleter] = cluster.nodes as [TestApp, TestApp];
    const { data } = await request(owner, GENERATE, { input });
    const id = data.generate.id as string;
    expect(await read(owner, id)).toMatchObject({ text: 'one' });
    // The end is stored a moment after the answer.
    await until(async () => (await read(deleter, id))?.status === 'COMPLETED');
    expect((await request(deleter, DELETE, { id })).data).toEqual({ deleteGeneration: id });
    expect(await read(owner, id)).toBeNull();
    expect(await read(deleter, id)).toBeNull();
    expect(await queryPostgres(cluster.databaseUrl, 'SELECT 1 FROM generation')).toEqual([]);
  });

  it('goes with the server that ran it, where that dies before it can answer', async () => {
    const toy = createToy(answerOf(textDelta('one'), finishEvent()));
    await using cluster = await startNodes(2, {}, toyOverrides(toy));
    const [owner, deleter] = cluster.nodes as [TestApp, TestApp];
    const { data } = await request(owner, GENERATE, { input });
    const id = data.generate.id as string;
    await owner.close();
    expect((await request(deleter, DELETE, { id })).data).toEqual({ deleteGeneration: id });
    expect(await queryPostgres(cluster.databaseUrl, 'SELECT 1 FROM generation')).toEqual([]);
  });
});

describe.skipIf(postgres.problem !== null)(named('a generation with store: false on another server'), () => {
  it('is seen and cancelled there, and neither followed nor continued', async () => {
    const toy = createSteppedToy();
    await using cluster = await startNodes(2, {}, toyOverrides(toy));
    const [owner, other] = cluster.nodes as [TestApp, TestApp];
    const { data } = await request(owner, START, { input: { ...input, store: false } });
    const id = data.startGeneration.id as string;
    await toy.give(textDelta('one '));
    expect(await read(owner, id)).toMatchObject({ text: 'one ', store: false });
    expect(await read(other, id)).toMatchObject({ status: 'RUNNING', text: '', store: false });
    const followed = await STREAMS.sse(other, FOLLOW_SUBSCRIPTION, { id });
    expect(followed[0]?.errors?.[0]).toMatchObject({
      message: expect.stringContaining('on its own server node only') as unknown,
      extensions: { code: 'NOT_FOUND' },
    });
    expect((await request(other, SUBMIT, { id })).errors?.[0]).toMatchObject({
      message: expect.stringContaining('on its own server node only') as unknown,
    });
    expect((await request(other, CANCEL, { id })).data.cancelGeneration).toEqual({
      status: 'CANCELLED',
      text: '',
    });
    await toy.aborted(0);
    expect(await queryPostgres(cluster.databaseUrl, 'SELECT 1 FROM generation_event')).toEqual([]);
    expect((await request(other, DELETE, { id })).data).toEqual({ deleteGeneration: id });
    expect(await read(owner, id)).toBeNull();
  });
});
