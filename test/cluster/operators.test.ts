import { describe, expect, it } from 'vitest';
import { request, type TestApp } from '../support/app/app.ts';
import { rawRequest } from '../support/app/raw-http.ts';
import { createToy, textDelta, toyOverrides, untilAborted } from '../support/app/toy-provider.ts';
import { named, postgres, startNodes } from './nodes.ts';

const START = 'mutation { startGeneration(input: { model: "toy", prompt: "Hi" }) { id } }';
const NODES = 'query { serverNodes { id version startedAt runningGenerations } }';
const RUNNING =
  'query { generations(status: [RUNNING], everyone: true) { totalCount nodes { id owner status text } } }';
const CANCEL = 'mutation ($id: ID!) { cancelGeneration(id: $id) { status } }';

const thinking = () =>
  toyOverrides(
    createToy(async function* ({ signal }) {
      yield textDelta('Well');
      yield await untilAborted(signal);
    }),
  );

describe.skipIf(postgres.problem !== null)(named('what is under way on several servers'), () => {
  it('is listed by each of them, and cancelled from any', async () => {
    await using cluster = await startNodes(2, {}, thinking());
    const [here, there] = cluster.nodes as [TestApp, TestApp];
    const ids = [await request(here, START), await request(there, START)].map(
      ({ data }) => data.startGeneration.id as string,
    );
    const running = async (count: number) => {
      for (;;) {
        const { data } = await request(there, RUNNING);
        if (data.generations.totalCount === count) return data.generations.nodes;
      }
    };
    const shown = await running(2);
    expect(new Set(shown.map(({ id }: { id: string }) => id))).toEqual(new Set(ids));
    expect(shown).toMatchObject([{ owner: 'local' }, { owner: 'local' }]);
    const { data } = await request(there, CANCEL, { id: ids[0] });
    expect(data.cancelGeneration.status).toBe('CANCELLED');
    expect(await running(1)).toMatchObject([{ id: ids[1] }]);
  });

  it('is counted for each server, and a server that has gone is listed no more', async () => {
    await using cluster = await startNodes(2, {}, thinking());
    const [here, there] = cluster.nodes as [TestApp, TestApp];
    await request(here, START);
    const nodes = async (matches: (found: readonly { runningGenerations: number }[]) => boolean) => {
      for (;;) {
        const found = (await request(there, NODES)).data.serverNodes;
        if (matches(found)) return found;
      }
    };
    const both = await nodes((found) => found.some(({ runningGenerations }) => runningGenerations === 1));
    expect(
      both.map(({ runningGenerations }: { runningGenerations: number }) => runningGenerations).toSorted(),
    ).toEqual([0, 1]);
    const { body } = await rawRequest(there, { path: '/metrics' });
    expect(body).toMatch(/^modelgraph_nodes 2$/m);
    await here.close();
    await nodes((found) => found.length === 1);
  });
});
