import { describe, expect, it } from 'vitest';
import { collectOverSse, collectOverWebSocket, request, startApp } from '../../support/app/app.ts';
import { GENERATE_ONCE, toEvents } from '../../support/app/events.ts';
import { createSteppedToy } from '../../support/app/stepped-toy.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { createToy, textDelta, toyOverrides } from '../../support/app/toy-provider.ts';

const GENERATE = `mutation ($input: GenerateInput!, $key: String) { generate(input: $input, idempotencyKey: $key) { id text } }`;
const START = `mutation ($input: GenerateInput!, $key: String) { startGeneration(input: $input, idempotencyKey: $key) { id } }`;
const input = { model: 'toy', prompt: 'Hi' };

describe('the same idempotency key with the same input', () => {
  it('gives the same generation, whichever way it is asked for, and asks the provider once', async () => {
    const toy = createToy();
    await using app = await startApp({}, toyOverrides(toy));
    const variables = { input, key: 'order-1' };
    const first = await request(app, GENERATE, variables);
    const second = await request(app, GENERATE, variables);
    const started = await request(app, START, variables);
    const streams = [
      await collectOverWebSocket(app, GENERATE_ONCE, variables),
      await collectOverSse(app, GENERATE_ONCE, variables),
    ].map(toEvents);
    expect(second.data).toEqual(first.data);
    expect(started.data.startGeneration.id).toBe(first.data.generate.id);
    for (const events of streams) {
      expect(events[0]).toMatchObject({
        __typename: 'GenerationStarted',
        generationId: first.data.generate.id,
      });
      expect(events.at(-1)).toMatchObject({ generation: { text: 'Hello' } });
    }
    expect(toy.calls).toHaveLength(1);
  });

  it('gives the one that is still running, to many at once', async () => {
    const toy = createSteppedToy();
    await using app = await startApp({}, toyOverrides(toy));
    const all = Array.from({ length: 5 }, () => request(app, GENERATE, { input, key: 'order-2' }));
    await toy.give(textDelta('Hello'));
    await toy.finish();
    const ids = (await Promise.all(all)).map(({ data }) => data.generate.id as string);
    expect(new Set(ids).size).toBe(1);
    expect(toy.calls).toHaveLength(1);
  });

  it('gives it after the server was started anew', async () => {
    await using folder = temporaryFolder();
    const toy = createToy();
    const variables = { input, key: 'order-3' };
    const before = await startApp({ dataDirectory: folder.path }, toyOverrides(toy));
    const first = await request(before, GENERATE, variables);
    await before.close();
    await using after = await startApp({ dataDirectory: folder.path }, toyOverrides(toy));
    expect((await request(after, GENERATE, variables)).data).toEqual(first.data);
    expect(toy.calls).toHaveLength(1);
  });

  it('is told apart by principal', async () => {
    const { createHash } = await import('node:crypto');
    const toy = createToy();
    const keyOf = (id: string) => ({
      id,
      sha256: createHash('sha256').update(`mg_${id}_secret`).digest('hex'),
    });
    await using app = await startApp({ apiKeys: [keyOf('alice'), keyOf('bob')] }, toyOverrides(toy));
    const as = (id: string) => ({ headers: { authorization: `Bearer mg_${id}_secret` } });
    const mine = await request(app, GENERATE, { input, key: 'same' }, as('alice'));
    const yours = await request(app, GENERATE, { input, key: 'same' }, as('bob'));
    expect(yours.data.generate.id).not.toBe(mine.data.generate.id);
    const list = await request(app, '{ generations { totalCount nodes { id } } }', {}, as('bob'));
    expect(list.data.generations).toEqual({ totalCount: 1, nodes: [{ id: yours.data.generate.id }] });
  });
});

describe('an idempotency key', () => {
  it('with another input is refused, and nothing is started', async () => {
    const toy = createToy();
    await using app = await startApp({}, toyOverrides(toy));
    await request(app, GENERATE, { input, key: 'order-4' });
    const answers = [
      await request(app, GENERATE, { input: { ...input, prompt: 'Bye' }, key: 'order-4' }),
      ...(await collectOverSse(app, GENERATE_ONCE, { input: { ...input, prompt: 'Bye' }, key: 'order-4' })),
    ];
    for (const { errors } of answers)
      expect(errors).toMatchObject([{ extensions: { code: 'INVALID_REQUEST', path: ['idempotencyKey'] } }]);
    expect(toy.calls).toHaveLength(1);
  });

  it('of a request that was refused is free for the next one', async () => {
    const toy = createToy();
    await using app = await startApp({}, toyOverrides(toy));
    expect((await request(app, GENERATE, { input: { ...input, topP: 9 }, key: 'k' })).errors).toHaveLength(1);
    expect((await request(app, GENERATE, { input, key: 'k' })).data.generate.text).toBe('Hello');
  });

  it.each(['', 'x'.repeat(257)])('that is no key is refused: %#', async (key) => {
    await using app = await startApp({}, toyOverrides(createToy()));
    expect((await request(app, GENERATE, { input, key })).errors).toMatchObject([
      { extensions: { code: 'INVALID_REQUEST', path: ['idempotencyKey'] } },
    ]);
  });
});
