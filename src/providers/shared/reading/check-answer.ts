import { ProviderError } from '../../../core/errors.ts';
import type { Citation, ToolCall, Warning } from '../../../core/generation.ts';
import type { StreamEvent } from '../../../core/stream-event.ts';
import type { Usage } from '../../../core/usage.ts';
import { JsonScan } from '../../../lib/json-scan.ts';
import { measureJson } from '../../../lib/measure-json.ts';
import { isName, MAX_ID_LENGTH } from './is-name.ts';
import {
  EVENT_CHARACTERS,
  MAX_ARGUMENTS_CHARACTERS,
  MAX_CALLS,
  MAX_CITATIONS,
  MAX_DEPTH,
  MAX_KEPT_CHARACTERS,
  maxAnswerCharacters,
} from './limits.ts';
import { toCount, toIntCount } from './to-count.ts';

export interface AnswerExpectation {
  /** Named in the errors. */
  readonly provider: string;
  /** The limit that was sent along, in tokens; left out: the highest of any model. */
  readonly maxOutputTokens?: number | undefined;
  /** Whether the text is to be JSON. */
  readonly isJson?: boolean | undefined;
}

const HIGHEST_OUTPUT_TOKENS = 131_072;

/**
 * Holds the events of one answer against what every answer keeps to, whichever vendor's and however it was read: text is
 * text, names are names, counts are counts, nothing nests too deep, and nothing is longer than the limits of `limits.ts`.
 * Throws `PROVIDER_FAILED` at the first event that breaks it; numbers and words that cannot be believed become null.
 */
export class AnswerCheck {
  readonly #provider: string;
  readonly #maxCharacters: number;
  readonly #json: JsonScan | undefined;
  /** Characters of the arguments of each call that has begun; made with the first. */
  #begun: Map<string, number> | undefined;
  #characters = 0;
  #calls = 0;
  #citations = 0;
  #kept = 0;

  constructor({ provider, maxOutputTokens = HIGHEST_OUTPUT_TOKENS, isJson = false }: AnswerExpectation) {
    this.#provider = provider;
    this.#maxCharacters = maxAnswerCharacters(maxOutputTokens);
    this.#json = isJson ? new JsonScan() : undefined;
  }

  take(event: StreamEvent): StreamEvent {
    switch (event.type) {
      case 'text-delta':
        this.#takeText(event.text);
        this.#takeJson(event.text);
        return event;
      case 'reasoning-delta':
        this.#takeText(event.text);
        return event;
      case 'tool-call-delta':
        this.#takeText(event.argumentsDelta);
        this.#takeBegun(event.callId, event.name, event.argumentsDelta.length);
        return event;
      case 'tool-call':
        this.#takeCall(event.toolCall);
        return event;
      case 'citation':
        return { type: 'citation', citation: this.#takeCitation(event.citation) };
      case 'usage':
        return { type: 'usage', usage: toUsage(event.usage) };
      case 'finish':
        this.#keep(event.state);
        return {
          ...event,
          rawReason: isName(event.rawReason) ? event.rawReason : null,
          usage: event.usage && toUsage(event.usage),
        };
      case 'warning':
        this.#takeWarning(event.warning);
        return event;
    }
  }

  #takeText(text: unknown): void {
    if (typeof text !== 'string') throw this.#fail('a piece of the answer is no text');
    this.#characters += text.length + EVENT_CHARACTERS;
    if (this.#characters > this.#maxCharacters)
      throw this.#fail(`the answer is longer than ${this.#maxCharacters} characters`);
  }

  #takeJson(text: string): void {
    if (this.#json === undefined) return;
    this.#json.add(text);
    if (this.#json.deepest > MAX_DEPTH) throw this.#tooDeep();
  }

  #takeBegun(callId: string, name: string, length: number): void {
    const begun = (this.#begun ??= new Map());
    const before = begun.get(callId);
    if (before === undefined) this.#takeNames(callId, name);
    const characters = (before ?? 0) + length;
    begun.set(callId, characters);
    if (begun.size > MAX_CALLS) throw this.#tooMany(MAX_CALLS, 'calls');
    if (characters > MAX_ARGUMENTS_CHARACTERS) throw this.#tooLong('the arguments of a call');
  }

  #takeCall({ callId, name, arguments: args, result, opaque }: ToolCall): void {
    this.#calls += 1;
    if (this.#calls > MAX_CALLS) throw this.#tooMany(MAX_CALLS, 'calls');
    this.#takeNames(callId, name);
    if (opaque !== null && typeof opaque !== 'string') throw this.#fail('the signature of a call is no text');
    if (this.#keep(args) > MAX_ARGUMENTS_CHARACTERS) throw this.#tooLong('the arguments of a call');
    this.#keep(result);
  }

  #takeWarning({ message }: Warning): void {
    if (typeof message !== 'string') throw this.#fail('a warning is no text');
    this.#keep(message);
  }

  #takeNames(callId: string, name: string): void {
    if (!isName(name)) throw this.#fail('the name of a tool is no name');
    if (!isName(callId, MAX_ID_LENGTH)) throw this.#fail('the id of a call is no id');
  }

  #takeCitation(citation: Citation): Citation {
    this.#citations += 1;
    if (this.#citations > MAX_CITATIONS) throw this.#tooMany(MAX_CITATIONS, 'citations');
    const checked = {
      url: textOrNull(citation.url),
      title: textOrNull(citation.title),
      snippet: textOrNull(citation.snippet),
      startIndex: toIntCount(citation.startIndex),
      endIndex: toIntCount(citation.endIndex),
    };
    this.#keep(checked);
    return checked;
  }

  /** Counts what is kept beside text. Gives its length. */
  #keep(value: unknown): number {
    if (value === null) return 0;
    const { depth, length } = measureJson(value, MAX_DEPTH);
    if (depth > MAX_DEPTH) throw this.#tooDeep();
    this.#kept += length;
    if (this.#kept > MAX_KEPT_CHARACTERS) throw this.#tooLong('what the answer has beside its text');
    return length;
  }

  #tooDeep = (): ProviderError => this.#fail(`JSON of the answer nests more than ${MAX_DEPTH} levels`);
  #tooLong = (what: string): ProviderError => this.#fail(`${what} are longer than allowed`);
  #tooMany = (count: number, what: string): ProviderError => this.#fail(`more than ${count} ${what}`);

  #fail(vendorMessage: string): ProviderError {
    return new ProviderError('PROVIDER_FAILED', { provider: this.#provider, vendorMessage });
  }
}

const textOrNull = (value: unknown): string | null => (typeof value === 'string' ? value : null);

const COUNTS = [
  'inputTokens',
  'outputTokens',
  'totalTokens',
  'cacheReadTokens',
  'cacheWriteTokens',
  'reasoningTokens',
  'audioInputTokens',
] as const satisfies readonly (keyof Usage)[];

/** Usage whose counts are counts and whose total is no less than its parts, the very same where all are. */
const toUsage = (usage: Usage): Usage => {
  const isSound = COUNTS.every((name) => usage[name] === null || toCount(usage[name]) === usage[name]);
  const counted: Usage = isSound
    ? usage
    : { ...usage, ...Object.fromEntries(COUNTS.map((name) => [name, toCount(usage[name])])) };
  const { inputTokens, outputTokens, totalTokens } = counted;
  const least = (inputTokens ?? 0) + (outputTokens ?? 0);
  return totalTokens === null || totalTokens >= least ? counted : { ...counted, totalTokens: least };
};
