import type { UIMessage } from 'ai';
import { describe, expect, test } from 'vitest';
import { createModelgraph, toMessages } from '../../../client/src/index.ts';
import { textDelta } from '../../support/app/toy-provider.ts';
import {
  answered,
  call,
  callsEnd,
  createStorage,
  send,
  textOf,
  user,
  hasAiSdk,
  TransportBench,
} from './transport-bench.ts';

describe.skipIf(!hasAiSdk())('the chat transport for AI SDK UI', () => {
  const bench = new TransportBench();

  test('nothing is reconnected to where nothing runs: before an answer, and after its end', async () => {
    const storage = createStorage();
    const transport = bench.open(storage);
    expect(await transport.reconnectToStream({ chatId: 'chat' })).toBeNull();
    const sending = send(transport, [user('Hi')]);
    await bench.toy.give(textDelta('Hello'));
    await bench.toy.finish();
    const message = await bench.readMessage(await sending);
    expect(textOf(message)).toBe('Hello');
    expect(message.metadata).toMatchObject({ model: 'toy', provider: 'toy', finishReason: 'STOP' });
    expect(await transport.reconnectToStream({ chatId: 'chat' })).toBeNull();
    expect(storage.items.size).toBe(0);
    transport.close();
  });

  test('another page goes on with the answer from its first piece, under the same id, and asks nothing', async () => {
    const storage = createStorage();
    const first = bench.open(storage);
    const sending = send(first, [user('Hi')]);
    await bench.toy.give(textDelta('One, '));
    const left = await sending;
    const second = bench.open(storage);
    const stream = await second.reconnectToStream({ chatId: 'chat' });
    if (stream === null) throw new Error('Nothing runs.');
    await bench.toy.give(textDelta('two.'));
    await bench.toy.finish();
    const [here, there] = await Promise.all([bench.readMessage(left), bench.readMessage(stream)]);
    expect(there).toEqual(here);
    expect(textOf(there)).toBe('One, two.');
    expect(bench.toy.calls).toHaveLength(1);
    first.close();
    second.close();
  });

  test('a page that is left before the server has named the generation finds the same one', async () => {
    const storage = createStorage();
    const first = bench.open(storage);
    const sending = send(first, [user('Hi')]);
    await bench.toy.call(0);
    const record = storage.items.get('modelgraph-ai-sdk:chat') ?? '';
    await bench.toy.give(textDelta('Hello'));
    const left = await sending;
    const { value: named } = JSON.parse(record) as { value: { generationIds: string[] } };
    // As it was kept before the first event.
    if (named.generationIds.length > 0) throw new Error('The record was read too late.');
    storage.items.set('modelgraph-ai-sdk:chat', record);
    const second = bench.open(storage);
    const stream = await second.reconnectToStream({ chatId: 'chat' });
    if (stream === null) throw new Error('Nothing runs.');
    await bench.toy.finish();
    expect(textOf(await bench.readMessage(stream))).toBe('Hello');
    expect(textOf(await bench.readMessage(left))).toBe('Hello');
    expect(bench.toy.calls).toHaveLength(1);
    first.close();
    second.close();
  });

  test('a page that comes back days later starts nothing of a message whose answer it never saw', async () => {
    const storage = createStorage();
    const first = bench.open(storage);
    const sending = send(first, [user('Hi')]);
    await bench.toy.call(0);
    const kept = storage.items.get('modelgraph-ai-sdk:chat') ?? '';
    await bench.toy.finish();
    await bench.readMessage(await sending);
    first.close();
    const old = `"askedAt":${Date.now() - 2 * 86_400_000}`;
    storage.items.set('modelgraph-ai-sdk:chat', kept.replace(/"askedAt":\d+/, old));
    const second = bench.open(storage);
    expect(await second.reconnectToStream({ chatId: 'chat' })).toBe(null);
    expect(storage.items.size).toBe(0);
    expect(bench.toy.calls).toHaveLength(1);
    second.close();
  });

  test('the result of a tool continues the generation that waits, also on another page', async () => {
    const storage = createStorage();
    const { transport, message } = await bench.askTool(storage);
    transport.close();
    const second = bench.open(storage);
    const asked = answered(message, { degrees: 21 });
    const sending = send(second, [user('Weather?'), asked]);
    await bench.toy.call(1);
    await bench.toy.give(textDelta('It is 21 degrees.'));
    await bench.toy.finish();
    const whole = await bench.readMessage(await sending, asked);
    expect(whole.id).toBe(message.id);
    expect(whole.parts.map(({ type }) => type)).toEqual([
      'step-start',
      'tool-get_weather',
      'step-start',
      'text',
    ]);
    expect(whole.metadata?.generationId).toBe(message.metadata?.generationId);
    expect(bench.toy.calls).toHaveLength(2);
    second.close();
  });

  test('results for a generation that waits no longer are sent with the conversation, as a new one', async () => {
    const storage = createStorage();
    const { transport, message } = await bench.askTool(storage);
    const client = createModelgraph({ url: bench.app.url });
    await client.cancelGeneration(message.metadata?.generationId ?? '');
    const asked = answered(message, { degrees: 21 });
    const sending = send(transport, [user('Weather?'), asked]);
    const { request } = await bench.toy.call(1);
    await bench.toy.give(textDelta('21 degrees.'));
    await bench.toy.finish();
    const whole = await bench.readMessage(await sending, asked);
    expect(request.messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'tool']);
    expect(whole.id).toBe(message.id);
    expect(textOf(whole)).toBe('21 degrees.');
    expect(whole.metadata?.generationId).not.toBe(message.metadata?.generationId);
    client.dispose();
    transport.close();
  });

  test('a new message instead of a result cancels the generation that waits', async () => {
    const storage = createStorage();
    const { transport, message } = await bench.askTool(storage);
    const sending = send(transport, [user('Weather?'), message, user('Never mind.')]);
    const { request } = await bench.toy.call(1);
    await bench.toy.finish();
    await bench.readMessage(await sending);
    // A call without a result is left out: providers refuse it.
    expect(request.messages.map(({ role }) => role)).toEqual(['user', 'user']);
    const client = createModelgraph({ url: bench.app.url });
    expect((await client.generation(message.metadata?.generationId ?? ''))?.status).toBe('CANCELLED');
    client.dispose();
    transport.close();
  });

  test('an aborted request cancels the generation; an aborted reconnection leaves it', async () => {
    const storage = createStorage();
    const transport = bench.open(storage);
    const stop = new AbortController();
    const sending = send(transport, [user('Hi')], stop.signal);
    await bench.toy.give(textDelta('One, '));
    const stream = await sending;
    const left = AbortSignal.abort();
    expect(await transport.reconnectToStream({ chatId: 'chat', abortSignal: left })).toBeNull();
    const again = await transport.reconnectToStream({ chatId: 'chat' });
    if (again === null) throw new Error('Nothing runs.');
    await again.cancel();
    expect((await bench.toy.call(0)).signal.aborted).toBe(false);
    // Replaced by the reconnection above, so that it is left too.
    stop.abort();
    await bench.readMessage(stream);
    const last = new AbortController();
    const resumed = await transport.reconnectToStream({ chatId: 'chat', abortSignal: last.signal });
    if (resumed === null) throw new Error('Nothing runs.');
    last.abort();
    await bench.toy.aborted(0);
    expect(bench.toy.calls).toHaveLength(1);
    transport.close();
  });

  test('a refused request is thrown with its code, and nothing is kept of it', async () => {
    const storage = createStorage();
    const transport = bench.open(storage, { settings: { model: 'tay' } });
    await expect(send(transport, [user('Hi')])).rejects.toMatchObject({
      code: 'MODEL_NOT_FOUND',
      path: 'model',
    });
    expect(storage.items.size).toBe(0);
    transport.close();
  });

  test('a message goes back to the model as the server gave it: reasoning with its state, calls, results, text', async () => {
    const storage = createStorage();
    const transport = bench.open(storage);
    const sending = send(transport, [user('Weather?')]);
    await bench.toy.call(0);
    await bench.toy.give(
      { type: 'reasoning-delta', text: 'Paris, then.' },
      textDelta('Let me see.'),
      call('a'),
      callsEnd,
    );
    const message = await bench.readMessage(await sending);
    const asked = answered(message, { degrees: 21 });
    const continued = send(transport, [user('Weather?'), asked]);
    await bench.toy.call(1);
    await bench.toy.give({ type: 'reasoning-delta', text: 'So 21.' }, textDelta('21 degrees.'));
    await bench.toy.finish();
    const whole = await bench.readMessage(await continued, asked);
    const client = createModelgraph({ url: bench.app.url });
    const generation = await client.generation(whole.metadata?.generationId ?? '');
    if (generation === null) throw new Error('The generation is not kept.');
    expect(await bench.ours.toMessageInputs([whole])).toEqual(toMessages(generation));
    client.dispose();
    transport.close();
  });

  test('files are sent by what they are: data URLs as bytes, addresses as addresses', async () => {
    const file = (mediaType: string, url: string, filename?: string) => ({
      type: 'file' as const,
      mediaType,
      url,
      ...(filename !== undefined && { filename }),
    });
    const parts: UIMessage['parts'] = [
      { type: 'text', text: 'Read these.' },
      file('image/png', 'data:image/png;base64,iVBORw0K'),
      file('image/*', 'https://example.com/cat'),
      file('audio/wav', 'data:audio/wav;base64,UklGRg=='),
      file('application/pdf', 'data:application/pdf,%25PDF', 'paper.pdf'),
    ];
    expect(await bench.ours.toMessageInputs([{ id: '1', role: 'user', parts }])).toEqual([
      {
        user: [
          { text: 'Read these.' },
          { image: { mediaType: 'image/png', source: { base64: 'iVBORw0K' } } },
          { image: { source: { url: 'https://example.com/cat' } } },
          { audio: { mediaType: 'audio/wav', source: { base64: 'UklGRg==' } } },
          {
            file: {
              mediaType: 'application/pdf',
              filename: 'paper.pdf',
              source: { base64: Buffer.from('%PDF').toString('base64') },
            },
          },
        ],
      },
    ]);
  });
});
