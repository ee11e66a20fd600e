import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { AppOverrides } from '../../../src/app.ts';
import { openSqliteDb } from '../../../src/stores/db/sqlite-db.ts';
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
  GENERATE_ONCE,
  GENERATE_SUBSCRIPTION,
  toEvents,
} from '../../support/app/events.ts';
import { createSteppedToy } from '../../support/app/stepped-toy.ts';
import { answerOf, createToy, finishEvent, textDelta, toyOverrides } from '../../support/app/toy-provider.ts';
import { findBatchEngines } from '../../support/databases/batch-database.ts';
import { findInFiles, goneFromFiles } from '../../support/find-in-files.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const STREAMS = { websocket: collectOverWebSocket, sse: collectOverSse } as const;
const DELETE = `mutation ($id: ID!) { deleteGeneration(id: $id) }`;
const READ = `query ($id: ID!) { generation(id: $id) { id text } node(id: $id) { id } generations { totalCount nodes { id } } }`;
const START = `mutation ($input: GenerateInput!) { startGeneration(input: $input) { id } }`;
const DAY_MS = 86_400_000;
const dayIn = (days: number): string => new Date(Date.now() + days * DAY_MS).toISOString().slice(0, 10);
const USAGE = `query { viewer { usage(from: "${dayIn(-1)}", to: "${dayIn(1)}", by: [MODEL, STATUS]) { model status generations } } }`;

/** A file whose traces are erased at once. */
const hurried = (directory: string): AppOverrides => ({
  openDb: (_settings, log) => openSqliteDb(directory, log, { eraseAfterMs: 0 }),
});

const idOf = ([first]: readonly Event[]): string => String(first?.['generationId']);

const expectGone = async (app: TestApp, id: string): Promise<void> => {
  const { data } = await request(app, READ, { id });
  expect(data).toEqual({ generation: null, node: null, generations: { totalCount: 0, nodes: [] } });
  const again = await request(app, DELETE, { id });
  expect(again.errors?.[0]).toMatchObject({ extensions: { code: 'NOT_FOUND' } });
  for (const stream of Object.values(STREAMS)) {
    const answer = await stream(app, FOLLOW_SUBSCRIPTION, { id }).catch((error: unknown) => error);
    expect(JSON.stringify(answer)).toContain('NOT_FOUND');
  }
};

describe('a generation that was deleted', () => {
  it('is gone from the API and, in a while, from every byte of the files of SQLite; what it cost stays', async () => {
    await using folder = temporaryFolder();
    const prompt = `prompt-${randomUUID()}`;
    const answer = `answer-${randomUUID()}`;
    const key = `key-${randomUUID()}`;
    const note = `note-${randomUUID()}`;
    const texts = [answer, key, note];
    const toy = createToy(answerOf(textDelta(answer), finishEvent()));
    await using app = await startApp({}, { ...toyOverrides(toy), ...hurried(folder.path) });
    const input = { model: 'toy', prompt, metadata: { note } };
    const events = toEvents(await collectOverSse(app, GENERATE_ONCE, { input, key }));
    const id = idOf(events);
    // The end of a stream is stored after it has been sent.
    await expect.poll(() => findInFiles(folder.path, texts)).toEqual(texts);
    expect((await request(app, DELETE, { id })).data).toEqual({ deleteGeneration: id });
    await expectGone(app, id);
    await goneFromFiles(folder.path, [prompt, ...texts]);
    expect((await request(app, USAGE)).data.viewer.usage).toEqual([
      { model: 'toy', status: 'COMPLETED', generations: 1 },
    ]);
    // The key stands for nothing any more.
    const next = toEvents(await collectOverSse(app, GENERATE_ONCE, { input, key }));
    expect(idOf(next)).not.toBe(id);
    expect(toy.calls).toHaveLength(2);
  });

  it('leaves nothing among many others that stay, whatever the file has moved meanwhile', async () => {
    await using folder = temporaryFolder();
    const answers: string[] = [];
    const toy = createToy(async function* ({ request: { messages } }) {
      const { length } = JSON.stringify(messages);
      const answer = `answer-${randomUUID()}`;
      answers.push(answer);
      for (let piece = 0; piece < 6; piece += 1)
        yield textDelta(`${answer} ${'x'.repeat((length * 37) % 700)} `);
      yield finishEvent();
    });
    await using app = await startApp({}, { ...toyOverrides(toy), ...hurried(folder.path) });
    const ids: string[] = [];
    for (let index = 0; index < 60; index += 1) {
      const input = { model: 'toy', prompt: 'Hi'.repeat(1 + ((index * 7) % 23)) };
      const { data } = await request(
        app,
        `mutation ($input: GenerateInput!) { generate(input: $input) { id } }`,
        {
          input,
        },
      );
      ids.push(data.generate.id as string);
    }
    const isKept = (_: unknown, index: number): boolean => index % 3 === 0;
    for (const id of ids.filter((each, index) => !isKept(each, index))) await request(app, DELETE, { id });
    await goneFromFiles(
      folder.path,
      answers.filter((each, index) => !isKept(each, index)),
    );
    const kept = answers.filter(isKept);
    expect(await findInFiles(folder.path, kept)).toEqual(kept);
    const { data } = await request(app, `{ generations { totalCount } }`);
    expect(data.generations.totalCount).toBe(20);
  });

  it('leaves nothing behind where the server was stopped before its traces were erased', async () => {
    await using folder = temporaryFolder();
    const answer = `answer-${randomUUID()}`;
    const toy = createToy(answerOf(textDelta(answer), finishEvent()));
    {
      await using app = await startApp({ dataDirectory: folder.path }, toyOverrides(toy));
      const input = { model: 'toy', prompt: 'Hi' };
      const id = idOf(toEvents(await collectOverSse(app, GENERATE_SUBSCRIPTION, { input })));
      await request(app, DELETE, { id });
    }
    await using app = await startApp({}, { ...toyOverrides(toy), ...hurried(folder.path) });
    await goneFromFiles(folder.path, [answer]);
    expect((await request(app, `{ generations { totalCount } }`)).data.generations.totalCount).toBe(0);
  });

  it.each(['websocket', 'sse'] as const)(
    'is cancelled where it runs, and its followers over %s hear that it was deleted',
    async (transport) => {
      await using folder = temporaryFolder();
      const answer = `answer-${randomUUID()}`;
      const toy = createSteppedToy();
      await using app = await startApp({}, { ...toyOverrides(toy), ...hurried(folder.path) });
      const { data } = await request(app, START, { input: { model: 'toy', prompt: 'Hi' } });
      const id = data.startGeneration.id as string;
      await toy.give(textDelta(answer));
      const heard = Promise.withResolvers<void>();
      const following = STREAMS[transport](
        app,
        FOLLOW_SUBSCRIPTION,
        { id },
        {
          until: (result) => {
            if (JSON.stringify(result).includes(answer)) heard.resolve();
            return false;
          },
        },
      );
      await heard.promise;
      expect((await request(app, DELETE, { id })).data).toEqual({ deleteGeneration: id });
      await toy.aborted(0);
      expect(toEvents(await following).at(-1)).toMatchObject({
        __typename: 'GenerationFailed',
        error: { code: 'GENERATION_CANCELLED', message: 'The generation was deleted.' },
        generation: { id, text: '' },
      });
      await expectGone(app, id);
      await goneFromFiles(folder.path, [answer]);
      expect((await request(app, USAGE)).data.viewer.usage).toEqual([
        { model: 'toy', status: 'CANCELLED', generations: 1 },
      ]);
    },
  );

  it('ends a mutation that waits for it', async () => {
    const toy = createSteppedToy();
    await using app = await startApp({}, toyOverrides(toy));
    const waiting = request(app, `mutation ($input: GenerateInput!) { generate(input: $input) { id } }`, {
      input: { model: 'toy', prompt: 'Hi' },
    });
    await toy.give(textDelta('one'));
    const { data } = await request(app, `{ generations { nodes { id } } }`);
    const id = data.generations.nodes[0].id as string;
    await request(app, DELETE, { id });
    expect((await waiting).errors?.[0]).toMatchObject({ extensions: { code: 'GENERATION_CANCELLED' } });
  });

  it('belongs to its principal: another one is told what it is told of an id that there is not', async () => {
    const toy = createToy(answerOf(textDelta('one'), finishEvent()));
    const { createHash } = await import('node:crypto');
    const keys = ['alice', 'bobby'].map((name) => ({ id: name, key: `mg_${name}_${'s'.repeat(32)}` }));
    const apiKeys = keys.map(({ id, key }) => ({
      id,
      sha256: createHash('sha256').update(key).digest('hex'),
    }));
    await using app = await startApp({ apiKeys }, toyOverrides(toy));
    const [alice, bob] = keys.map(({ key }) => ({ headers: { authorization: `Bearer ${key}` } }));
    const { data } = await request(app, START, { input: { model: 'toy', prompt: 'Hi' } }, alice);
    const id = data.startGeneration.id as string;
    const foreign = await request(app, DELETE, { id }, bob);
    const unknown = await request(app, DELETE, { id: 'gen_none' }, bob);
    expect(foreign.errors?.[0]?.message.replace(id, 'gen_none')).toBe(unknown.errors?.[0]?.message);
    expect(foreign.errors?.[0]?.extensions?.['code']).toBe('NOT_FOUND');
    expect((await request(app, DELETE, { id }, alice)).data).toEqual({ deleteGeneration: id });
  });
});

describe.each(await findBatchEngines())('the rows of a deleted generation on $name', ({ problem, open }) => {
  it.skipIf(problem !== null)('are gone, those that name it as well', async () => {
    await using database = await open();
    const toy = createToy(answerOf(textDelta('one'), finishEvent()));
    await using app = await startApp(database.settings, toyOverrides(toy));
    const input = { model: 'toy', prompt: 'Hi' };
    const events = toEvents(await collectOverSse(app, GENERATE_ONCE, { input, key: 'a key' }));
    expect(await database.query('SELECT 1 AS found FROM idempotency')).toHaveLength(1);
    await request(app, DELETE, { id: idOf(events) });
    for (const table of [
      'generation',
      'generation_event',
      'idempotency',
      'generation_command',
      'generation_follower',
    ])
      expect(await database.query(`SELECT 1 AS found FROM ${table}`)).toEqual([]);
    const [row] = await database.query('SELECT * FROM ledger');
    expect(row).toMatchObject({ principal_id: 'local', model: 'toy', status: 'completed' });
    expect(JSON.stringify(row)).not.toContain(idOf(events));
  });
});
