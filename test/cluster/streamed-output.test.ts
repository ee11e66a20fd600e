import { describe, expect, it } from 'vitest';
import { BAD, foldOf, GOOD, inputOf, pieces, said } from '../server/generations/output-harness.ts';
import { collectOverSse, collectOverWebSocket, request, type TestApp } from '../support/app/app.ts';
import { FOLLOW_SUBSCRIPTION, toEvents } from '../support/app/events.ts';
import { createSteppedToy } from '../support/app/stepped-toy.ts';
import { toyOverrides } from '../support/app/toy-provider.ts';
import { named, postgres, startNodes } from './nodes.ts';

const START = 'mutation ($input: GenerateInput!) { startGeneration(input: $input) { id } }';
const CANCEL = 'mutation ($id: ID!) { cancelGeneration(id: $id) { status text output } }';
const READ =
  'query ($id: ID!) { generation(id: $id) { output messages { assistant { text } user { text } } } }';

const startTwo = async () => {
  const toy = createSteppedToy();
  const cluster = await startNodes(2, {}, toyOverrides(toy, { toy: { structuredOutput: true } }));
  const [here, there] = cluster.nodes as [TestApp, TestApp];
  const input = inputOf('REPAIR', { streamOutput: true });
  const { data } = await request(here, START, { input });
  return {
    toy,
    here,
    there,
    id: data.startGeneration.id as string,
    [Symbol.asyncDispose]: () => cluster[Symbol.asyncDispose](),
  };
};

describe.skipIf(postgres.problem !== null).each([
  ['websocket', collectOverWebSocket],
  ['sse', collectOverSse],
] as const)(named('a streamed document of one server, over %s'), (_transport, collect) => {
  it('is followed on another one, through its repair', async () => {
    await using cluster = await startTwo();
    const { toy, here, there, id } = cluster;
    const following = collect(there, FOLLOW_SUBSCRIPTION, { id });
    await toy.give(...said(BAD));
    await toy.call(1);
    await toy.give(...said(GOOD));
    const events = toEvents(await following);
    const output = JSON.parse(GOOD);
    expect(events.at(-1)).toMatchObject({ __typename: 'GenerationCompleted', generation: { output } });
    expect(foldOf(events)).toEqual(output);
    const warnedAt = events.findIndex(({ __typename }) => __typename === 'WarningRaised');
    expect(foldOf(events.slice(0, warnedAt))).toEqual(JSON.parse(BAD));
    const [own, others] = await Promise.all([here, there].map((node) => request(node, READ, { id })));
    expect(others).toEqual(own);
    expect(own?.data.generation).toMatchObject({
      output,
      messages: [{ assistant: { text: BAD } }, { user: [{}] }, { assistant: { text: GOOD } }],
    });
  });

  it('is cancelled from another one, in the turn that repairs it', async () => {
    await using cluster = await startTwo();
    const { toy, there, id } = cluster;
    const following = collect(there, FOLLOW_SUBSCRIPTION, { id });
    await toy.give(...said(BAD));
    await toy.call(1);
    await toy.give(...pieces('{"city":"Ge'));
    const { data } = await request(there, CANCEL, { id });
    expect(data.cancelGeneration).toEqual({ status: 'CANCELLED', text: `${BAD}{"city":"Ge`, output: null });
    await toy.aborted(1);
    const events = toEvents(await following);
    expect(events.at(-1)).toMatchObject({ __typename: 'GenerationCancelled' });
    expect(foldOf(events)).toEqual({ city: 'Ge' });
  });
});
