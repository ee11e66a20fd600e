import { describe, expect, it } from 'vitest';
import { collectOverSse, collectOverWebSocket, request, startApp } from '../support/app/app.ts';
import { type Event, FOLLOW_SUBSCRIPTION, GENERATE_SUBSCRIPTION, toEvents } from '../support/app/events.ts';
import { startPostgres } from '../support/databases/postgres-server.ts';
import { createSteppedToy } from '../support/app/stepped-toy.ts';
import { textDelta, toyOverrides } from '../support/app/toy-provider.ts';
import { named, postgres, TIMING } from './nodes.ts';

const START = `mutation ($input: GenerateInput!, $key: String) { startGeneration(input: $input, idempotencyKey: $key) { id } }`;
const READ = `query ($id: ID!) { generation(id: $id) { status text lastSequence } }`;
const input = { model: 'toy', prompt: 'Hi' };

const readiness = async (url: string): Promise<number> => (await fetch(new URL('/health/ready', url))).status;

const metric = async (url: string, name: string): Promise<string | undefined> =>
  (await (await fetch(new URL('/metrics', url))).text())
    .split('\n')
    .find((line) => line.startsWith(`${name} `));

/** Asks again and again until it is so; each answer is a round trip, so that nothing spins. */
const until = async (isSo: () => Promise<boolean>): Promise<void> => {
  while (!(await isSo())) await new Promise((resolve) => setImmediate(resolve));
};

describe.skipIf(postgres.problem !== null)(named('while the database is away'), () => {
  it('a server goes on with its own streams, says so, refuses what needs it, and makes up for it', {
    timeout: 90_000,
  }, async () => {
    const server = await startPostgres();
    const toy = createSteppedToy();
    const nodes = await Promise.all(
      [1, 2].map(() => startApp({ databaseUrl: server.url }, { ...toyOverrides(toy), timing: TIMING })),
    );
    const [here, there] = nodes;
    if (here === undefined || there === undefined) throw new Error('two servers were expected');
    try {
      const remote = (await request(there, START, { input })).data.startGeneration.id as string;
      await toy.give(textDelta('theirs '));
      const live = collectOverWebSocket(here, GENERATE_SUBSCRIPTION, { input });
      await toy.call(1);
      await toy.give(textDelta('before '));
      await server.stop();
      await toy.give(textDelta('during '));
      await until(async () => (await metric(here.url, 'modelgraph_store_up')) === 'modelgraph_store_up 0');
      // Its own stream and a new one go on.
      await toy.give(textDelta('still'));
      await toy.finish();
      const events = toEvents(await live);
      expect(events.at(-1)).toMatchObject({
        __typename: 'GenerationCompleted',
        generation: { text: 'before during still' },
      });
      const id = events[0]?.['generationId'] as string;
      expect((await request(here, READ, { id })).data.generation.status).toBe('COMPLETED');
      const fresh = collectOverSse(here, GENERATE_SUBSCRIPTION, { input });
      await toy.call(2);
      await toy.give(textDelta('new'));
      await toy.finish();
      const freshEvents: Event[] = toEvents(await fresh);
      expect(freshEvents.at(-1)).toMatchObject({ generation: { text: 'new' } });
      // What cannot be done without it is refused in so many words.
      for (const { errors } of [
        await request(here, START, { input, key: 'order-1' }),
        await request(here, READ, { id: remote }),
        await request(here, '{ generations { totalCount } }'),
      ])
        expect(errors).toMatchObject([{ extensions: { code: 'SERVICE_UNAVAILABLE', retryable: true } }]);
      await until(async () => (await readiness(here.url)) === 503);

      await server.start();
      await until(async () => (await readiness(here.url)) === 200);
      // The other server knows by now what happened meanwhile, event by event.
      await until(async () => {
        const { data } = await request(there, READ, { id: freshEvents[0]?.['generationId'] });
        return data?.generation?.status === 'COMPLETED';
      });
      const told = toEvents(await collectOverSse(there, FOLLOW_SUBSCRIPTION, { id }));
      expect(told.at(-1)).toEqual(events.at(-1));
      expect(told.at(-1)?.sequence).toBe(events.at(-1)?.sequence);
      await until(async () => (await request(here, READ, { id: remote })).data.generation.text === 'theirs ');
    } finally {
      await Promise.all(nodes.map((node) => node.close()));
      await server.remove();
    }
  });
});
