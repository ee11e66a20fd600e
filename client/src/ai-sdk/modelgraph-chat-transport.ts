import type { ChatTransport, ToolSet, UIMessage, UIMessageChunk } from 'ai';
import { isToolUIPart } from 'ai';
import { createModelgraph } from '../create-modelgraph.ts';
import { isTerminalStatus } from '../fold-generation.ts';
import { createKey } from '../generation/create-key.ts';
import type { GenerationHandle } from '../generation-handle.ts';
import type { Modelgraph, ModelgraphOptions } from '../modelgraph.ts';
import { mayAskAgain } from '../may-ask-again.ts';
import { toModelgraphError } from '../to-modelgraph-error.ts';
import type { GenerateInput, Generation, ToolResultInput } from '../schema-types.ts';
import type { StorageAdapter } from '../storage.ts';
import { ChatAnswer } from './chat-answer.ts';
import { type ChatRecord, type ChatRecords, createChatRecords } from './chat-records.ts';
import { type Chunk, ChunkWriter, type ToolOutput } from './chunk-writer.ts';
import { runTool } from './run-tool.ts';
import { toFunctionTools } from './to-function-tools.ts';
import { findToolResult, toMessageInputs } from './to-message-inputs.ts';

/** Everything of a request but its messages. */
export type ChatSettings = Partial<Omit<GenerateInput, 'messages' | 'prompt'>>;

/** What useChat was called with: `sendMessage(message, { body, metadata })`. */
export interface ChatRequest<Message extends UIMessage = UIMessage> {
  readonly chatId: string;
  readonly messages: readonly Message[];
  readonly body: Readonly<Record<string, unknown>>;
  readonly metadata: unknown;
}

export type ModelgraphChatTransportOptions<Message extends UIMessage = UIMessage> = (
  | { readonly client: Modelgraph }
  | ModelgraphOptions
) & {
  /** The model; `settings` may give another. */
  readonly model: string;
  /** The settings of each request, or of one by what it was sent with. */
  readonly settings?: ChatSettings | ((request: ChatRequest<Message>) => ChatSettings);
  /**
   * Tools of the page. One with `execute` is run by the transport; for any other, answer by `addToolOutput` of useChat and
   * let `sendAutomaticallyWhen: lastAssistantMessageIsCompleteWithToolCalls` send the results.
   */
  readonly tools?: ToolSet;
  /** Where a running answer is kept so that a reload finds it. Default: `localStorage`, and memory where there is none. */
  readonly storage?: StorageAdapter;
};

type SendOptions<Message extends UIMessage> = Parameters<ChatTransport<Message>['sendMessages']>[0];
type ReconnectOptions = Parameters<ChatTransport<UIMessage>['reconnectToStream']>[0];

/** The results for calls, from the parts of a message; undefined unless it has all of them. */
const findResults = (
  message: UIMessage | undefined,
  callIds: readonly string[],
): readonly ToolResultInput[] | undefined => {
  if (message?.role !== 'assistant') return undefined;
  const results = message.parts.flatMap((part) => (isToolUIPart(part) ? (findToolResult(part) ?? []) : []));
  // The last one of an id counts: another generation of the same message may have had it too.
  const byId = new Map(results.map((result) => [result.callId, result]));
  const found = callIds.map((callId) => byId.get(callId));
  return found.every((result) => result !== undefined) ? found : undefined;
};

const isAborted = (signal: AbortSignal | undefined): boolean => signal?.aborted === true;

const toAnswered = ({ messages }: Pick<Generation, 'messages'>): ReadonlyMap<string, ToolOutput> =>
  new Map(
    messages.flatMap(({ tool }) =>
      tool === null ? [] : [[tool.callId, { output: tool.output, isError: tool.isError }] as const],
    ),
  );

/** The record of a message with the generation that runs as its last one. */
const withGeneration = (record: ChatRecord, { id }: GenerationHandle): ChatRecord =>
  id === undefined || record.generationIds.includes(id)
    ? record
    : { ...record, generationIds: [...record.generationIds, id] };

/**
 * Connects `useChat` of AI SDK UI to Modelgraph. A lost connection is resumed by the client, a reload by
 * `useChat({ resume: true })` with an `id` of its own; stop cancels the generation at the provider. The results of tool
 * calls continue the generation that waits for them; once it waits no longer, the conversation with them is sent anew.
 *
 * A refused request is `error` of useChat as a ModelgraphError, with code, path and suggestion; why a generation failed
 * later is in the metadata of its message (ModelgraphMetadata).
 */
export class ModelgraphChatTransport<Message extends UIMessage = UIMessage>
  implements ChatTransport<Message>
{
  /** A reconnected stream begins with the first piece of the answer: useChat empties the message before it. */
  readonly resumeStreamIsReplay = true;
  readonly #options: ModelgraphChatTransportOptions<Message>;
  readonly #client: Modelgraph;
  readonly #records: ChatRecords;
  readonly #answers = new Map<string, ChatAnswer>();
  /** Counts the requests of a chat: an aborted stream that another one replaces is left, not stopped. */
  readonly #requests = new Map<string, number>();

  constructor(options: ModelgraphChatTransportOptions<Message>) {
    this.#options = options;
    this.#client = 'client' in options ? options.client : createModelgraph(options);
    this.#records = createChatRecords(options.storage);
  }

  /** Closes the connections, unless the client was given. */
  close(): void {
    if (!('client' in this.#options)) this.#client.dispose();
  }

  async sendMessages(options: SendOptions<Message>): Promise<ReadableStream<UIMessageChunk>> {
    const { chatId, messages, abortSignal, trigger } = options;
    const last = messages.at(-1);
    const record = await this.#records.find(chatId);
    const { waiting } = record ?? {};
    if (record !== undefined && waiting !== undefined) {
      const results = trigger === 'submit-message' ? findResults(last, waiting.callIds) : undefined;
      const answer = results && (await this.#continue(chatId, record, results));
      if (answer !== undefined) return this.#open(chatId, answer, abortSignal);
      if (results === undefined) await this.#abandon(chatId, record);
    }
    const isContinued = last?.role === 'assistant';
    const started: ChatRecord = {
      // A message of the page goes on under its own id.
      messageId: isContinued ? last.id : createKey(),
      generationIds: isContinued && record?.messageId === last.id ? record.generationIds : [],
      idempotencyKey: createKey(),
      input: await this.#toInput(options),
      askedAt: Date.now(),
    };
    return this.#start(chatId, started, abortSignal);
  }

  async reconnectToStream({
    chatId,
    abortSignal,
  }: ReconnectOptions): Promise<ReadableStream<UIMessageChunk> | null> {
    this.#count(chatId);
    const record = await this.#records.find(chatId);
    if (record === undefined || isAborted(abortSignal)) return null;
    const { input, generationIds, askedAt = 0 } = record;
    const isFresh = mayAskAgain(askedAt, Date.now());
    if (input !== undefined && isFresh) return this.#start(chatId, record, abortSignal);
    const id = input === undefined ? generationIds.at(-1) : undefined;
    const generation = id === undefined ? null : await this.#client.generation(id);
    if (id === undefined || generation === null) {
      await this.#records.remove(chatId);
      return null;
    }
    if (isAborted(abortSignal)) return null;
    this.#answers.get(chatId)?.handle.detach();
    const earlier = await this.#replay(generationIds.slice(0, -1));
    const writer = new ChunkWriter(toAnswered(generation));
    const answer = this.#answer(chatId, record, this.#client.follow(id), writer, earlier);
    await answer.begin();
    return this.#open(chatId, answer, abortSignal);
  }

  /** Starts the generation of a record, or joins the one that its key has started. */
  async #start(
    chatId: string,
    record: ChatRecord,
    abortSignal: AbortSignal | undefined,
  ): Promise<ReadableStream<UIMessageChunk>> {
    const { input, idempotencyKey, generationIds } = record;
    if (input === undefined) throw new TypeError('There is nothing to be asked.');
    await this.#records.save(chatId, record);
    const handle = this.#client.generate(input, { idempotencyKey });
    const cancel = (): void => this.#cancel(handle);
    abortSignal?.addEventListener('abort', cancel, { once: true });
    if (abortSignal?.aborted === true) cancel();
    const named = { ...record, input: undefined, askedAt: undefined, generationIds };
    const answer = this.#answer(chatId, named, handle, new ChunkWriter());
    try {
      await answer.begin();
      abortSignal?.throwIfAborted();
      await this.#records.save(chatId, withGeneration(named, handle));
      return this.#open(chatId, answer, abortSignal);
    } catch (error) {
      const { code } = toModelgraphError(error);
      // One that may have begun is found again by the key.
      if (code !== 'SERVER_AWAY' && code !== 'OFFLINE') await this.#records.remove(chatId);
      abortSignal?.throwIfAborted();
      throw error;
    } finally {
      abortSignal?.removeEventListener('abort', cancel);
    }
  }

  /** The generation that waits, with the results of its calls; undefined where it can no longer be continued. */
  async #continue(
    chatId: string,
    record: ChatRecord,
    results: readonly ToolResultInput[],
  ): Promise<ChatAnswer | undefined> {
    const id = record.generationIds.at(-1) ?? '';
    const { waiting } = record;
    try {
      await this.#client.submitToolResults(id, results);
    } catch (error) {
      const status = (await this.#client.generation(id))?.status;
      // It has the results already: the answer to this request, or to one of another tab, was lost.
      const isTaken = status === 'RUNNING' || status === 'COMPLETED';
      if (!isTaken && status !== undefined && !isTerminalStatus(status)) throw error;
      if (!isTaken) return undefined;
    }
    const held = this.#answers.get(chatId);
    const writer = new ChunkWriter(new Map(), waiting?.shown);
    const running: ChatRecord = { ...record, waiting: undefined };
    await this.#records.save(chatId, running);
    held?.handle.detach();
    const after = waiting?.cursor;
    const answer = this.#answer(
      chatId,
      running,
      this.#client.follow(id, { ...(after && { after }) }),
      writer,
    );
    await answer.begin();
    return answer;
  }

  /** The page asks for something else than what the generation waits for. */
  async #abandon(chatId: string, { generationIds }: ChatRecord): Promise<void> {
    await this.#records.remove(chatId);
    this.#answers.get(chatId)?.handle.detach();
    const id = generationIds.at(-1);
    // One that has ended stays as it is, and one that cannot be reached ends by itself.
    if (id !== undefined) await this.#client.cancelGeneration(id).catch(() => undefined);
  }

  #answer(
    chatId: string,
    record: ChatRecord,
    handle: GenerationHandle,
    writer: ChunkWriter,
    earlier: readonly Chunk[] = [],
  ): ChatAnswer {
    return new ChatAnswer({
      messageId: record.messageId,
      handle,
      writer,
      earlier,
      findAnswered: async () => {
        // A server that is away has taken no results since: the tools are run, and their results wait for it.
        const generation = await this.#client.generation(handle.id ?? '').catch(() => null);
        return generation === null ? new Map() : toAnswered(generation);
      },
      runTool: (call, signal) => Promise.resolve(runTool(this.#options.tools ?? {}, call, signal)),
      onWaiting: (callIds, shown) =>
        this.#records.save(chatId, {
          ...withGeneration(record, handle),
          waiting: { callIds, cursor: handle.cursor, shown },
        }),
      onEnd: async () => {
        this.#answers.delete(chatId);
        await this.#records.remove(chatId);
      },
    });
  }

  #open(
    chatId: string,
    answer: ChatAnswer,
    abortSignal: AbortSignal | undefined,
  ): ReadableStream<UIMessageChunk> {
    this.#answers.set(chatId, answer);
    const request = this.#count(chatId);
    return answer.stream(abortSignal, () => {
      // A stream that is replaced is aborted in the same turn in which the next one is asked for.
      queueMicrotask(() => {
        if (this.#requests.get(chatId) !== request) return answer.handle.detach();
        void this.#records.remove(chatId);
        this.#cancel(answer.handle);
      });
    });
  }

  #count(chatId: string): number {
    const count = (this.#requests.get(chatId) ?? 0) + 1;
    this.#requests.set(chatId, count);
    return count;
  }

  #cancel(handle: GenerationHandle): void {
    // The stream has ended for the page; what keeps the server from cancelling shows in the generation itself.
    handle.cancel().catch(() => undefined);
  }

  /** What earlier generations of a message have added to it. */
  async #replay(ids: readonly string[]): Promise<readonly Chunk[]> {
    const chunks: Chunk[] = [];
    for (const id of ids) {
      const generation = await this.#client.generation(id);
      if (generation === null) continue;
      const writer = new ChunkWriter(toAnswered(generation));
      for await (const event of this.#client.follow(id).events()) chunks.push(...writer.write(event));
    }
    const ends: ReadonlySet<string> = new Set(['finish', 'abort', 'error']);
    return chunks.filter(({ type }) => !ends.has(type));
  }

  async #toInput({ chatId, messages, body, metadata }: SendOptions<Message>): Promise<GenerateInput> {
    const { model, settings = {}, tools } = this.#options;
    const asked: ChatRequest<Message> = {
      chatId,
      messages,
      body: (body ?? {}) as Readonly<Record<string, unknown>>,
      metadata,
    };
    const given = typeof settings === 'function' ? settings(asked) : settings;
    const functions = tools === undefined ? [] : await toFunctionTools(tools);
    const all = [...functions, ...(given.tools ?? [])];
    return {
      model,
      ...given,
      messages: await toMessageInputs(messages),
      ...(all.length > 0 && { tools: all }),
    };
  }
}
