import { ProviderError } from '../../../../core/errors.ts';
import type { FinishReason } from '../../../../core/generation.ts';
import type { StreamEvent } from '../../../../core/stream-event.ts';
import { isRecord } from '../../../../lib/is-record.ts';
import { isFailureWord, mapFinishWord } from '../../../shared/reading/map-finish-word.ts';
import { readVendorError } from '../../../shared/call/vendor-error.ts';
import type { ChatDialect } from '../dialect.ts';
import { toProviderError } from '../map-error.ts';
import { type ChatUsage, mergeChatUsage, toChatUsage, type UsageCounting } from '../to-usage.ts';
import type { ChatChoice, ChatChunk, ChatDelta } from './chat-chunk.ts';
import { type ChatToolCallsContext, createChatToolCalls } from './chat-tool-calls.ts';
import { createChunkCitations } from './chunk-citations.ts';
import { createOwnChoice } from './own-choice.ts';
import { readAnnotations, readContent } from './read-content.ts';
import { fragmentsOf } from './tool-call-fragment.ts';

export interface ChatReadingContext extends ChatToolCallsContext {
  readonly usage: UsageCounting;
  readonly readDelta?: ChatDialect['readDelta'];
}

/** One turn as it is read, chunk by chunk. */
export class ChatTurn {
  readonly #context: ChatReadingContext;
  readonly #toolCalls: ReturnType<typeof createChatToolCalls>;
  readonly #choice = createOwnChoice();
  readonly #readCitations = createChunkCitations();
  #usage: ChatUsage | null = null;
  #serviceTier: unknown;
  #rawReason: string | null = null;
  #isRefusal = false;
  #hasText = false;
  #hasReasoning = false;
  /** What has said something first: a message beside or after a delta says the same once more. */
  #source: 'delta' | 'message' | undefined;

  constructor(context: ChatReadingContext) {
    this.#context = context;
    this.#toolCalls = createChatToolCalls(context);
  }

  /** Whether the vendor has said how the turn ended: what follows is its usage at most. */
  get isComplete(): boolean {
    return this.#rawReason !== null;
  }

  get #hasSaid(): boolean {
    return this.#hasText || this.#hasReasoning || this.#toolCalls.size() > 0;
  }

  /**
   * What a chunk says. Throws for one that tells a failure, unless the turn was complete before: that failure has cost the
   * answer nothing.
   */
  *read(chunk: ChatChunk): Generator<StreamEvent> {
    const choices = (chunk.choices ?? []).filter((choice) => choice !== null);
    this.#usage = mergeChatUsage(this.#usage, chunk.usage ?? chunk.x_groq?.usage ?? usageOf(choices));
    this.#serviceTier = chunk.service_tier ?? this.#serviceTier;
    const failure = this.isComplete ? undefined : findFailure(chunk, this.#context.provider);
    if (failure !== undefined) yield* this.#fail(failure);
    yield* this.#readCitations(chunk.citations);
    for (const choice of this.#choice.take(choices)) yield* this.#readChoice(choice);
  }

  /**
   * The end of the turn. `isWhole`: whether the vendor has marked the end of the answer, by `[DONE]` or by that of a JSON
   * document; then an answer without a word for its end is complete, as `other`. Gives no `finish` for one that was cut.
   */
  *end(isWhole: boolean): Generator<StreamEvent> {
    if (!this.isComplete) for (const choice of this.#choice.rest()) yield* this.#readChoice(choice);
    if (!this.isComplete && !(isWhole && this.#hasSaid)) return;
    let reason: FinishReason = this.#rawReason === null ? 'other' : mapFinishWord(this.#rawReason);
    const calls = this.#toolCalls.complete(reason);
    for (const toolCall of calls) yield { type: 'tool-call', toolCall };
    // Whole calls ask for their results whatever the last word is, and without one there is nothing to ask for.
    if (calls.length > 0 && (reason === 'stop' || reason === 'other')) reason = 'tool-calls';
    if (calls.length === 0 && reason === 'tool-calls') reason = 'stop';
    if (!this.#hasSaid && !this.#isRefusal && this.#saysNothingOf(reason))
      yield* this.#fail(this.#emptyEnd());
    yield {
      type: 'finish',
      reason: this.#isRefusal ? 'content-filter' : reason,
      rawReason: this.#isRefusal ? 'refusal' : this.#rawReason,
      usage: this.#toUsage(),
      state: null,
    };
  }

  *#readChoice(choice: ChatChoice): Generator<StreamEvent> {
    const delta = toDelta(choice.delta);
    const message = toDelta(choice.message ?? choice.text);
    if (delta) yield* this.#readSource('delta', delta);
    if (message && this.#source !== 'delta') yield* this.#readSource('message', message);
    const words = [choice.native_finish_reason, choice.finish_reason].map(readWord);
    const failed = words.find((word) => word !== null && isFailureWord(word)) ?? null;
    if (choice.error || failed !== null) yield* this.#fail(this.#toError(choice.error, failed));
    this.#rawReason = words[1] ?? this.#rawReason;
  }

  *#readSource(source: 'delta' | 'message', delta: ChatDelta): Generator<StreamEvent> {
    yield* this.#readDelta(delta);
    if (this.#hasSaid) this.#source ??= source;
  }

  *#readDelta(delta: ChatDelta): Generator<StreamEvent> {
    const { readDelta } = this.#context;
    this.#isRefusal ||= Boolean(delta.refusal);
    for (const piece of readContent(delta)) {
      if (piece.type === 'text-delta') this.#hasText = true;
      else this.#hasReasoning = true;
      yield piece;
    }
    if (delta.annotations) yield* readAnnotations(delta);
    if (readDelta !== undefined) yield* readDelta(delta as Readonly<Record<string, unknown>>);
    for (const fragment of fragmentsOf(delta)) {
      const event = this.#toolCalls.add(fragment);
      if (event !== undefined) yield event;
    }
  }

  *#fail(error: ProviderError): Generator<StreamEvent> {
    const usage = this.#toUsage();
    if (usage !== null) yield { type: 'usage', usage };
    throw error;
  }

  #toUsage() {
    const answer = { serviceTier: this.#serviceTier };
    return this.#usage === null ? null : toChatUsage(this.#usage, this.#context.usage, answer);
  }

  #toError(error: unknown, word: string | null): ProviderError {
    const { provider } = this.#context;
    const body = error || { code: word, message: `the turn ended with ${word}` };
    return toProviderError({ error: body }, provider);
  }

  /** Whether an end without a word of the model is no answer: calls were announced, or the vendor's word is not known. */
  #saysNothingOf(reason: FinishReason): boolean {
    const raw = this.#rawReason;
    return reason === 'other' || (raw !== null && mapFinishWord(raw) === 'tool-calls');
  }

  #emptyEnd(): ProviderError {
    return new ProviderError('PROVIDER_FAILED', {
      provider: this.#context.provider,
      vendorMessage: `the turn is empty and ended with ${this.#rawReason}`,
    });
  }
}

/** The failure that a chunk tells: Groq's, an error beside the choices, or an error object in the place of a chunk (vLLM). */
const findFailure = (chunk: ChatChunk, provider: string): ProviderError | undefined => {
  const error = chunk.x_groq?.error || chunk.error;
  if (error) return toProviderError({ error }, provider);
  if (chunk.choices || chunk.usage || chunk.x_groq) return undefined;
  return readVendorError(chunk) === undefined ? undefined : toProviderError(chunk, provider);
};

/** Moonshot reports usage in the choice. */
const usageOf = (choices: readonly ChatChoice[]): unknown => choices.find(({ usage }) => usage)?.usage;

/** Some servers send the text alone, as the API did before there were chats. */
const toDelta = (given: unknown): ChatDelta | undefined => {
  if (typeof given === 'string') return { content: given };
  return isRecord(given) ? given : undefined;
};

/** A server's word for the end of a turn; null where there is none. SGLang's own form is an object with a type. */
const readWord = (given: unknown): string | null => {
  const word: unknown = typeof given === 'object' && given !== null && 'type' in given ? given.type : given;
  return typeof word === 'string' && word.trim() !== '' ? word : null;
};
