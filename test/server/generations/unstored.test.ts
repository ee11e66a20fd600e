import { randomUUID } from 'node:crypto';
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
  GENERATE_ONCE,
  GENERATE_SUBSCRIPTION,
  toEvents,
} from '../../support/app/events.ts';
import { createSteppedToy } from '../../support/app/stepped-toy.ts';
import { answerOf, createToy, finishEvent, textDelta, toyOverrides } from '../../support/app/toy-provider.ts';
import { findInFiles } from '../../support/find-in-files.ts';
import { calls, callOf, input as toolInput, inTurns, play, startCaller } from './tool-results-harness.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const STREAMS = { websocket: collectOverWebSocket, sse: collectOverSse } as const;
const READ = `query ($id: ID!) { generation(id: $id) {
  id status store text metadata messages { assistant { text } } usage { outputTokens } cost { total } error { code message } } }`;

/** Texts that are nowhere else. */
const secrets = () => ({ prompt: `prompt-${randomUUID()}`, answer: `answer-${randomUUID()}` });

const read = async (app: TestApp, id: string) => (await request(app, READ, { id })).data.generation;

const idOf = ([first]: readonly Event[]): string => String(first?.['generationId']);

const USAGE = {
  inputTokens: 3,
  outputTokens: 2,
  totalTokens: 5,
  cacheReadTokens: null,
  cacheWriteTokens: null,
  reasoningTokens: null,
  audioInputTokens: null,
  source: 'provider',
} as const;

describe.each(['websocket', 'sse'] as const)('a generation with store: false, over %s', (transport) => {
  it('leaves its status, usage and cost in the files of the store, and not a byte of prompt, answer, metadata or key', async () => {
    await using folder = temporaryFolder();
    const { prompt, answer } = secrets();
    const toy = createToy(answerOf(textDelta(answer), finishEvent({ usage: USAGE })));
    const key = `key-${randomUUID()}`;
    const metadata = { note: `metadata-${randomUUID()}` };
    const texts = [prompt, answer, key, metadata.note];
    let id = '';
    {
      await using app = await startApp({ dataDirectory: folder.path }, toyOverrides(toy));
      const input = { model: 'toy', prompt, metadata, store: false };
      const events = toEvents(await STREAMS[transport](app, GENERATE_ONCE, { input, key }));
      id = idOf(events);
      expect(events.at(-1)).toMatchObject({
        __typename: 'GenerationCompleted',
        generation: { text: answer },
      });
      expect(await read(app, id)).toMatchObject({
        status: 'COMPLETED',
        store: false,
        text: answer,
        metadata,
      });
      // Its own node goes on having it in memory: for those who come back, and for the same key.
      expect(toEvents(await STREAMS[transport](app, FOLLOW_SUBSCRIPTION, { id }))).toEqual(events);
      const again = toEvents(await STREAMS[transport](app, GENERATE_ONCE, { input, key }));
      expect(idOf(again)).toBe(id);
      expect(toy.calls).toHaveLength(1);
      const other = { ...input, prompt: 'Something else' };
      const refused = await STREAMS[transport](app, GENERATE_ONCE, { input: other, key }).catch(
        (error: unknown) => [{ errors: error }],
      );
      expect(JSON.stringify(refused)).toContain('The key was used for another request.');
      expect(await findInFiles(folder.path, texts)).toEqual([]);
    }
    expect(await findInFiles(folder.path, texts)).toEqual([]);
    await using after = await startApp({ dataDirectory: folder.path }, toyOverrides(toy));
    expect(await read(after, id)).toMatchObject({
      id,
      status: 'COMPLETED',
      store: false,
      text: '',
      metadata: null,
      usage: { outputTokens: 2 },
    });
    const { errors } = (await STREAMS[transport](after, FOLLOW_SUBSCRIPTION, { id }).then(
      ([first]) => first,
      (error: unknown) => ({ errors: [error] as readonly { readonly message?: string }[] }),
    )) ?? { errors: [] };
    expect(JSON.stringify(errors)).toContain('is not stored');
  });

  it('is as any other where it says nothing: what it said is in the files', async () => {
    await using folder = temporaryFolder();
    const { answer } = secrets();
    const toy = createToy(answerOf(textDelta(answer), finishEvent()));
    await using app = await startApp({ dataDirectory: folder.path }, toyOverrides(toy));
    const input = { model: 'toy', prompt: 'Hi' };
    const id = idOf(toEvents(await STREAMS[transport](app, GENERATE_SUBSCRIPTION, { input })));
    expect(await read(app, id)).toMatchObject({ store: true });
    await app.close();
    expect(await findInFiles(folder.path, [answer])).toEqual([answer]);
  });
});

describe('a generation with store: false', () => {
  it('goes on with tool results of which nothing reaches the files', async () => {
    await using folder = temporaryFolder();
    const { prompt, answer } = secrets();
    const result = `result-${randomUUID()}`;
    const asked = `call-${randomUUID()}`;
    const turns = inTurns(calls(callOf(asked)), [textDelta(answer), finishEvent()]);
    await using caller = await startCaller(turns, { dataDirectory: folder.path });
    const { app } = caller;
    const { events, submitted } = await play(app, 'sse', { ...toolInput, prompt, store: false }, (event) =>
      (event['toolCalls'] as { callId: string }[]).map(({ callId }) => ({ callId, output: result })),
    );
    expect(submitted[0]?.errors).toBeUndefined();
    expect(events.at(-1)).toMatchObject({
      __typename: 'GenerationCompleted',
      generation: { text: answer },
    });
    await app.close();
    expect(await findInFiles(folder.path, [prompt, answer, result, asked])).toEqual([]);
  });

  it('is ended without its content by the next start of a server that was killed', async () => {
    await using folder = temporaryFolder();
    const toy = createSteppedToy();
    const { answer } = secrets();
    const before = await startApp({ dataDirectory: folder.path }, toyOverrides(toy));
    const input = { model: 'toy', prompt: 'Hi', store: false };
    const { data } = await request(
      before,
      `mutation ($input: GenerateInput!) { startGeneration(input: $input) { id } }`,
      { input },
    );
    const id = data.startGeneration.id as string;
    await toy.give(textDelta(answer));
    await before.close();
    await using after = await startApp({ dataDirectory: folder.path }, toyOverrides(toy));
    expect(await read(after, id)).toMatchObject({ status: 'FAILED', text: '', store: false });
    expect(await findInFiles(folder.path, [answer])).toEqual([]);
  });

  it('keeps the words of a vendor that fails to itself, and its code', async () => {
    await using folder = temporaryFolder();
    const { prompt, answer } = secrets();
    const toy = createSteppedToy();
    const { ProviderError } = await import('../../../src/core/errors.ts');
    let id = '';
    {
      await using app = await startApp({ dataDirectory: folder.path }, toyOverrides(toy));
      const asked = { model: 'toy', prompt, store: false };
      const streaming = collectOverSse(app, GENERATE_SUBSCRIPTION, { input: asked });
      await toy.give(textDelta(answer));
      await toy.fail(
        new ProviderError('PROVIDER_REJECTED', { provider: 'toy', vendorMessage: `bad: ${prompt}` }),
      );
      id = idOf(toEvents(await streaming));
      expect(await read(app, id)).toMatchObject({ error: { code: 'PROVIDER_REJECTED' } });
    }
    expect(await findInFiles(folder.path, [prompt, answer])).toEqual([]);
    await using after = await startApp({ dataDirectory: folder.path }, toyOverrides(toy));
    expect((await read(after, id)).error).toEqual({
      code: 'PROVIDER_REJECTED',
      message: 'The generation failed.',
    });
  });

  it('is refused with an upload, and in a batch', async () => {
    const toy = createToy(answerOf(finishEvent()));
    await using app = await startApp({}, toyOverrides(toy));
    const form = new FormData();
    form.set(
      'operations',
      JSON.stringify({
        query: `mutation ($input: GenerateInput!) { generate(input: $input) { id } }`,
        variables: {
          input: {
            model: 'toy',
            store: false,
            messages: [{ user: [{ text: 'Look' }, { image: { source: { upload: null } } }] }],
          },
        },
      }),
    );
    form.set('map', JSON.stringify({ 0: ['variables.input.messages.0.user.1.image.source.upload'] }));
    form.set('0', new Blob(['picture'], { type: 'image/png' }), 'a.png');
    const response = await fetch(app.url, {
      method: 'POST',
      body: form,
      headers: { 'graphql-require-preflight': '1' },
    });
    const { errors } = (await response.json()) as {
      errors: { message: string; extensions: Record<string, unknown> }[];
    };
    expect(errors[0]).toMatchObject({
      message: expect.stringContaining('takes no uploads') as unknown,
      extensions: { code: 'INVALID_REQUEST' },
    });
    const batch = await request(
      app,
      `mutation ($input: SubmitBatchInput!) { submitBatch(input: $input) { id } }`,
      { input: { requests: [{ customId: 'a', input: { model: 'toy', prompt: 'Hi', store: false } }] } },
    );
    expect(batch.errors?.[0]).toMatchObject({ extensions: { code: 'INVALID_REQUEST' } });
    expect(batch.errors?.[0]?.message).toContain('store makes no sense in a batch');
    expect(toy.calls).toHaveLength(0);
  });
});
