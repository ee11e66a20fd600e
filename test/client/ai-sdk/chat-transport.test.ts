import { existsSync } from 'node:fs';
import type * as AiSdk from 'ai';
import type { UIMessage, UIMessageChunk } from 'ai';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type * as ClientAiSdk from '../../../client/src/ai-sdk/index.ts';
import type { ModelgraphChatTransport, ModelgraphMetadata } from '../../../client/src/ai-sdk/index.ts';
import { createModelgraph, type StorageAdapter, toMessages } from '../../../client/src/index.ts';
import type { StreamEvent } from '../../../src/core/stream-event.ts';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { createSteppedToy, type SteppedToy } from '../../support/app/stepped-toy.ts';
import { finishEvent, textDelta, toyOverrides } from '../../support/app/toy-provider.ts';

const isInstalled = existsSync(new URL('../../../client/node_modules/ai', import.meta.url));
if (!isInstalled)
  process.stderr.write(
    'The packages of client/ are not installed (npm ci --prefix client): the tests of AI SDK UI are skipped.\n',
  );

type Message = UIMessage<ModelgraphMetadata>;
type Options = ConstructorParameters<typeof ModelgraphChatTransport<Message>>[0];

const createStorage = (): StorageAdapter & { readonly items: Map<string, string> } => {
  const items = new Map<string, string>();
  return {
    items,
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => void items.set(key, value),
    removeItem: (key) => void items.delete(key),
  };
};

const call = (callId: string): StreamEvent => ({
  type: 'tool-call',
  toolCall: {
    callId,
    name: 'get_weather',
    arguments: { city: 'Paris' },
    builtIn: false,
    result: null,
    opaque: null,
  },
});
const callsEnd = finishEvent({ reason: 'tool-calls', rawReason: 'tool_calls' });
const user = (text: string): Message => ({ id: text, role: 'user', parts: [{ type: 'text', text }] });

/** The message with the result of a call, as `addToolOutput` leaves it. */
const answered = (message: Message, output: unknown): Message => ({
  ...message,
  parts: message.parts.map((part) =>
    part.type === 'tool-get_weather' ? ({ ...part, state: 'output-available', output } as typeof part) : part,
  ),
});

const textOf = ({ parts }: Message): string =>
  parts.map((part) => (part.type === 'text' ? part.text : '')).join('');

describe.skipIf(!isInstalled)('the chat transport for AI SDK UI', () => {
  let ai: typeof AiSdk;
  let ours: typeof ClientAiSdk;
  let toy: SteppedToy;
  let app: TestApp;
  beforeAll(async () => {
    // Packages of client/, which a plain clone has not.
    ai = await import(new URL('../../../client/node_modules/ai/dist/index.js', import.meta.url).href);
    ours = await import('../../../client/src/ai-sdk/index.ts');
  });
  beforeEach(async () => {
    toy = createSteppedToy();
    app = await startApp(
      { disconnectGraceMs: 60_000 },
      toyOverrides(toy, { toy: { functionCalling: true, reasoning: { type: 'always' } } }),
    );
    return () => app.close();
  });
  const open = (storage: StorageAdapter, options: Partial<Options> = {}) =>
    new ours.ModelgraphChatTransport<Message>({
      url: app.url,
      model: 'toy',
      storage,
      tools: { get_weather: ai.tool({ inputSchema: ai.jsonSchema<{ city: string }>({ type: 'object' }) }) },
      ...options,
    });

  const send = (
    transport: ModelgraphChatTransport<Message>,
    messages: Message[],
    abortSignal?: AbortSignal,
    trigger: 'submit-message' | 'regenerate-message' = 'submit-message',
  ) => transport.sendMessages({ trigger, chatId: 'chat', messageId: undefined, messages, abortSignal });

  /** The message that a stream makes, of a new one or of the one that it continues. */
  const readMessage = async (stream: ReadableStream<UIMessageChunk>, message?: Message): Promise<Message> => {
    let last = message;
    for await (const state of ai.readUIMessageStream<Message>({
      stream,
      ...(message && { message: structuredClone(message) }),
    }))
      last = state;
    if (last === undefined) throw new Error('The stream made no message.');
    return last;
  };

  const askTool = async (storage: StorageAdapter, options?: Partial<Options>) => {
    const transport = open(storage, options);
    const sending = send(transport, [user('Weather?')]);
    await toy.call(0);
    await toy.give(call('a'), callsEnd);
    return { transport, message: await readMessage(await sending) };
  };

  test('nothing is reconnected to where nothing runs: before an answer, and after its end', async () => {
    const storage = createStorage();
    const transport = open(storage);
    expect(await transport.reconnectToStream({ chatId: 'chat' })).toBeNull();
    const sending = send(transport, [user('Hi')]);
    await toy.give(textDelta('Hello'));
    await toy.finish();
    const message = await readMessage(await sending);
    expect(textOf(message)).toBe('Hello');
    expect(message.metadata).toMatchObject({ model: 'toy', provider: 'toy', finishReason: 'STOP' });
    expect(await transport.reconnectToStream({ chatId: 'chat' })).toBeNull();
    expect(storage.items.size).toBe(0);
    transport.close();
  });

  test('another page goes on with the answer from its first piece, under the same id, and asks nothing', async () => {
    const storage = createStorage();
    const first = open(storage);
    const sending = send(first, [user('Hi')]);
    await toy.give(textDelta('One, '));
    const left = await sending;
    const second = open(storage);
    const stream = await second.reconnectToStream({ chatId: 'chat' });
    if (stream === null) throw new Error('Nothing runs.');
    await toy.give(textDelta('two.'));
    await toy.finish();
    const [here, there] = await Promise.all([readMessage(left), readMessage(stream)]);
    expect(there).toEqual(here);
    expect(textOf(there)).toBe('One, two.');
    expect(toy.calls).toHaveLength(1);
    first.close();
    second.close();
  });

  test('a page that is left before the server has named the generation finds the same one', async () => {
    const storage = createStorage();
    const first = open(storage);
    const sending = send(first, [user('Hi')]);
    await toy.call(0);
    const record = storage.items.get('modelgraph-ai-sdk:chat') ?? '';
    await toy.give(textDelta('Hello'));
    const left = await sending;
    const { value: named } = JSON.parse(record) as { value: { generationIds: string[] } };
    // As it was kept before the first event.
    if (named.generationIds.length > 0) throw new Error('The record was read too late.');
    storage.items.set('modelgraph-ai-sdk:chat', record);
    const second = open(storage);
    const stream = await second.reconnectToStream({ chatId: 'chat' });
    if (stream === null) throw new Error('Nothing runs.');
    await toy.finish();
    expect(textOf(await readMessage(stream))).toBe('Hello');
    expect(textOf(await readMessage(left))).toBe('Hello');
    expect(toy.calls).toHaveLength(1);
    first.close();
    second.close();
  });

  test('a page that comes back days later starts nothing of a message whose answer it never saw', async () => {
    const storage = createStorage();
    const first = open(storage);
    const sending = send(first, [user('Hi')]);
    await toy.call(0);
    const kept = storage.items.get('modelgraph-ai-sdk:chat') ?? '';
    await toy.finish();
    await readMessage(await sending);
    first.close();
    const old = `"askedAt":${Date.now() - 2 * 86_400_000}`;
    storage.items.set('modelgraph-ai-sdk:chat', kept.replace(/"askedAt":\d+/, old));
    const second = open(storage);
    expect(await second.reconnectToStream({ chatId: 'chat' })).toBe(null);
    expect(storage.items.size).toBe(0);
    expect(toy.calls).toHaveLength(1);
    second.close();
  });

  test('the result of a tool continues the generation that waits, also on another page', async () => {
    const storage = createStorage();
    const { transport, message } = await askTool(storage);
    transport.close();
    const second = open(storage);
    const asked = answered(message, { degrees: 21 });
    const sending = send(second, [user('Weather?'), asked]);
    await toy.call(1);
    await toy.give(textDelta('It is 21 degrees.'));
    await toy.finish();
    const whole = await readMessage(await sending, asked);
    expect(whole.id).toBe(message.id);
    expect(whole.parts.map(({ type }) => type)).toEqual([
      'step-start',
      'tool-get_weather',
      'step-start',
      'text',
    ]);
    expect(whole.metadata?.generationId).toBe(message.metadata?.generationId);
    expect(toy.calls).toHaveLength(2);
    second.close();
  });

  test('a tool with execute is run by the transport, and its failure goes to the model', async () => {
    const tried: unknown[] = [];
    const transport = open(createStorage(), {
      tools: {
        get_weather: ai.tool({
          inputSchema: ai.jsonSchema<{ city: string }>({ type: 'object' }),
          execute: (input): { degrees: number } => {
            tried.push(input);
            throw new Error('No network.');
          },
        }),
      },
    });
    const sending = send(transport, [user('Weather?')]);
    await toy.call(0);
    await toy.give(call('a'), callsEnd);
    const { request } = await toy.call(1);
    await toy.give(textDelta('I do not know.'));
    await toy.finish();
    const message = await readMessage(await sending);
    expect(tried).toEqual([{ city: 'Paris' }]);
    expect(request.messages.at(-1)).toMatchObject({ callId: 'a', output: 'No network.', isError: true });
    expect(textOf(message)).toBe('I do not know.');
    expect(toy.calls).toHaveLength(2);
    transport.close();
  });

  test('a tool is run by one of two pages that show the answer, and both show its result', async () => {
    const storage = createStorage();
    const ran = Promise.withResolvers<{ degrees: number }>();
    const runs: string[] = [];
    const begun = Promise.withResolvers<void>();
    const toolsOf = (page: string) => ({
      get_weather: ai.tool({
        inputSchema: ai.jsonSchema<{ city: string }>({ type: 'object' }),
        execute: () => {
          runs.push(page);
          begun.resolve();
          return ran.promise;
        },
      }),
    });
    const first = open(storage, { tools: toolsOf('first') });
    const second = open(storage, { tools: toolsOf('second') });
    const asked = await send(first, [user('Weather?')]);
    const followed = await second.reconnectToStream({ chatId: 'chat' });
    if (followed === null) throw new Error('There is nothing to follow.');
    const messages = Promise.all([readMessage(asked), readMessage(followed)]);
    await toy.call(0);
    await toy.give(call('a'), callsEnd);
    await begun.promise;
    ran.resolve({ degrees: 21 });
    await toy.call(1);
    await toy.give(textDelta('Warm.'));
    await toy.finish();
    for (const message of await messages) {
      expect(textOf(message)).toBe('Warm.');
      expect(message.parts).toContainEqual(
        expect.objectContaining({ state: 'output-available', output: { degrees: 21 } }),
      );
    }
    expect(runs).toHaveLength(1);
    expect(toy.calls).toHaveLength(2);
    first.close();
    second.close();
  });

  test.for([
    [
      'the last of its preliminary results',
      () =>
        ai.tool({
          inputSchema: ai.jsonSchema<{ city: string }>({ type: 'object' }),
          execute: async function* () {
            yield { degrees: 20, at: new Date(1) };
            yield { degrees: 21, at: new Date(0) };
          },
        }),
      { output: { degrees: 21, at: '1970-01-01T00:00:00.000Z' }, isError: false },
    ],
    [
      'an error where its result has no form in JSON',
      () =>
        ai.tool({
          inputSchema: ai.jsonSchema<{ city: string }>({ type: 'object' }),
          execute: () => ({ degrees: 21n }),
        }),
      { output: expect.stringContaining('BigInt') as string, isError: true },
    ],
  ] as const)('a tool gives %s', async ([, create, expected]) => {
    const transport = open(createStorage(), { tools: { get_weather: create() } });
    const sending = send(transport, [user('Weather?')]);
    await toy.call(0);
    await toy.give(call('a'), callsEnd);
    const { request } = await toy.call(1);
    await toy.give(textDelta('Warm.'));
    await toy.finish();
    expect(textOf(await readMessage(await sending))).toBe('Warm.');
    expect(request.messages.at(-1)).toMatchObject({ callId: 'a', ...expected });
    transport.close();
  });

  test('results for a generation that waits no longer are sent with the conversation, as a new one', async () => {
    const storage = createStorage();
    const { transport, message } = await askTool(storage);
    const client = createModelgraph({ url: app.url });
    await client.cancelGeneration(message.metadata?.generationId ?? '');
    const asked = answered(message, { degrees: 21 });
    const sending = send(transport, [user('Weather?'), asked]);
    const { request } = await toy.call(1);
    await toy.give(textDelta('21 degrees.'));
    await toy.finish();
    const whole = await readMessage(await sending, asked);
    expect(request.messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'tool']);
    expect(whole.id).toBe(message.id);
    expect(textOf(whole)).toBe('21 degrees.');
    expect(whole.metadata?.generationId).not.toBe(message.metadata?.generationId);
    client.dispose();
    transport.close();
  });

  test('a new message instead of a result cancels the generation that waits', async () => {
    const storage = createStorage();
    const { transport, message } = await askTool(storage);
    const sending = send(transport, [user('Weather?'), message, user('Never mind.')]);
    const { request } = await toy.call(1);
    await toy.finish();
    await readMessage(await sending);
    // A call without a result is left out: providers refuse it.
    expect(request.messages.map(({ role }) => role)).toEqual(['user', 'user']);
    const client = createModelgraph({ url: app.url });
    expect((await client.generation(message.metadata?.generationId ?? ''))?.status).toBe('CANCELLED');
    client.dispose();
    transport.close();
  });

  test('an aborted request cancels the generation; an aborted reconnection leaves it', async () => {
    const storage = createStorage();
    const transport = open(storage);
    const stop = new AbortController();
    const sending = send(transport, [user('Hi')], stop.signal);
    await toy.give(textDelta('One, '));
    const stream = await sending;
    const left = AbortSignal.abort();
    expect(await transport.reconnectToStream({ chatId: 'chat', abortSignal: left })).toBeNull();
    const again = await transport.reconnectToStream({ chatId: 'chat' });
    if (again === null) throw new Error('Nothing runs.');
    await again.cancel();
    expect((await toy.call(0)).signal.aborted).toBe(false);
    // Replaced by the reconnection above, so that it is left too.
    stop.abort();
    await readMessage(stream);
    const last = new AbortController();
    const resumed = await transport.reconnectToStream({ chatId: 'chat', abortSignal: last.signal });
    if (resumed === null) throw new Error('Nothing runs.');
    last.abort();
    await toy.aborted(0);
    expect(toy.calls).toHaveLength(1);
    transport.close();
  });

  test('a refused request is thrown with its code, and nothing is kept of it', async () => {
    const storage = createStorage();
    const transport = open(storage, { settings: { model: 'tay' } });
    await expect(send(transport, [user('Hi')])).rejects.toMatchObject({
      code: 'MODEL_NOT_FOUND',
      path: 'model',
    });
    expect(storage.items.size).toBe(0);
    transport.close();
  });

  test('a message goes back to the model as the server gave it: reasoning with its state, calls, results, text', async () => {
    const storage = createStorage();
    const transport = open(storage);
    const sending = send(transport, [user('Weather?')]);
    await toy.call(0);
    await toy.give(
      { type: 'reasoning-delta', text: 'Paris, then.' },
      textDelta('Let me see.'),
      call('a'),
      callsEnd,
    );
    const message = await readMessage(await sending);
    const asked = answered(message, { degrees: 21 });
    const continued = send(transport, [user('Weather?'), asked]);
    await toy.call(1);
    await toy.give({ type: 'reasoning-delta', text: 'So 21.' }, textDelta('21 degrees.'));
    await toy.finish();
    const whole = await readMessage(await continued, asked);
    const client = createModelgraph({ url: app.url });
    const generation = await client.generation(whole.metadata?.generationId ?? '');
    if (generation === null) throw new Error('The generation is not kept.');
    expect(await ours.toMessageInputs([whole])).toEqual(toMessages(generation));
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
    expect(await ours.toMessageInputs([{ id: '1', role: 'user', parts }])).toEqual([
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
