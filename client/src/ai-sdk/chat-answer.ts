import type { GenerationEvent } from '../generation-event.ts';
import type { GenerationHandle } from '../generation-handle.ts';
import type { ToolCall, ToolResultInput } from '../schema-types.ts';
import type { Chunk, ChunkWriter, Shown, ToolOutput } from './chunk-writer.ts';
import { inTurn } from './in-turn.ts';

export interface ChatAnswerOptions {
  readonly messageId: string;
  readonly handle: GenerationHandle;
  readonly writer: ChunkWriter;
  /** Events that belong before those of the handle: earlier generations of the same message. */
  readonly earlier?: readonly Chunk[];
  /** The results that the server has, by the id of their calls. */
  readonly findAnswered: () => Promise<ReadonlyMap<string, ToolOutput>>;
  readonly runTool: (call: ToolCall, signal: AbortSignal) => Promise<ToolResultInput | undefined>;
  readonly onWaiting: (callIds: readonly string[], shown: Shown) => Promise<void>;
  readonly onEnd: () => Promise<void>;
}

const TERMINAL = /^Generation(Completed|Failed|Cancelled)$/;

/** One generation as it answers a chat: a stream of chunks up to its end, or up to calls that the page has to answer. */
export class ChatAnswer {
  readonly handle: GenerationHandle;
  readonly messageId: string;
  readonly #options: ChatAnswerOptions;
  readonly #events: AsyncIterator<GenerationEvent>;
  readonly #tools = new AbortController();
  #first: IteratorResult<GenerationEvent> | undefined;

  constructor(options: ChatAnswerOptions) {
    this.#options = options;
    this.handle = options.handle;
    this.messageId = options.messageId;
    this.#events = options.handle.events()[Symbol.asyncIterator]();
  }

  /** Resolves with the first event, so that a refused request is thrown where it is asked for. */
  async begin(): Promise<void> {
    this.#first = await this.#events.next();
  }

  /**
   * The chunks up to the next point at which the page has to do something. Aborting ends the stream with the chunk
   * `abort`, and calls `onAbort`; the consumer's leaving detaches.
   */
  stream(signal: AbortSignal | undefined, onAbort: () => void): ReadableStream<Chunk> {
    let isOpen = true;
    let forget: () => void = () => undefined;
    return new ReadableStream<Chunk>({
      start: (controller) => {
        const write = (chunks: readonly Chunk[]): void => {
          if (isOpen) for (const chunk of chunks) controller.enqueue(chunk);
        };
        const close = (error?: unknown): void => {
          if (!isOpen) return;
          isOpen = false;
          forget();
          if (error === undefined) controller.close();
          else controller.error(error);
        };
        const abort = (): void => {
          write([{ type: 'abort' }]);
          close();
          this.#tools.abort();
          onAbort();
        };
        signal?.addEventListener('abort', abort, { once: true });
        forget = () => signal?.removeEventListener('abort', abort);
        write([{ type: 'start', messageId: this.messageId }, ...(this.#options.earlier ?? [])]);
        if (signal?.aborted === true) abort();
        this.#write(write).then(() => close(), close);
      },
      cancel: () => {
        isOpen = false;
        forget();
        this.handle.detach();
      },
    });
  }

  async #write(write: (chunks: readonly Chunk[]) => void): Promise<void> {
    const { writer, onWaiting, onEnd } = this.#options;
    for (;;) {
      const { done, value: event } = this.#first ?? (await this.#events.next());
      this.#first = undefined;
      if (done === true) return;
      const chunks = writer.write(event);
      if (TERMINAL.test(event.__typename)) {
        await onEnd();
        write(chunks);
        return;
      }
      write(chunks);
      const calls = this.#findCalls(event);
      if (calls.length === 0) continue;
      if (await this.#answerCalls(calls, write)) continue;
      await onWaiting(
        calls.map(({ callId }) => callId),
        writer.shown,
      );
      write([{ type: 'finish', finishReason: 'tool-calls' }]);
      return;
    }
  }

  /** Calls that the generation waits for, as far as an event tells of them. */
  #findCalls(event: GenerationEvent): readonly ToolCall[] {
    const { writer } = this.#options;
    if (event.__typename === 'ActionRequired') return writer.withoutAnswered(event.toolCalls);
    if (event.__typename !== 'GenerationSnapshot' || event.generation.status !== 'REQUIRES_ACTION') return [];
    const { messages, toolCalls } = event.generation;
    const answered = new Set(messages.map(({ tool }) => tool?.callId));
    return toolCalls.filter(({ callId, builtIn }) => !builtIn && !answered.has(callId));
  }

  /**
   * Runs the tools of the calls and hands their results in, unless another tab has. Resolves to false where the page has
   * to answer some of them.
   */
  async #answerCalls(
    calls: readonly ToolCall[],
    write: (chunks: readonly Chunk[]) => void,
  ): Promise<boolean> {
    const { writer, findAnswered } = this.#options;
    const { signal } = this.#tools;
    return await inTurn(`modelgraph-tools:${this.handle.id}`, signal, async () => {
      const answered = await findAnswered();
      if (!calls.every(({ callId }) => answered.has(callId))) return await this.#runTools(calls, write);
      for (const { callId } of calls) {
        const output = answered.get(callId);
        if (output !== undefined) write([writer.writeOutput(callId, output)]);
      }
      return true;
    });
  }

  async #runTools(calls: readonly ToolCall[], write: (chunks: readonly Chunk[]) => void): Promise<boolean> {
    const { writer, runTool } = this.#options;
    const results = await Promise.all(
      calls.map(async (call) => {
        const result = await runTool(call, this.#tools.signal);
        if (result !== undefined)
          write([
            writer.writeOutput(call.callId, { output: result.output, isError: result.isError === true }),
          ]);
        return result;
      }),
    );
    const given = results.filter((result) => result !== undefined);
    if (given.length < calls.length) return false;
    await this.handle.submitToolResults(given as Parameters<GenerationHandle['submitToolResults']>[0]);
    return true;
  }
}
