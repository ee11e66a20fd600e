import type { StreamEvent } from '../../../../core/stream-event.ts';
import { PayloadEvents, readSingly } from '../../../shared/reading/payload-events.ts';
import type { Payloads } from '../../../shared/reading/reading-context.ts';
import type { ResponsesBody, ResponsesEvent } from './responses-event.ts';
import { type ResponsesReadingContext, ResponsesTurn } from './responses-turn.ts';

/**
 * The events of a response stream in the order they come, those of payloads that came together in one batch. Citations are
 * placed in the whole text of the turn, whichever part they belong to. `response.failed` and an error event throw; unknown
 * events do nothing; without `response.completed` or `response.incomplete` there is no `finish` event.
 */
export const readResponsesBatches = (
  payloads: Payloads<ResponsesEvent>,
  context: ResponsesReadingContext,
): AsyncIterableIterator<readonly StreamEvent[]> => {
  const turn = new ResponsesTurn(context);
  return new PayloadEvents(payloads, {
    // Its last event brings the usage as well.
    isComplete: false,
    read: (payload, events) => turn.read(payload, events),
    end: () => undefined,
  });
};

/** The same, one by one. */
export const readResponsesEvents = (
  payloads: Payloads<ResponsesEvent>,
  context: ResponsesReadingContext,
): AsyncGenerator<StreamEvent> => readSingly(readResponsesBatches(payloads, context));

/** The events of a whole response. */
export const readResponse = (
  response: ResponsesBody,
  context: ResponsesReadingContext,
): AsyncGenerator<StreamEvent> => readResponsesEvents([toResponsesEvents(response)], context);

/** A whole response as a stream that tells nothing but finished items. */
export const toResponsesEvents = (response: ResponsesBody): readonly ResponsesEvent[] => [
  ...(response.output ?? []).map((item, index) => ({
    type: 'response.output_item.done',
    output_index: index,
    item,
  })),
  { type: `response.${response.status}`, response },
];
