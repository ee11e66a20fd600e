import type { FinishReason } from '../../../../core/generation.ts';
import type { StreamEvent } from '../../../../core/stream-event.ts';
import type { Usage } from '../../../../core/usage.ts';
import { readVendorError } from '../../../shared/call/vendor-error.ts';
import { mapIncompleteReason } from '../../../shared/reading/map-finish-word.ts';
import type { ReadingContext } from '../../../shared/reading/reading-context.ts';
import { toCount } from '../../../shared/reading/to-count.ts';
import { toText } from '../../../shared/reading/to-text.ts';
import type { ResponsesDialect } from '../dialect.ts';
import { toProviderError } from '../map-error.ts';
import { toResponsesUsage } from '../to-usage.ts';
import { createBilledTools } from './count-billed-tools.ts';
import type {
  ResponsesBody,
  ResponsesContentPart,
  ResponsesEvent,
  ResponsesItem,
} from './responses-event.ts';
import { createResponsesReasoning } from './responses-reasoning.ts';
import { createResponsesText, type PartPosition } from './responses-text.ts';
import { ResponsesToolCalls } from './responses-tool-calls.ts';

export interface ResponsesReadingContext extends ReadingContext {
  readonly usage: ResponsesDialect['usage'];
  readonly readItem?: ResponsesDialect['readItem'];
}

/** Items by which the model waits for the client, in a way that this server cannot pass on. */
const UNREADABLE_CALLS: ReadonlySet<unknown> = new Set([
  'local_shell_call',
  'shell_call',
  'apply_patch_call',
  'computer_call',
]);

/** One turn as it is read, event by event, in the order the vendor sent them. */
export class ResponsesTurn {
  readonly #context: ResponsesReadingContext;
  readonly #text = createResponsesText();
  readonly #reasoning = createResponsesReasoning();
  readonly #toolCalls: ResponsesToolCalls;
  readonly #billedTools = createBilledTools();
  /** How many items of each type have been finished. */
  readonly #finished = new Map<unknown, number>();
  #isRefusal = false;

  constructor(context: ResponsesReadingContext) {
    this.#context = context;
    this.#toolCalls = new ResponsesToolCalls(context);
  }

  /** Adds what a payload says to the events. Throws for one that tells a failure. */
  read(payload: ResponsesEvent, events: StreamEvent[]): void {
    if (isDelta(payload)) {
      const event = this.#findDelta(payload, payload.output_index ?? 0);
      if (event !== undefined) events.push(event);
    } else for (const event of this.#readOther(payload)) events.push(event);
  }

  *#readOther(event: ResponsesEvent): Generator<StreamEvent> {
    const index = event.output_index ?? 0;
    const response = event.response ?? {};
    switch (event.type) {
      case 'response.output_item.added':
        return this.#toolCalls.begin(index, event.item ?? {});
      case 'response.output_item.done':
        return yield* this.#finishItem(index, event.item ?? {});
      case 'response.completed':
        if (isFailed(response)) return yield* this.#fail(response, response.status ?? 'failed');
        if (response.status === 'incomplete') return yield* this.#finishIncomplete(response);
        return yield* this.#finish(response, 'completed', 'stop');
      case 'response.incomplete':
        return yield* this.#finishIncomplete(response);
      case 'response.failed':
        return yield* this.#fail(response, 'failed');
      case 'response.cancelled':
        return yield* this.#fail(response, 'cancelled');
      case 'error': // the documented flat form; the SDK throws the nested one
        throw toProviderError(event, this.#context.provider);
      case undefined:
      case null:
        if (readVendorError(event) !== undefined) throw toProviderError(event, this.#context.provider);
        return;
      default:
        yield* this.#finishPart(event, index);
        yield* toList(this.#findDelta(event, index));
    }
  }

  /** What an event adds to what is being said. undefined: nothing, or a kind of event that vendors have of their own. */
  #findDelta(event: ResponsesEvent, index: number): StreamEvent | undefined {
    const at: PartPosition = { item: index, part: event.content_index ?? 0 };
    const readDelta = (): string => toText(event.delta);
    switch (event.type) {
      case 'response.output_text.delta':
        return this.#text.add(at, readDelta());
      case 'response.refusal.delta':
        this.#isRefusal = true;
        return this.#text.add(at, readDelta());
      case 'response.output_text.annotation.added':
        return this.#text.cite(at, event.annotation_index ?? 0, event.annotation ?? {});
      case 'response.reasoning_summary_text.delta':
        return this.#reasoning.add(index, 'summary', event.summary_index ?? 0, readDelta());
      case 'response.reasoning_text.delta':
        return this.#reasoning.add(index, 'raw', at.part, readDelta());
      case 'response.function_call_arguments.delta':
        return this.#toolCalls.addArguments(event);
      default:
        return undefined;
    }
  }

  /** What a finished part holds beyond its deltas: some servers send no deltas, or no finished items. */
  *#finishPart(event: ResponsesEvent, index: number): Generator<StreamEvent> {
    const at: PartPosition = { item: index, part: event.content_index ?? 0 };
    switch (event.type) {
      case 'response.output_text.done':
        return yield* this.#text.finish(at, { text: event.text ?? '' });
      case 'response.refusal.done':
        this.#isRefusal = true;
        return yield* this.#text.finish(at, { refusal: event.refusal ?? '' });
      case 'response.reasoning_summary_text.done': {
        const part = event.summary_index ?? 0;
        return yield* toList(this.#reasoning.finishPart(index, 'summary', part, toText(event.text)));
      }
      case 'response.reasoning_text.done':
        return yield* toList(this.#reasoning.finishPart(index, 'raw', at.part, toText(event.text)));
      case 'response.function_call_arguments.done':
        return this.#toolCalls.setArguments(event, event.arguments);
      case 'response.custom_tool_call_input.done':
        return this.#toolCalls.setArguments(event, event.input);
      case 'response.content_part.done': {
        const { part } = event;
        if (part?.type === 'output_text' || part?.type === 'refusal') yield* this.#readPart(at, part);
        return;
      }
      default:
        return;
    }
  }

  *#finishItem(index: number, item: ResponsesItem): Generator<StreamEvent> {
    this.#finished.set(item.type, (this.#finished.get(item.type) ?? 0) + 1);
    this.#billedTools.add(item);
    if (item.type === 'reasoning') yield* this.#reasoning.finish(index, item);
    if (item.type === 'message') {
      for (const [position, part] of partsOf(item).entries())
        if (part !== null) yield* this.#readPart({ item: index, part: position }, part);
    }
    if (UNREADABLE_CALLS.has(item.type)) yield toUnreadableWarning(item);
    const call = this.#toolCalls.finish(index, item);
    if (call !== undefined) yield call;
    else yield* this.#readOwnItem(index, item);
  }

  #readPart(at: PartPosition, part: ResponsesContentPart): Generator<StreamEvent> {
    this.#isRefusal ||= part.type === 'refusal';
    return this.#text.finish(at, part);
  }

  #readOwnItem(index: number, item: ResponsesItem): Iterable<StreamEvent> {
    return this.#context.readItem?.(item as Readonly<Record<string, unknown>>, index) ?? [];
  }

  #finishIncomplete(response: ResponsesBody): Generator<StreamEvent> {
    const raw = response.incomplete_details?.reason ?? null;
    return this.#finish(response, raw ?? 'incomplete', mapIncompleteReason(raw));
  }

  *#finish(response: ResponsesBody, raw: string, given: FinishReason): Generator<StreamEvent> {
    yield* this.#readUnannounced(response);
    if (given !== 'length') yield* this.#toolCalls.finishRest();
    if (given === 'stop' || given === 'other') this.#toolCalls.assertComplete();
    const state = this.#toolCalls.state();
    const usage = this.#usageOf(response);
    if (this.#isRefusal) {
      yield { type: 'finish', reason: 'content-filter', rawReason: 'refusal', usage, state };
      return;
    }
    const asksTheClient = (given === 'stop' || given === 'other') && this.#toolCalls.hasClientCalls;
    yield { type: 'finish', reason: asksTheClient ? 'tool-calls' : given, rawReason: raw, usage, state };
  }

  /**
   * The items of the whole response that no event has finished: of a vendor that announces none, or none of a type of its
   * own, or leaves some out. They are told apart by their number, since ids may differ from those of the events.
   */
  *#readUnannounced({ output }: ResponsesBody): Generator<StreamEvent> {
    const announced = new Map(this.#finished);
    for (const [index, item] of (output ?? []).entries()) {
      if (item === null) continue;
      const left = announced.get(item.type) ?? 0;
      announced.set(item.type, left - 1);
      if (left <= 0) yield* this.#finishItem(index, item);
    }
  }

  #usageOf({ usage, service_tier: serviceTier, tool_usage: used }: ResponsesBody): Usage | null {
    if (!usage) return null;
    const counted = toCount(used?.web_search?.num_requests);
    const toolCounts = {
      ...this.#billedTools.counts(),
      ...(counted !== null && { web_search: counted }),
    };
    return toResponsesUsage(usage, this.#context.usage, { serviceTier, toolCounts });
  }

  *#fail(response: ResponsesBody, raw: string): Generator<StreamEvent> {
    const { provider } = this.#context;
    const usage = this.#usageOf(response);
    if (usage !== null) yield { type: 'usage', usage };
    throw toProviderError({ error: response.error ?? { message: `the response is ${raw}` } }, provider);
  }
}

/** Some servers end every stream with `response.completed`, and tell in its response that it failed. */
const isDelta = ({ type }: ResponsesEvent): boolean => typeof type === 'string' && type.endsWith('.delta');

const isFailed = ({ error, status }: ResponsesBody): boolean =>
  Boolean(error) || status === 'failed' || status === 'cancelled';

const toList = (event: StreamEvent | undefined): readonly StreamEvent[] =>
  event === undefined ? [] : [event];

const partsOf = ({ content }: ResponsesItem): readonly (ResponsesContentPart | null)[] =>
  typeof content === 'string' ? [{ type: 'output_text', text: content }] : (content ?? []);

const toUnreadableWarning = ({ type }: ResponsesItem): StreamEvent => ({
  type: 'warning',
  warning: {
    code: 'PROVIDER_WARNING',
    message: `The model waits for the client in a way that is not supported (${type}): the answer ends without it.`,
    path: null,
    from: null,
    to: null,
  },
});
