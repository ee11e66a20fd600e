import { describe, expect, it } from 'vitest';
import { collectOverSse, collectOverWebSocket, request, type TestApp } from '../support/app/app.ts';
import { type Event, FOLLOW_SUBSCRIPTION, GENERATE_SUBSCRIPTION, toEvents } from '../support/app/events.ts';
import { createSteppedToy } from '../support/app/stepped-toy.ts';
import { createToy, finishEvent, textDelta, toyOverrides } from '../support/app/toy-provider.ts';
import { named, postgres, startNodes } from './nodes.ts';

const STREAMS = { websocket: collectOverWebSocket, sse: collectOverSse } as const;
const START = `mutation ($input: GenerateInput!, $key: String) { startGeneration(input: $input, idempotencyKey: $key) { id } }`;
const CANCEL = `mutation ($id: ID!) { cancelGeneration(id: $id) { id status text } }`;
const READ = `query ($id: ID!) { generation(id: $id) { id status text toolCalls { callId } } }`;
const SUBMIT = `mutation ($id: ID!, $results: [ToolResultInput!]!) {
  submitToolResults(generationId: $id, results: $results) { id status }
}`;
const input = { model: 'toy', prompt: 'Hi' };

const start = async (node: TestApp, variables: object = { input }): Promise<string> => {
  const { data, errors } = await request(node, START, { ...variables });
  expect(errors).toBeUndefined();
  return data.startGeneration.id as string;
};

const last = (events: readonly Event[]): Event => events.at(-1) as Event;

describe.skipIf(postgres.problem !== null).each(['websocket', 'sse'] as const)(
  named('a generation of one server, over %s'),
  (transport) => {
    it('is followed on another one, from its beginning and live', async () => {
      const toy = createSteppedToy();
      await using cluster = await startNodes(2, {}, toyOverrides(toy));
      const [here, there] = cluster.nodes as [TestApp, TestApp];
      const id = await start(here);
      await toy.give(textDelta('one '));
      const following = STREAMS[transport](there, FOLLOW_SUBSCRIPTION, { id });
      await toy.give(textDelta('two '));
      await toy.give(textDelta('three'));
      await toy.finish();
      const events = toEvents(await following);
      expect(last(events)).toMatchObject({
        __typename: 'GenerationCompleted',
        generation: { text: 'one two three' },
      });
      const text = events.filter((event) => event.__typename === 'TextDelta').map((event) => event['text']);
      expect(text.join('')).toBe('one two three');
      expect(last(events).sequence).toBe(5);
    });

    it('is cancelled from another one, which closes its upstream', async () => {
      const toy = createSteppedToy();
      await using cluster = await startNodes(2, {}, toyOverrides(toy));
      const [here, there] = cluster.nodes as [TestApp, TestApp];
      const id = await start(here);
      const following = STREAMS[transport](there, FOLLOW_SUBSCRIPTION, { id });
      await toy.give(textDelta('one '));
      const { data } = await request(there, CANCEL, { id });
      expect(data.cancelGeneration).toEqual({ id, status: 'CANCELLED', text: 'one ' });
      await toy.aborted(0);
      expect(last(toEvents(await following)).__typename).toBe('GenerationCancelled');
    });
  },
);

describe.skipIf(postgres.problem !== null)(named('a generation of one server'), () => {
  it('is known on another one as soon as its client has the first event', async () => {
    const toy = createSteppedToy();
    await using cluster = await startNodes(2, { disconnectGraceMs: 60_000 }, toyOverrides(toy));
    const [here, there] = cluster.nodes as [TestApp, TestApp];
    for (let round = 0; round < 10; round += 1) {
      const [first] = toEvents(
        await collectOverWebSocket(here, GENERATE_SUBSCRIPTION, { input }, { until: () => true }),
      );
      const { data } = await request(there, CANCEL, { id: first?.['generationId'] });
      expect(data?.cancelGeneration.status).toBe('CANCELLED');
      await toy.aborted(round);
    }
  });

  it('is read on another one, with its text so far and when it has ended', async () => {
    const toy = createSteppedToy();
    await using cluster = await startNodes(2, {}, toyOverrides(toy));
    const [here, there] = cluster.nodes as [TestApp, TestApp];
    const id = await start(here);
    await toy.give(textDelta('one '));
    const seen = await collectOverSse(
      there,
      FOLLOW_SUBSCRIPTION,
      { id },
      { until: ({ data }) => data.generationEvents.text === 'one ' },
    );
    expect(seen.length).toBeGreaterThan(0);
    expect((await request(there, READ, { id })).data.generation).toMatchObject({
      status: 'RUNNING',
      text: 'one ',
    });
    const end = collectOverSse(there, FOLLOW_SUBSCRIPTION, { id });
    await toy.finish();
    await end;
    expect((await request(there, READ, { id })).data.generation).toMatchObject({
      status: 'COMPLETED',
      text: 'one ',
    });
    const list = await request(there, '{ generations(status: [COMPLETED]) { totalCount nodes { id } } }');
    expect(list.data.generations).toEqual({ totalCount: 1, nodes: [{ id }] });
  });

  it('is kept alive by a follower on another one while nobody is left here', async () => {
    const toy = createSteppedToy();
    await using cluster = await startNodes(2, { disconnectGraceMs: 300 }, toyOverrides(toy));
    const [here, there] = cluster.nodes as [TestApp, TestApp];
    const id = await start(here);
    await toy.give(textDelta('one '));
    const following = collectOverSse(there, FOLLOW_SUBSCRIPTION, { id });
    // Somebody comes here and leaves: from now on the grace period runs.
    await collectOverSse(here, FOLLOW_SUBSCRIPTION, { id }, { until: () => true });
    await here.logged(({ message }) => message === 'a generation has no subscriber here any more');
    await toy.give(textDelta('two'));
    await toy.finish();
    expect(last(toEvents(await following))).toMatchObject({ generation: { text: 'one two' } });
  });

  it('takes tool results from another one, once', async () => {
    const toy = createToy(async function* ({ request: { messages } }) {
      if (messages.length === 1) {
        yield {
          type: 'tool-call',
          toolCall: {
            callId: 'a',
            name: 'weather',
            arguments: {},
            builtIn: false,
            result: null,
            opaque: null,
          },
        };
        yield finishEvent({ reason: 'tool-calls', rawReason: 'tool_calls' });
        return;
      }
      yield textDelta('sunny');
      yield finishEvent();
    });
    await using cluster = await startNodes(3, {}, toyOverrides(toy, { toy: { functionCalling: true } }));
    const [here, there, elsewhere] = cluster.nodes as [TestApp, TestApp, TestApp];
    const id = await start(here, {
      input: { ...input, tools: [{ function: { name: 'weather', parameters: { type: 'object' } } }] },
    });
    const following = collectOverSse(there, FOLLOW_SUBSCRIPTION, { id }, { until: () => false });
    await collectOverSse(elsewhere, FOLLOW_SUBSCRIPTION, { id });
    const wrong = await request(there, SUBMIT, { id, results: [{ callId: 'b', output: 1 }] });
    expect(wrong.errors).toMatchObject([{ extensions: { code: 'INVALID_REQUEST' } }]);
    const answers = await Promise.all(
      [there, elsewhere].map((node) => request(node, SUBMIT, { id, results: [{ callId: 'a', output: 1 }] })),
    );
    expect(answers.filter(({ errors }) => errors === undefined)).toHaveLength(1);
    expect(last(toEvents(await following))).toMatchObject({
      __typename: 'GenerationCompleted',
      generation: { text: 'sunny' },
    });
    expect(toy.calls).toHaveLength(2);
  });

  it('is the same one for the same idempotency key, wherever it is sent', async () => {
    const toy = createToy();
    await using cluster = await startNodes(3, {}, toyOverrides(toy));
    const ids = await Promise.all(cluster.nodes.map((node) => start(node, { input, key: 'order-1' })));
    expect(new Set(ids).size).toBe(1);
    const GENERATE = `mutation ($input: GenerateInput!) { generate(input: $input, idempotencyKey: "order-1") { id text } }`;
    const answers = await Promise.all(cluster.nodes.map((node) => request(node, GENERATE, { input })));
    for (const { data } of answers) expect(data.generate).toEqual({ id: ids[0], text: 'Hello' });
    expect(toy.calls).toHaveLength(1);
  });

  it('is nobody else’s on another one either', async () => {
    const { createHash } = await import('node:crypto');
    const keyOf = (id: string) => ({
      id,
      sha256: createHash('sha256').update(`mg_${id}_secret`).digest('hex'),
    });
    const toy = createSteppedToy();
    await using cluster = await startNodes(2, { apiKeys: [keyOf('alice'), keyOf('bob')] }, toyOverrides(toy));
    const [here, there] = cluster.nodes as [TestApp, TestApp];
    const as = (id: string) => ({ headers: { authorization: `Bearer mg_${id}_secret` } });
    const { data } = await request(here, START, { input }, as('alice'));
    const { id } = data.startGeneration;
    expect((await request(there, CANCEL, { id }, as('bob'))).errors).toMatchObject([
      { extensions: { code: 'NOT_FOUND' } },
    ]);
    expect((await request(there, READ, { id }, as('bob'))).data.generation).toBeNull();
    await toy.finish();
  });
});
