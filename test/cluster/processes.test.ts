import { describe, expect, it } from 'vitest';
import { collectOverSse, collectOverWebSocket, request } from '../support/app/app.ts';
import { type Event, FOLLOW_SUBSCRIPTION, GENERATE_SUBSCRIPTION, toEvents } from '../support/app/events.ts';
import { startHurriedProcess, startServerProcess } from '../support/app/server-process.ts';
import { named, postgres } from './nodes.ts';

const STREAMS = [collectOverWebSocket, collectOverSse] as const;
const ENDS = ['GenerationCompleted', 'GenerationFailed', 'GenerationCancelled'];
const START = `mutation ($input: GenerateInput!) { startGeneration(input: $input) { id } }`;

const startProcesses = async (count: number, start = startServerProcess) => {
  const database = await postgres.createDatabase();
  const processes = await Promise.all(
    Array.from({ length: count }, () => start({ DATABASE_URL: database.url, MODELGRAPH_DEMO_DELAY_MS: '2' })),
  );
  return {
    processes,
    [Symbol.asyncDispose]: async () => {
      await Promise.all(processes.map((each) => each[Symbol.asyncDispose]()));
      await database[Symbol.asyncDispose]();
    },
  };
};

const textOf = (events: readonly Event[]): string =>
  events
    .filter(({ __typename }) => __typename === 'TextDelta')
    .map((event) => String(event['text']))
    .join('');

// Each test starts servers as processes of their own, which takes long where other work is done as well.
const PATIENCE = { timeout: 150_000 };

describe.skipIf(postgres.problem !== null)(
  named('three server processes on one PostgreSQL'),
  PATIENCE,
  () => {
    it('give a client that changes to another one at every tenth event exactly what one gives that stays', async () => {
      await using cluster = await startProcesses(3);
      const [home] = cluster.processes;
      if (home === undefined) throw new Error('a server was expected');
      // It leaves servers by an explicit `complete`, which would cancel a generation without other subscribers.
      const input = { model: 'demo-reasoning', prompt: 'Hello', onDisconnect: 'CONTINUE' };
      const whole = toEvents(await collectOverWebSocket(home, GENERATE_SUBSCRIPTION, { input }));
      const seen: Event[] = [];
      for (let turn = 0; !ENDS.includes(seen.at(-1)?.__typename ?? ''); turn += 1) {
        const server = cluster.processes[turn % 3] ?? home;
        const collect = STREAMS[turn % 2] ?? collectOverSse;
        const id = seen.at(-1)?.['generationId'] as string | undefined;
        const after = seen.at(-1)?.['cursor'] as string | undefined;
        const until = (_result: unknown, index: number): boolean => index === 9;
        const results =
          id === undefined
            ? await collect(server, GENERATE_SUBSCRIPTION, { input }, { until })
            : await collect(server, FOLLOW_SUBSCRIPTION, { id, after }, { until });
        seen.push(...toEvents(results));
      }
      expect(textOf(seen)).toBe(textOf(whole));
      for (const [index, { sequence }] of seen.entries())
        expect(sequence).toBeGreaterThan(seen[index - 1]?.sequence ?? 0);
      let offset = 0;
      for (const event of seen) {
        if (event.__typename !== 'TextDelta') continue;
        expect(event['offset']).toBe(offset);
        offset += String(event['text']).length;
      }
      expect(seen.at(-1)).toMatchObject({ generation: { text: textOf(whole) } });
    });

    it('leave nothing running when one of them is killed', async () => {
      await using cluster = await startProcesses(2, startHurriedProcess);
      const [killed, left] = cluster.processes;
      if (killed === undefined || left === undefined) throw new Error('two servers were expected');
      const { data } = await request(killed, START, { input: { model: 'demo-long', prompt: 'Hello' } });
      const { id } = data.startGeneration;
      const following = STREAMS.map((collect) => collect(left, FOLLOW_SUBSCRIPTION, { id }));
      // What this one sees last may not have been stored when its server dies.
      const ahead = toEvents(
        await collectOverWebSocket(
          killed,
          FOLLOW_SUBSCRIPTION,
          { id },
          { until: (_r, index) => index === 200 },
        ),
      );
      killed.child.kill('SIGKILL');
      await killed.exited;
      const followed = (await Promise.all(following)).map(toEvents);
      for (const events of followed) {
        expect(events.at(-1)).toMatchObject({
          __typename: 'GenerationFailed',
          error: { code: 'GENERATION_INTERRUPTED', retryable: true },
          generation: { status: 'FAILED', text: textOf(events) },
        });
        expect(events.map(({ sequence }) => sequence).toSorted((a, b) => a - b)).toEqual(
          events.map(({ sequence }) => sequence),
        );
      }
      const end = followed[0]?.at(-1);
      const resumed = toEvents(
        await collectOverSse(left, FOLLOW_SUBSCRIPTION, { id, after: ahead.at(-1)?.['cursor'] }),
      );
      expect(resumed.at(-1)).toEqual(end);
      const running = await request(
        left,
        '{ generations(status: [QUEUED, RUNNING, REQUIRES_ACTION]) { totalCount } }',
      );
      expect(running.data.generations.totalCount).toBe(0);
    });
  },
);

describe('one server process on SQLite', PATIENCE, () => {
  it('ends what it was doing when it was killed, and keeps what had ended', async () => {
    const { temporaryFolder } = await import('../support/temporary-folder.ts');
    await using folder = temporaryFolder();
    const environment = { MODELGRAPH_DATA: folder.path, MODELGRAPH_DEMO_DELAY_MS: '1' };
    const before = await startServerProcess(environment);
    const done = toEvents(
      await collectOverSse(before, GENERATE_SUBSCRIPTION, { input: { model: 'demo', prompt: 'Hello' } }),
    );
    const { data } = await request(before, START, { input: { model: 'demo-long', prompt: 'Hello' } });
    const { id } = data.startGeneration;
    const seen = toEvents(
      await collectOverSse(before, FOLLOW_SUBSCRIPTION, { id }, { until: (_r, index) => index === 400 }),
    );
    before.child.kill('SIGKILL');
    await before[Symbol.asyncDispose]();
    await using after = await startServerProcess(environment);
    const READ = `query ($id: ID!) { generation(id: $id) { status text error { code } } }`;
    expect((await request(after, READ, { id: done[0]?.['generationId'] })).data.generation).toMatchObject({
      status: 'COMPLETED',
      text: done.at(-1)?.['generation'].text,
    });
    const { generation } = (await request(after, READ, { id })).data;
    expect(generation).toMatchObject({ status: 'FAILED', error: { code: 'GENERATION_INTERRUPTED' } });
    expect(generation.text).not.toBe('');
    const resumed = toEvents(
      await collectOverSse(after, FOLLOW_SUBSCRIPTION, { id, after: seen.at(-1)?.['cursor'] }),
    );
    expect(resumed.at(-1)).toMatchObject({
      __typename: 'GenerationFailed',
      error: { code: 'GENERATION_INTERRUPTED' },
    });
  });

  it('has its directory to itself', async () => {
    const { temporaryFolder } = await import('../support/temporary-folder.ts');
    await using folder = temporaryFolder();
    await using _first = await startServerProcess({ MODELGRAPH_DATA: folder.path });
    await expect(startServerProcess({ MODELGRAPH_DATA: folder.path })).rejects.toThrow(/MODELGRAPH_DATA/);
  });
});
