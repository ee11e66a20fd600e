import type { FinishReason as AiFinishReason, UIMessageChunk } from 'ai';
import type { GenerationEvent } from '../generation-event.ts';
import type { FinishReason, Generation, ModelRef, ToolCall } from '../schema-types.ts';
import { type ModelgraphMetadata, toMetadata } from './message-metadata.ts';
import { STATE_KIND, toTurns } from './provider-state.ts';

export type Chunk = UIMessageChunk<ModelgraphMetadata>;

/** What of a generation a message has already. */
export interface Shown {
  readonly textLength: number;
  readonly reasoningLength: number;
  readonly callIds: readonly string[];
}

export interface ToolOutput {
  readonly output: unknown;
  readonly isError: boolean;
}

const NOTHING_SHOWN: Shown = { textLength: 0, reasoningLength: 0, callIds: [] };

const FINISH_REASONS: Readonly<Record<FinishReason, AiFinishReason>> = {
  STOP: 'stop',
  LENGTH: 'length',
  COST_LIMIT: 'length',
  CONTENT_FILTER: 'content-filter',
  TOOL_CALLS: 'tool-calls',
  OTHER: 'other',
};

/** Writes the events of a generation as the chunks of one message, a step for each turn of the model. */
export class ChunkWriter {
  readonly #answered: ReadonlyMap<string, ToolOutput>;
  readonly #calls: Set<string>;
  readonly #streamed = new Set<string>();
  readonly #sources = new Set<string>();
  #textLength: number;
  #reasoningLength: number;
  #model: ModelRef | undefined;
  #isInStep = false;
  #parts = 0;
  #open: { readonly type: 'text' | 'reasoning'; readonly id: string } | undefined;

  /** `answered`: calls whose results are known already, so that they are shown with them and not asked for. */
  constructor(answered: ReadonlyMap<string, ToolOutput> = new Map(), shown: Shown = NOTHING_SHOWN) {
    this.#answered = answered;
    this.#calls = new Set(shown.callIds);
    this.#textLength = shown.textLength;
    this.#reasoningLength = shown.reasoningLength;
  }

  get shown(): Shown {
    return {
      textLength: this.#textLength,
      reasoningLength: this.#reasoningLength,
      callIds: [...this.#calls],
    };
  }

  write(event: GenerationEvent): Chunk[] {
    switch (event.__typename) {
      case 'GenerationStarted': {
        this.#model = event.model;
        const messageMetadata = toMetadata(event.generationId, event.model);
        return [{ type: 'message-metadata', messageMetadata }];
      }
      case 'TextDelta':
        this.#textLength = event.offset + event.text.length;
        return this.#writeText('text', event.text);
      case 'ReasoningDelta':
        this.#reasoningLength = event.offset + event.text.length;
        return this.#writeText('reasoning', event.text);
      case 'ToolCallDelta':
        return this.#writeArguments(event.callId, event.name, event.argumentsDelta);
      case 'ToolCallReady':
        return this.#writeCall(event.toolCall);
      case 'CitationAdded':
        return this.#writeSource(event.citation);
      case 'ActionRequired':
        return this.#finishStep();
      case 'GenerationSnapshot':
        return this.#writeRest(event.generation);
      case 'GenerationCompleted':
      case 'GenerationFailed':
      case 'GenerationCancelled':
        return [...this.#writeRest(event.generation), ...this.#writeEnd(event)];
      default:
        return [];
    }
  }

  withoutAnswered(calls: readonly ToolCall[]): readonly ToolCall[] {
    return calls.filter(({ callId }) => !this.#answered.has(callId));
  }

  /** The result of a call that was answered here. */
  writeOutput(toolCallId: string, { output, isError }: ToolOutput): Chunk {
    return isError
      ? { type: 'tool-output-error', toolCallId, errorText: String(output) }
      : { type: 'tool-output-available', toolCallId, output };
  }

  #startStep(): Chunk[] {
    if (this.#isInStep) return [];
    this.#isInStep = true;
    return [{ type: 'start-step' }];
  }

  #finishStep(): Chunk[] {
    const chunks = this.#close();
    if (this.#isInStep) chunks.push({ type: 'finish-step' });
    this.#isInStep = false;
    return chunks;
  }

  #close(): Chunk[] {
    const open = this.#open;
    this.#open = undefined;
    return open === undefined ? [] : [{ type: `${open.type}-end`, id: open.id }];
  }

  #writeText(type: 'text' | 'reasoning', delta: string): Chunk[] {
    const chunks = this.#startStep();
    if (this.#open?.type !== type) {
      chunks.push(...this.#close());
      this.#parts += 1;
      this.#open = { type, id: `${type}-${String(this.#parts)}` };
      chunks.push({ type: `${type}-start`, id: this.#open.id });
    }
    chunks.push({ type: `${type}-delta`, id: this.#open.id, delta });
    return chunks;
  }

  #writeArguments(toolCallId: string, toolName: string, inputTextDelta: string): Chunk[] {
    if (this.#calls.has(toolCallId)) return [];
    const chunks = [...this.#startStep(), ...this.#close()];
    if (!this.#streamed.has(toolCallId)) chunks.push({ type: 'tool-input-start', toolCallId, toolName });
    this.#streamed.add(toolCallId);
    return [...chunks, { type: 'tool-input-delta', toolCallId, inputTextDelta }];
  }

  #writeCall({ callId, name, arguments: input, builtIn, result, signature }: ToolCall): Chunk[] {
    if (this.#calls.has(callId)) return [];
    this.#calls.add(callId);
    const chunks = [...this.#startStep(), ...this.#close()];
    const call = {
      toolCallId: callId,
      toolName: name,
      ...(builtIn && { providerExecuted: true }),
      ...(signature !== null && { providerMetadata: { modelgraph: { signature } } }),
    };
    const answered = this.#answered.get(callId);
    if (answered !== undefined) {
      // `tool-input-available` would have the page run the tool again.
      if (!this.#streamed.has(callId))
        chunks.push(
          { type: 'tool-input-start', ...call },
          { type: 'tool-input-delta', toolCallId: callId, inputTextDelta: JSON.stringify(input) },
        );
      return [...chunks, this.writeOutput(callId, answered)];
    }
    chunks.push({ type: 'tool-input-available', ...call, input });
    if (builtIn && result !== null)
      chunks.push({
        type: 'tool-output-available',
        toolCallId: callId,
        output: result,
        providerExecuted: true,
      });
    return chunks;
  }

  #writeSource({ url, title }: Generation['citations'][number]): Chunk[] {
    const sourceId = url ?? title;
    if (sourceId === null || this.#sources.has(sourceId)) return [];
    this.#sources.add(sourceId);
    if (url === null)
      return [
        ...this.#startStep(),
        { type: 'source-document', sourceId, mediaType: 'text/plain', title: sourceId },
      ];
    return [...this.#startStep(), { type: 'source-url', sourceId, url, ...(title !== null && { title }) }];
  }

  /** What a state has beyond what was shown. */
  #writeRest(generation: Generation): Chunk[] {
    const { text, reasoning, toolCalls, citations } = generation;
    this.#model = generation.model;
    const chunks: Chunk[] = [];
    const moreReasoning = (reasoning ?? '').slice(this.#reasoningLength);
    const moreText = text.slice(this.#textLength);
    if (moreReasoning !== '') chunks.push(...this.#writeText('reasoning', moreReasoning));
    if (moreText !== '') chunks.push(...this.#writeText('text', moreText));
    this.#reasoningLength = (reasoning ?? '').length;
    this.#textLength = text.length;
    for (const call of toolCalls) chunks.push(...this.#writeCall(call));
    for (const citation of citations) chunks.push(...this.#writeSource(citation));
    return chunks;
  }

  #writeEnd(
    event: Extract<GenerationEvent, { readonly generation: Generation }> & { readonly __typename: string },
  ): Chunk[] {
    const { generation, generationId } = event;
    const messageMetadata = toMetadata(generationId, this.#model ?? generation.model, generation);
    const turns = toTurns(generation);
    const chunks = this.#close();
    if (turns !== undefined)
      chunks.push(...this.#startStep(), {
        type: 'custom',
        kind: STATE_KIND,
        providerMetadata: { modelgraph: { turns } },
      });
    chunks.push(...this.#finishStep());
    if (event.__typename === 'GenerationCompleted') {
      const finishReason = FINISH_REASONS[generation.finishReason ?? 'OTHER'] ?? 'other';
      return [...chunks, { type: 'finish', finishReason, messageMetadata }];
    }
    chunks.push({ type: 'message-metadata', messageMetadata });
    if (event.__typename === 'GenerationCancelled')
      return [...chunks, { type: 'abort', reason: 'The generation was cancelled.' }];
    const errorText = generation.error?.message ?? 'The generation failed.';
    return [...chunks, { type: 'error', errorText }];
  }
}
