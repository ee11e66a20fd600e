import type Anthropic from '@anthropic-ai/sdk';
import type { FinishReason } from '../../../../core/generation.ts';
import type { FinishEvent, StreamEvent } from '../../../../core/stream-event.ts';
import type { Usage } from '../../../../core/usage.ts';
import type { Batches } from '../../../shared/call/event-batches.ts';
import { readSingly } from '../../../shared/reading/payload-events.ts';
import type { ReadingContext } from '../../../shared/reading/reading-context.ts';
import { mapFinishReason } from './map-finish-reason.ts';
import { type ResponseEnd, readEvents } from './read-events.ts';
import { readResponse } from './read-response.ts';
import type { MessagesRequest } from '../request/to-messages-request.ts';
import { Turn } from './turn.ts';

/** Sends one request and gives the events of its response. */
export type SendRequest = (request: MessagesRequest) => Promise<Batches<Anthropic.RawMessageStreamEvent>>;

/** How often a paused turn is gone on with. The vendor pauses after about ten runs of its own tools. */
const CONTINUATIONS = 10;

/**
 * One turn of the model. A response that ends with `pause_turn` is gone on with by a further request that sends the turn
 * so far back: the caller sees one text, the sum of the usage and one `finish`. After the last continuation allowed the
 * turn ends as `other`, its raw reason `pause_turn`. Ends without `finish` when a response breaks off.
 */
export const readTurn = (
  request: MessagesRequest,
  send: SendRequest,
  context: ReadingContext,
): AsyncGenerator<readonly StreamEvent[]> =>
  readResponses(
    (before) => send(before === null ? request : toContinuation(request, before)),
    CONTINUATIONS,
    context,
  );

/** The turn of an answer that is at hand and cannot be gone on with: a paused one ends as `other`. */
export const readAnswer = (answer: Anthropic.Message, context: ReadingContext): AsyncGenerator<StreamEvent> =>
  readSingly(readResponses(async () => [[...readResponse(answer)]], 0, context));

/** The turn so far, and the container its tools ran in. */
interface PausedTurn {
  readonly message: Anthropic.MessageParam;
  readonly containerId: string | null;
}

const toContinuation = (request: MessagesRequest, { message, containerId }: PausedTurn): MessagesRequest => ({
  ...request,
  messages: [...request.messages, message],
  ...(containerId !== null && { container: containerId }),
});

async function* readResponses(
  send: (before: PausedTurn | null) => ReturnType<SendRequest>,
  continuations: number,
  context: ReadingContext,
): AsyncGenerator<readonly StreamEvent[]> {
  const turn = new Turn();
  let usage: Usage | null = null;
  let before: PausedTurn | null = null;
  for (let left = continuations; ; left -= 1) {
    const batches = await send(before);
    const end: ResponseEnd | undefined = yield* readEvents(batches, turn, usage, context);
    if (end === undefined) return;
    usage = end.usage;
    if (end.stopReason !== 'pause_turn' || left === 0) {
      yield [...turn.end(), ...explain(end), toFinish(end, turn)];
      await batches.drain?.();
      return;
    }
    await batches.return?.();
    before = { message: turn.toMessage(), containerId: end.containerId };
  }
}

function* explain({ stopDetails }: ResponseEnd): Generator<StreamEvent> {
  const message: unknown = stopDetails?.explanation;
  if (typeof message === 'string' && message !== '')
    yield {
      type: 'warning',
      warning: { code: 'PROVIDER_WARNING', message, path: null, from: null, to: null },
    };
}

const toFinish = ({ stopReason, usage }: ResponseEnd, turn: Turn): FinishEvent => ({
  type: 'finish',
  reason: toReason(mapFinishReason(stopReason), turn),
  rawReason: stopReason,
  usage,
  state: turn.state(),
});

/** Behind a gateway, whole calls ask for their results whatever the last word is, and without one there is nothing to ask for. */
const toReason = (reason: FinishReason, { hasClientCalls }: Turn): FinishReason => {
  if (reason === 'stop' && hasClientCalls) return 'tool-calls';
  return reason === 'tool-calls' && !hasClientCalls ? 'stop' : reason;
};
