import { ProviderError } from '../../../../core/errors.ts';
import type { JsonValue } from '../../../../core/json.ts';
import type { StreamEvent } from '../../../../core/stream-event.ts';
import { createCallIds } from '../../../shared/reading/call-ids.ts';
import {
  findArguments,
  type RawToolCall,
  unparsableArguments,
} from '../../../shared/reading/parse-arguments.ts';
import type { ReadingContext } from '../../../shared/reading/reading-context.ts';
import { toText } from '../../../shared/reading/to-text.ts';
import { findBuiltInCall } from './find-built-in-call.ts';
import { createReplayOrder, findReplayItem, writeReplayItems } from './replay-items.ts';
import type { ResponsesEvent, ResponsesItem } from './responses-event.ts';

type ReplayItem = NonNullable<ReturnType<typeof findReplayItem>>;

/** A call between its first event and its last one. */
interface BegunCall {
  readonly index: number;
  readonly callId: string;
  readonly item: ResponsesItem;
  arguments: unknown;
}

/** The tool calls of one response, and the items that have to be sent back with them. */
export class ResponsesToolCalls {
  readonly #context: ReadingContext;
  readonly #ids = createCallIds();
  readonly #begun: BegunCall[] = [];
  readonly #order = createReplayOrder();
  #sinceLastCall: ReplayItem[] = [];
  #broken: RawToolCall | undefined;
  #hasClientCalls = false;

  constructor(context: ReadingContext) {
    this.#context = context;
  }

  /** Whether the turn asks the client to run a tool. */
  get hasClientCalls(): boolean {
    return this.#hasClientCalls;
  }

  begin(index: number, item: ResponsesItem): void {
    if (!isClientCall(item)) return;
    const callId = this.#ids.claim(idOf(item));
    this.#begun.push({ index, callId, item, arguments: item.arguments });
  }

  /** Takes a piece of a call's arguments; all of them, where a server sends the object that they stand for. */
  addArguments(event: ResponsesEvent): StreamEvent | undefined {
    const { delta } = event;
    if (typeof delta === 'object') {
      this.setArguments(event, delta);
      return undefined;
    }
    const call = this.#findBegun(event);
    const argumentsDelta = toText(delta);
    if (call === undefined || argumentsDelta === '') return undefined;
    call.arguments = `${typeof call.arguments === 'string' ? call.arguments : ''}${argumentsDelta}`;
    const { callId, item } = call;
    return { type: 'tool-call-delta', callId, name: item.name ?? '', argumentsDelta };
  }

  /** Takes the whole of a call's arguments. */
  setArguments(event: ResponsesEvent, given: unknown): void {
    const call = this.#findBegun(event);
    if (call !== undefined && given !== undefined && given !== null && given !== '') call.arguments = given;
  }

  /** The call that an event is about. Some servers number items in some of their events only, or name them alike. */
  #findBegun({ output_index: index, item_id: id }: ResponsesEvent): BegunCall | undefined {
    const named = id ? this.#begun.filter(({ item }) => item.id === id) : [];
    const isHere = (call: BegunCall): boolean => call.index === (index ?? 0);
    return named.findLast(isHere) ?? named.at(-1) ?? this.#begun.findLast(isHere);
  }

  /** Takes a finished item of any type; gives the call it is, if it is one. */
  finish(index: number, item: ResponsesItem): StreamEvent | undefined {
    if (isClientCall(item)) return this.#finishCall(index, item);
    this.#order.add(item);
    if (item.type === 'message') this.#sinceLastCall = [];
    const replay = findReplayItem(item);
    if (replay !== undefined) this.#sinceLastCall.push(replay);
    return findBuiltInCall(item);
  }

  /** The calls that were begun and that no item has finished, as far as their arguments have come. */
  *finishRest(): Generator<StreamEvent> {
    for (const { index, item, arguments: given } of this.#begun.slice()) {
      const event = this.#finishCall(index, { ...item, status: null, arguments: given });
      if (event !== undefined) yield event;
    }
  }

  /** Throws `PROVIDER_FAILED` if a call of a completed turn has arguments that are no JSON, or no name. */
  assertComplete(): void {
    const { provider, log } = this.#context;
    if (this.#broken?.name === '')
      throw new ProviderError('PROVIDER_FAILED', { provider, vendorMessage: 'a tool call has no name' });
    if (this.#broken !== undefined) throw unparsableArguments(this.#broken, provider, log);
  }

  /** All items to be sent back in the next turn; null when there is nothing to carry. */
  state(): JsonValue | null {
    return this.#order.state();
  }

  #finishCall(index: number, item: ResponsesItem): StreamEvent | undefined {
    const { callId, arguments: given } = this.#claim(index, item);
    const name = item.name ?? '';
    this.#order.add(item);
    const opaque = writeReplayItems(withReasoning(this.#sinceLastCall));
    this.#sinceLastCall = [];
    this.#hasClientCalls = true;
    const raw = { callId, name, arguments: typeof given === 'string' ? given : '' };
    // A call that was cut before its arguments began would pass for one of a tool without parameters.
    const parsed = item.status === 'incomplete' || name === '' ? undefined : toArguments(item, given, raw);
    if (parsed === undefined) {
      this.#broken ??= raw;
      return undefined;
    }
    const toolCall = { callId, name, arguments: parsed, builtIn: false, result: null, opaque };
    return { type: 'tool-call', toolCall };
  }

  /** The call that an item finishes; two items under one index are two calls. */
  #claim(index: number, item: ResponsesItem): { readonly callId: string; readonly arguments: unknown } {
    const named = this.#begun.filter((call) => idOf(call.item) === idOf(item));
    const begun = named.find((call) => call.index === index) ?? (idOf(item) === '' ? undefined : named[0]);
    if (begun === undefined) return { callId: this.#ids.claim(idOf(item)), arguments: item.arguments };
    this.#begun.splice(this.#begun.indexOf(begun), 1);
    return { callId: begun.callId, arguments: item.arguments || begun.arguments };
  }
}

const CUSTOM_CALL = 'custom_tool_call';

/** A call of a function, or of a tool that takes plain text, which is then its arguments. */
const isClientCall = ({ type }: ResponsesItem): boolean => type === 'function_call' || type === CUSTOM_CALL;

const idOf = ({ call_id: callId, id }: ResponsesItem): string => callId || id || '';

const toArguments = (item: ResponsesItem, given: unknown, raw: RawToolCall): JsonValue | undefined => {
  if (item.type === CUSTOM_CALL) {
    const text = [item.input, given].find((value) => typeof value === 'string' && value !== '');
    return typeof text === 'string' ? text : '';
  }
  if (typeof given === 'object' && given !== null) return given as JsonValue;
  return findArguments(raw);
};

/** Built-in calls are sent back only to keep the reasoning around them in its place. */
const withReasoning = (items: readonly ReplayItem[]): readonly ReplayItem[] =>
  items.some((item) => item['type'] === 'reasoning') ? items : [];
