import type { FinishReason } from '../../../../core/generation.ts';
import type { StreamEvent } from '../../../../core/stream-event.ts';
import type { ReadingContext } from '../../../shared/reading/reading-context.ts';
import type { ResponsesDialect } from '../dialect.ts';
import { toProviderError } from '../map-error.ts';
import { mapIncompleteReason } from '../map-finish-reason.ts';
import { toResponsesUsage } from '../to-usage.ts';
import type { ResponsesBody, ResponsesEvent, ResponsesItem } from './responses-event.ts';
import { createResponsesReasoning } from './responses-reasoning.ts';
import { createResponsesText, type PartPosition } from './responses-text.ts';
import { createResponsesToolCalls, type ResponsesToolCalls } from './responses-tool-calls.ts';

export interface ResponsesReadingContext extends ReadingContext {
  readonly usage: ResponsesDialect['usage'];
  readonly readItem?: ResponsesDialect['readItem'];
}

/** One turn as it is read, event by event, in the order the vendor sent them. */
export class ResponsesTurn {
  readonly #context: ResponsesReadingContext;
  readonly #text = createResponsesText();
  readonly #reasoning = createResponsesReasoning();
  readonly #toolCalls: ResponsesToolCalls;
  readonly #finishedTypes = new Set<unknown>();
  #isRefusal = false;

  constructor(context: ResponsesReadingContext) {
    this.#context = context;
    this.#toolCalls = createResponsesToolCalls(context);
  }

  /** What an event says. Throws for one that tells a failure. */
  *read(event: ResponsesEvent): Generator<StreamEvent> {
    const index = event.output_index ?? 0;
    const response = event.response ?? {};
    switch (event.type) {
      case 'response.output_item.added':
        return this.#toolCalls.begin(index, event.item ?? {});
      case 'response.output_item.done':
        return yield* this.#finishItem(index, event.item ?? {});
      case 'response.completed':
        return yield* this.#finish(response, 'completed', 'stop');
      case 'response.incomplete': {
        const raw = response.incomplete_details?.reason ?? null;
        return yield* this.#finish(response, raw ?? 'incomplete', mapIncompleteReason(raw));
      }
      case 'response.failed':
        return yield* this.#fail(response, 'failed');
      case 'response.cancelled':
        return yield* this.#fail(response, 'cancelled');
      case 'error': // the documented flat form; the SDK throws the nested one
        throw toProviderError(event, this.#context.provider);
      default: {
        const said = this.#findDelta(event, index);
        if (said !== undefined) yield said;
      }
    }
  }

  /** What an event adds to what is being said. undefined: nothing, or a kind of event that vendors have of their own. */
  #findDelta(event: ResponsesEvent, index: number): StreamEvent | undefined {
    const at: PartPosition = { item: index, part: event.content_index ?? 0 };
    const delta = typeof event.delta === 'string' ? event.delta : '';
    switch (event.type) {
      case 'response.output_text.delta':
        return this.#text.add(at, delta);
      case 'response.refusal.delta':
        this.#isRefusal = true;
        return this.#text.add(at, delta);
      case 'response.output_text.annotation.added':
        return this.#text.cite(at, event.annotation_index ?? 0, event.annotation ?? {});
      case 'response.reasoning_summary_text.delta':
        return this.#reasoning.add(index, 'summary', event.summary_index ?? 0, delta);
      case 'response.reasoning_text.delta':
        return this.#reasoning.add(index, 'raw', at.part, delta);
      case 'response.function_call_arguments.delta':
        return this.#toolCalls.addArguments(index, delta);
      default:
        return undefined;
    }
  }

  *#finishItem(index: number, item: ResponsesItem): Generator<StreamEvent> {
    this.#finishedTypes.add(item.type);
    if (item.type === 'reasoning') yield* this.#reasoning.finish(index, item);
    if (item.type === 'message') {
      for (const [position, part] of (item.content ?? []).entries()) {
        this.#isRefusal ||= part.type === 'refusal';
        yield* this.#text.finish({ item: index, part: position }, part);
      }
    }
    const call = this.#toolCalls.finish(item);
    if (call !== undefined) yield call;
    else yield* this.#readOwnItem(index, item);
  }

  #readOwnItem(index: number, item: ResponsesItem): Iterable<StreamEvent> {
    return this.#context.readItem?.(item as Readonly<Record<string, unknown>>, index) ?? [];
  }

  *#finish(response: ResponsesBody, raw: string, reason: FinishReason): Generator<StreamEvent> {
    // A vendor that announces no finished items, or none of a type of its own, tells them here.
    const announced = new Set(this.#finishedTypes);
    for (const [index, item] of (response.output ?? []).entries()) {
      if (announced.size === 0) yield* this.#finishItem(index, item);
      else if (!announced.has(item.type)) yield* this.#readOwnItem(index, item);
    }
    if (reason === 'stop') this.#toolCalls.assertComplete();
    const state = this.#toolCalls.state();
    const usage = response.usage ? toResponsesUsage(response.usage, this.#context.usage) : null;
    if (this.#isRefusal) {
      yield { type: 'finish', reason: 'content-filter', rawReason: 'refusal', usage, state };
      return;
    }
    const asksTheClient = reason === 'stop' && this.#toolCalls.hasClientCalls();
    yield { type: 'finish', reason: asksTheClient ? 'tool-calls' : reason, rawReason: raw, usage, state };
  }

  *#fail(response: ResponsesBody, raw: string): Generator<StreamEvent> {
    const { provider, usage } = this.#context;
    if (response.usage) yield { type: 'usage', usage: toResponsesUsage(response.usage, usage) };
    throw toProviderError({ error: response.error ?? { message: `the response is ${raw}` } }, provider);
  }
}
