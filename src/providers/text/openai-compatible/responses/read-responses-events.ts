import type { FinishReason } from '../../../../core/generation.ts';
import type { StreamEvent } from '../../../../core/stream-event.ts';
import type { ResponsesDialect } from '../dialect.ts';
import { toProviderError } from '../map-error.ts';
import { mapIncompleteReason } from '../map-finish-reason.ts';
import type { Payloads, ReadingContext } from '../../../shared/reading/reading-context.ts';
import type { ResponsesBody, ResponsesEvent, ResponsesItem } from './responses-event.ts';
import { createResponsesReasoning } from './responses-reasoning.ts';
import { createResponsesText, type PartPosition } from './responses-text.ts';
import { createResponsesToolCalls } from './responses-tool-calls.ts';
import { toResponsesUsage } from '../to-usage.ts';

export interface ResponsesReadingContext extends ReadingContext {
  readonly usage: ResponsesDialect['usage'];
  readonly readItem?: ResponsesDialect['readItem'];
}

/**
 * The events of a response stream in the order they come. Citations are placed in the whole text of the turn, whichever
 * part they belong to. `response.failed` and an error event throw; unknown events do nothing; without
 * `response.completed` or `response.incomplete` there is no `finish` event.
 */
export async function* readResponsesEvents(
  events: Payloads<ResponsesEvent>,
  context: ResponsesReadingContext,
): AsyncGenerator<StreamEvent> {
  const turn = createTurn(context);
  for await (const payload of await events) for (const event of turn.read(payload)) yield event;
}

/** The events of a whole response: those of a stream that tells nothing but finished items. */
export const readResponse = (
  response: ResponsesBody,
  context: ResponsesReadingContext,
): AsyncGenerator<StreamEvent> =>
  readResponsesEvents(
    [
      ...(response.output ?? []).map((item, index) => ({
        type: 'response.output_item.done',
        output_index: index,
        item,
      })),
      { type: `response.${response.status}`, response },
    ],
    context,
  );

const createTurn = (
  context: ResponsesReadingContext,
): { read: (event: ResponsesEvent) => Generator<StreamEvent> } => {
  const text = createResponsesText();
  const reasoning = createResponsesReasoning();
  const toolCalls = createResponsesToolCalls(context);
  const finishedTypes = new Set<unknown>();
  let isRefusal = false;

  function* finishItem(index: number, item: ResponsesItem): Generator<StreamEvent> {
    finishedTypes.add(item.type);
    if (item.type === 'reasoning') yield* reasoning.finish(index, item);
    if (item.type === 'message') {
      for (const [position, part] of (item.content ?? []).entries()) {
        isRefusal ||= part.type === 'refusal';
        yield* text.finish({ item: index, part: position }, part);
      }
    }
    const call = toolCalls.finish(item);
    if (call !== undefined) yield call;
    else yield* readOwnItem(index, item);
  }

  const readOwnItem = (index: number, item: ResponsesItem): Iterable<StreamEvent> =>
    context.readItem?.(item as Readonly<Record<string, unknown>>, index) ?? [];

  function* finish(response: ResponsesBody, raw: string, reason: FinishReason): Generator<StreamEvent> {
    // A vendor that announces no finished items, or none of a type of its own, tells them here.
    const announced = new Set(finishedTypes);
    for (const [index, item] of (response.output ?? []).entries()) {
      if (announced.size === 0) yield* finishItem(index, item);
      else if (!announced.has(item.type)) yield* readOwnItem(index, item);
    }
    if (reason === 'stop') toolCalls.assertComplete();
    yield {
      type: 'finish',
      reason: isRefusal
        ? 'content-filter'
        : reason === 'stop' && toolCalls.hasClientCalls()
          ? 'tool-calls'
          : reason,
      rawReason: isRefusal ? 'refusal' : raw,
      usage: response.usage ? toResponsesUsage(response.usage, context.usage) : null,
      state: toolCalls.state(),
    };
  }

  function* fail(response: ResponsesBody, raw: string): Generator<StreamEvent> {
    if (response.usage) yield { type: 'usage', usage: toResponsesUsage(response.usage, context.usage) };
    throw toProviderError(
      { error: response.error ?? { message: `the response is ${raw}` } },
      context.provider,
    );
  }

  function* read(event: ResponsesEvent): Generator<StreamEvent> {
    const index = event.output_index ?? 0;
    const at: PartPosition = { item: index, part: event.content_index ?? 0 };
    const delta = typeof event.delta === 'string' ? event.delta : '';
    const response = event.response ?? {};
    switch (event.type) {
      case 'response.output_text.delta':
        return yield* some(text.add(at, delta));
      case 'response.refusal.delta':
        isRefusal = true;
        return yield* some(text.add(at, delta));
      case 'response.output_text.annotation.added':
        return yield* some(text.cite(at, event.annotation_index ?? 0, event.annotation ?? {}));
      case 'response.reasoning_summary_text.delta':
        return yield* some(reasoning.add(index, 'summary', event.summary_index ?? 0, delta));
      case 'response.reasoning_text.delta':
        return yield* some(reasoning.add(index, 'raw', at.part, delta));
      case 'response.output_item.added':
        return toolCalls.begin(index, event.item ?? {});
      case 'response.function_call_arguments.delta':
        return yield* some(toolCalls.addArguments(index, delta));
      case 'response.output_item.done':
        return yield* finishItem(index, event.item ?? {});
      case 'response.completed':
        return yield* finish(response, 'completed', 'stop');
      case 'response.incomplete': {
        const raw = response.incomplete_details?.reason ?? null;
        return yield* finish(response, raw ?? 'incomplete', mapIncompleteReason(raw));
      }
      case 'response.failed':
        return yield* fail(response, 'failed');
      case 'response.cancelled':
        return yield* fail(response, 'cancelled');
      case 'error': // the documented flat form; the SDK throws the nested one
        throw toProviderError(event, context.provider);
      default: // vendors add events, and none of them changes what the others mean
        return;
    }
  }

  return { read };
};

function* some(event: StreamEvent | undefined): Generator<StreamEvent> {
  if (event !== undefined) yield event;
}
