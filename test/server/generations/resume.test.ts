import { describe, expect, it } from 'vitest';
import {
  collectOverSse,
  collectOverWebSocket,
  request,
  startApp,
  type TestApp,
} from '../../support/app/app.ts';
import {
  type Event,
  FOLLOW_SUBSCRIPTION,
  GENERATE_SUBSCRIPTION,
  toEvents,
  toNormalEvents,
} from '../../support/app/events.ts';
import { createSteppedToy } from '../../support/app/stepped-toy.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { textDelta, toyModels, toyOverrides } from '../../support/app/toy-provider.ts';

const STREAMS = { websocket: collectOverWebSocket, sse: collectOverSse } as const;
const TRANSPORTS = ['websocket', 'sse'] as const;
const START = `mutation ($input: GenerateInput!) { startGeneration(input: $input) { id status } }`;

const input = { model: 'demo-reasoning', prompt: 'Hello' };

const textOf = (events: readonly Event[]): string =>
  events
    .filter(({ __typename }) => __typename === 'TextDelta')
    .map((event) => {
      return String(event['text']);
    })
    .join('');

const expectTailsOf = async (
  whole: readonly Event[],
  app: TestApp,
  transport: (typeof TRANSPORTS)[number],
): Promise<void> => {
  const id = whole[0]?.['generationId'];
  const again = toEvents(await STREAMS[transport](app, FOLLOW_SUBSCRIPTION, { id }));
  expect(toNormalEvents(again)).toEqual(toNormalEvents(whole));
  for (const [index, { cursor }] of whole.entries()) {
    const rest = toEvents(await STREAMS[transport](app, FOLLOW_SUBSCRIPTION, { id, after: cursor }));
    expect(toNormalEvents(rest)).toEqual(toNormalEvents(whole.slice(index + 1)));
  }
};

describe.each(TRANSPORTS)('a generation that has ended, followed over %s', (transport) => {
  it('gives all its events, and from every cursor exactly those after it', async () => {
    await using app = await startApp();
    const whole = toEvents(await STREAMS[transport](app, GENERATE_SUBSCRIPTION, { input }));
    await expectTailsOf(whole, app, transport);
  });

  it('gives the same after the server was started anew', async () => {
    await using folder = temporaryFolder();
    const before = await startApp({ dataDirectory: folder.path });
    const whole = toEvents(await STREAMS[transport](before, GENERATE_SUBSCRIPTION, { input }));
    await before.close();
    await using after = await startApp({ dataDirectory: folder.path });
    await expectTailsOf(whole, after, transport);
  });

  it('is told as a snapshot and its end where its events are no longer kept', async () => {
    await using folder = temporaryFolder();
    const before = await startApp({ dataDirectory: folder.path, eventRetentionMs: 0 });
    const whole = toEvents(await STREAMS[transport](before, GENERATE_SUBSCRIPTION, { input }));
    await before.close();
    await using app = await startApp({ dataDirectory: folder.path, eventRetentionMs: 0 });
    const { generationId: id, sequence, generation, cursor: end } = whole.at(-1) as Event;
    for (const after of [undefined, whole[2]?.['cursor']]) {
      const rest = toEvents(await STREAMS[transport](app, FOLLOW_SUBSCRIPTION, { id, after }));
      expect(rest.map((event) => [event.__typename, event.sequence, event['generation']])).toEqual([
        ['GenerationSnapshot', sequence - 1, generation],
        ['GenerationCompleted', sequence, generation],
      ]);
    }
    expect(await STREAMS[transport](app, FOLLOW_SUBSCRIPTION, { id, after: end })).toEqual([]);
  });
});

describe.each(TRANSPORTS)('a generation that is running, resumed over %s', (transport) => {
  it('gives what came meanwhile once, then what comes', async () => {
    const toy = createSteppedToy();
    await using app = await startApp({ disconnectGraceMs: 60_000 }, toyOverrides(toy));
    const seen: Event[] = [];
    const first = STREAMS[transport](
      app,
      GENERATE_SUBSCRIPTION,
      { input: { model: 'toy', prompt: 'Hi' } },
      { until: ({ data }) => data.generate.text === 'two ' },
    );
    await toy.give(textDelta('one '), textDelta('two '));
    seen.push(...toEvents(await first));
    const { generationId: id, cursor: after } = seen.at(-1) as Event;
    await toy.give(textDelta('three '));
    const second = STREAMS[transport](app, FOLLOW_SUBSCRIPTION, { id, after });
    await toy.give(textDelta('four'));
    await toy.finish();
    seen.push(...toEvents(await second));
    expect(textOf(seen)).toBe('one two three four');
    expect(seen.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(seen.at(-1)?.__typename).toBe('GenerationCompleted');
    expect(toy.calls).toHaveLength(1);
  });

  it('can be joined by others from its beginning', async () => {
    const toy = createSteppedToy();
    await using app = await startApp({}, toyOverrides(toy));
    const started = await request(app, START, { input: { model: 'toy', prompt: 'Hi' } });
    const { id, status } = started.data.startGeneration;
    expect(['QUEUED', 'RUNNING']).toContain(status);
    await toy.give(textDelta('one '));
    const followers = [1, 2].map(() => STREAMS[transport](app, FOLLOW_SUBSCRIPTION, { id }));
    await toy.give(textDelta('two'));
    await toy.finish();
    const [mine, yours] = (await Promise.all(followers)).map(toEvents);
    expect(textOf(mine ?? [])).toBe('one two');
    expect(yours).toEqual(mine);
  });
});

describe.each(TRANSPORTS)('what cannot be followed over %s', (transport) => {
  const refusalOf = async (variables: Record<string, unknown>, eventRetentionMs = 60_000) => {
    await using app = await startApp({ eventRetentionMs });
    const whole = toEvents(await STREAMS[transport](app, GENERATE_SUBSCRIPTION, { input }));
    const other = toEvents(await STREAMS[transport](app, GENERATE_SUBSCRIPTION, { input }));
    const id = whole[0]?.['generationId'];
    const foreign = other[0]?.['cursor'];
    const beyond = Buffer.from(`${String(id)}:99999`).toString('base64url');
    const cursors: Record<string, unknown> = { foreign, beyond };
    const answers = await STREAMS[transport](app, FOLLOW_SUBSCRIPTION, {
      id: variables['id'] ?? id,
      after: cursors[String(variables['after'])] ?? variables['after'],
    });
    expect(answers).toHaveLength(1);
    return answers[0]?.errors?.[0]?.extensions;
  };

  it.each([
    ['a generation nobody knows', { id: 'gen_nobody' }, 'NOT_FOUND', ['id']],
    ['a cursor of another generation', { after: 'foreign' }, 'INVALID_REQUEST', ['after']],
    ['a cursor that is none', { after: 'nonsense' }, 'INVALID_REQUEST', ['after']],
    ['a cursor beyond the end', { after: 'beyond' }, 'INVALID_REQUEST', ['after']],
  ] as const)('is refused: %s', async (_what, variables, code, path) => {
    expect(await refusalOf(variables)).toMatchObject({ code, path, retryable: false });
  });
});

describe('deltas that follow each other closely', () => {
  it('reach a subscriber as one where they are to be joined, and lose nothing', async () => {
    const answer = async function* () {
      for (let index = 0; index < 50; index += 1) yield textDelta(`${index} `);
      yield { type: 'finish', reason: 'stop', rawReason: 'stop', usage: null, state: null } as const;
    };
    const toy = createSteppedToy();
    const descriptor = { ...toy.descriptor };
    await using app = await startApp(
      { coalesceMs: 1_000 },
      {
        providers: [
          {
            ...descriptor,
            load: () =>
              Promise.resolve(() => (config) => ({
                config,
                stream: () => answer(),
                generate: () => Promise.reject(new Error('not asked')),
              })),
          },
        ],
        models: toyModels({ toy: {} }),
        aliases: {},
      },
    );
    const events = toEvents(
      await collectOverWebSocket(app, GENERATE_SUBSCRIPTION, { input: { model: 'toy', prompt: 'Hi' } }),
    );
    const deltas = events.filter(({ __typename }) => __typename === 'TextDelta');
    expect(deltas.length).toBeLessThanOrEqual(3);
    expect(textOf(events)).toBe(Array.from({ length: 50 }, (_, index) => `${index} `).join(''));
    expect(events.at(-1)).toMatchObject({ __typename: 'GenerationCompleted', sequence: 52 });
  });
});
