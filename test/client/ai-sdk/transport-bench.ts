import { existsSync } from 'node:fs';
import type * as AiSdk from 'ai';
import type { UIMessage, UIMessageChunk } from 'ai';
import { beforeAll, beforeEach } from 'vitest';
import type * as ClientAiSdk from '../../../client/src/ai-sdk/index.ts';
import type { ModelgraphChatTransport, ModelgraphMetadata } from '../../../client/src/ai-sdk/index.ts';
import type { StorageAdapter } from '../../../client/src/index.ts';
import type { StreamEvent } from '../../../src/core/stream-event.ts';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { createSteppedToy, type SteppedToy } from '../../support/app/stepped-toy.ts';
import { finishEvent, toyOverrides } from '../../support/app/toy-provider.ts';

const isInstalled = existsSync(new URL('../../../client/node_modules/ai', import.meta.url));

/** False, with a message, where the packages of client/ are missing. */
export const hasAiSdk = (): boolean => {
  if (!isInstalled)
    process.stderr.write(
      'The packages of client/ are not installed (npm ci --prefix client): the tests of AI SDK UI are skipped.\n',
    );
  return isInstalled;
};

export type Message = UIMessage<ModelgraphMetadata>;
type Options = ConstructorParameters<typeof ModelgraphChatTransport<Message>>[0];

export const createStorage = (): StorageAdapter & { readonly items: Map<string, string> } => {
  const items = new Map<string, string>();
  return {
    items,
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => void items.set(key, value),
    removeItem: (key) => void items.delete(key),
  };
};

export const call = (callId: string): StreamEvent => ({
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
export const callsEnd = finishEvent({ reason: 'tool-calls', rawReason: 'tool_calls' });
export const user = (text: string): Message => ({ id: text, role: 'user', parts: [{ type: 'text', text }] });

/** The message with the result of a call, as `addToolOutput` leaves it. */
export const answered = (message: Message, output: unknown): Message => ({
  ...message,
  parts: message.parts.map((part) =>
    part.type === 'tool-get_weather' ? ({ ...part, state: 'output-available', output } as typeof part) : part,
  ),
});

export const textOf = ({ parts }: Message): string =>
  parts.map((part) => (part.type === 'text' ? part.text : '')).join('');

export const send = (
  transport: ModelgraphChatTransport<Message>,
  messages: Message[],
  abortSignal?: AbortSignal,
  trigger: 'submit-message' | 'regenerate-message' = 'submit-message',
): Promise<ReadableStream<UIMessageChunk>> =>
  transport.sendMessages({ trigger, chatId: 'chat', messageId: undefined, messages, abortSignal });

/** A server, a provider that is stepped, and transports for the tests of a file; a new server for each test. */
export class TransportBench {
  ai!: typeof AiSdk;
  toy!: SteppedToy;
  app!: TestApp;
  ours!: typeof ClientAiSdk;

  constructor() {
    beforeAll(async () => {
      // Packages of client/, which a plain clone has not.
      this.ai = await import(new URL('../../../client/node_modules/ai/dist/index.js', import.meta.url).href);
      this.ours = await import('../../../client/src/ai-sdk/index.ts');
    });
    beforeEach(async () => {
      this.toy = createSteppedToy();
      this.app = await startApp(
        { disconnectGraceMs: 60_000 },
        toyOverrides(this.toy, { toy: { functionCalling: true, reasoning: { type: 'always' } } }),
      );
      return () => this.app.close();
    });
  }

  open(storage: StorageAdapter, options: Partial<Options> = {}): ModelgraphChatTransport<Message> {
    const { ai, app } = this;
    return new this.ours.ModelgraphChatTransport<Message>({
      url: app.url,
      model: 'toy',
      storage,
      tools: { get_weather: ai.tool({ inputSchema: ai.jsonSchema<{ city: string }>({ type: 'object' }) }) },
      ...options,
    });
  }

  /** The message that a stream makes, of a new one or of the one that it continues. */
  async readMessage(stream: ReadableStream<UIMessageChunk>, message?: Message): Promise<Message> {
    let last = message;
    for await (const state of this.ai.readUIMessageStream<Message>({
      stream,
      ...(message && { message: structuredClone(message) }),
    }))
      last = state;
    if (last === undefined) throw new Error('The stream made no message.');
    return last;
  }

  /** Asks, and reads as far as the call of the tool that the answer begins with. */
  async askTool(
    storage: StorageAdapter,
    options?: Partial<Options>,
  ): Promise<{ transport: ModelgraphChatTransport<Message>; message: Message }> {
    const transport = this.open(storage, options);
    const sending = send(transport, [user('Weather?')]);
    await this.toy.call(0);
    await this.toy.give(call('a'), callsEnd);
    return { transport, message: await this.readMessage(await sending) };
  }
}
