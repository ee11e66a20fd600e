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
import { type ChatToolCalls, type ChatToolCallsContext, createChatToolCalls } from './chat-tool-calls.ts';
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
  /** Made with the first fragment of a call, which most turns never have. */
  #toolCalls: ChatToolCalls | undefined;
  readonly #choice = createOwnChoice();
  /** Made with the first chunk that has any. */
  #readCitations: ReturnType<typeof createChunkCitations> | undefined;
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
  }

  /** Whether the vendor has said how the turn ended: what follows is its usage at most. */
  get isComplete(): boolean {
    return this.#rawReason !== null;
  }

  get #hasSaid(): boolean {
    return this.#hasText || this.#hasReasoning || (this.#toolCalls?.size() ?? 0) > 0;
  }

  /**
   * Adds what a chunk says to the events. Throws for one that tells a failure, unless the turn was complete before: that
   * failure has cost the answer nothing.
   */
  read(chunk: ChatChunk, events: StreamEvent[]): void {
    const choices = choicesOf(chunk);
    const usage = chunk.usage ?? chunk.x_groq?.usage ?? usageOf(choices);
    if (usage) this.#usage = mergeChatUsage(this.#usage, usage);
    this.#serviceTier = chunk.service_tier ?? this.#serviceTier;
    const failure = this.isComplete ? undefined : findFailure(chunk, this.#context.provider);
    if (failure !== undefined) this.#fail(failure, events);
    if (chunk.citations) {
      this.#readCitations ??= createChunkCitations();
      addAll(events, this.#readCitations(chunk.citations));
    }
    for (const choice of this.#choice.take(choices)) this.#readChoice(choice, events);
  }

  /**
   * Adds the end of the turn to the events. `isWhole`: whether the vendor has marked the end of the answer, by `[DONE]` or by that of a JSON
   * document; then an answer without a word for its end is complete, as `other`. Gives no `finish` for one that was cut.
   */
  end(isWhole: boolean, events: StreamEvent[]): void {
    if (!this.isComplete) for (const choice of this.#choice.rest()) this.#readChoice(choice, events);
    if (!this.isComplete && !(isWhole && this.#hasSaid)) return;
    let reason: FinishReason = this.#rawReason === null ? 'other' : mapFinishWord(this.#rawReason);
    const calls = this.#toolCalls?.complete(reason) ?? [];
    for (const toolCall of calls) events.push({ type: 'tool-call', toolCall });
    // Whole calls ask for their results whatever the last word is, and without one there is nothing to ask for.
    if (calls.length > 0 && (reason === 'stop' || reason === 'other')) reason = 'tool-calls';
    if (calls.length === 0 && reason === 'tool-calls') reason = 'stop';
    if (!this.#hasSaid && !this.#isRefusal && this.#saysNothingOf(reason))
      this.#fail(this.#emptyEnd(), events);
    events.push({
      type: 'finish',
      reason: this.#isRefusal ? 'content-filter' : reason,
      rawReason: this.#isRefusal ? 'refusal' : this.#rawReason,
      usage: this.#toUsage(),
      state: null,
    });
  }

  #readChoice(choice: ChatChoice, events: StreamEvent[]): void {
    const delta = toDelta(choice.delta);
    const message = toDelta(choice.message ?? choice.text);
    if (delta) this.#readSource('delta', delta, events);
    if (message && this.#source !== 'delta') this.#readSource('message', message, events);
    const { native_finish_reason: native, finish_reason: own, error } = choice;
    if (native || own || error) this.#readEnd(readWord(native), readWord(own), error, events);
  }

  #readEnd(native: string | null, own: string | null, error: unknown, events: StreamEvent[]): void {
    const failed = [native, own].find((word) => word !== null && isFailureWord(word)) ?? null;
    if (error || failed !== null) this.#fail(this.#toError(error, failed), events);
    this.#rawReason = own ?? this.#rawReason;
  }

  #readSource(source: 'delta' | 'message', delta: ChatDelta, events: StreamEvent[]): void {
    this.#readDelta(delta, events);
    if (this.#hasSaid) this.#source ??= source;
  }

  #readDelta(delta: ChatDelta, events: StreamEvent[]): void {
    const { readDelta } = this.#context;
    this.#isRefusal ||= Boolean(delta.refusal);
    const from = events.length;
    readContent(delta, events);
    for (let at = from; at < events.length; at += 1)
      if (events[at]?.type === 'text-delta') this.#hasText = true;
      else this.#hasReasoning = true;
    if (delta.annotations) addAll(events, readAnnotations(delta));
    if (readDelta !== undefined) addAll(events, readDelta(delta as Readonly<Record<string, unknown>>));
    if (!delta.tool_calls && !delta.function_call) return;
    this.#toolCalls ??= createChatToolCalls(this.#context);
    for (const fragment of fragmentsOf(delta)) {
      const event = this.#toolCalls.add(fragment);
      if (event !== undefined) events.push(event);
    }
  }

  #fail(error: ProviderError, events: StreamEvent[]): never {
    const usage = this.#toUsage();
    if (usage !== null) events.push({ type: 'usage', usage });
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

const addAll = (events: StreamEvent[], added: Iterable<StreamEvent>): void => {
  for (const event of added) events.push(event);
};

/** The failure that a chunk tells: Groq's, an error beside the choices, or an error object in the place of a chunk (vLLM). */
const findFailure = (chunk: ChatChunk, provider: string): ProviderError | undefined => {
  const error = chunk.x_groq?.error || chunk.error;
  if (error) return toProviderError({ error }, provider);
  if (chunk.choices || chunk.usage || chunk.x_groq) return undefined;
  return readVendorError(chunk) === undefined ? undefined : toProviderError(chunk, provider);
};

const isThere = (choice: ChatChoice | null): choice is ChatChoice => choice !== null;

/** The list as it came where nothing has to be left out of it. */
const choicesOf = ({ choices }: ChatChunk): readonly ChatChoice[] => {
  const given = choices ?? NO_CHOICES;
  return given.every(isThere) ? given : given.filter(isThere);
};

const NO_CHOICES: readonly ChatChoice[] = [];

const hasUsage = ({ usage }: ChatChoice): boolean => Boolean(usage);

/** Moonshot reports usage in the choice. */
const usageOf = (choices: readonly ChatChoice[]): unknown => choices.find(hasUsage)?.usage;

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
