import type Anthropic from '@anthropic-ai/sdk';
import type { FinishReason } from '../../../../core/generation.ts';
import type { FinishEvent, StreamEvent } from '../../../../core/stream-event.ts';
import type { Batches } from '../../../shared/call/event-batches.ts';
import { PayloadEvents, type PayloadReader, readSingly } from '../../../shared/reading/payload-events.ts';
import type { Payloads, ReadingContext } from '../../../shared/reading/reading-context.ts';
import { mapFinishReason } from './map-finish-reason.ts';
import { readResponse } from './read-response.ts';
import { type ResponseEnd, ResponseReader } from './response-reader.ts';
import type { MessagesRequest } from '../request/to-messages-request.ts';
import { Turn } from './turn.ts';

type Payload = Anthropic.RawMessageStreamEvent;

/** Sends one request and gives what its response brings. */
export type SendRequest = (request: MessagesRequest) => Promise<Batches<Payload>>;

/** How often a paused turn is gone on with. The vendor pauses after about ten runs of its own tools. */
const CONTINUATIONS = 10;

/**
 * One turn of the model, those events that came together in one batch. A response that ends with `pause_turn` is gone on with by a
 * further request that sends the turn so far back: the caller sees one text, the sum of the usage and one `finish`. After the
 * last continuation allowed the turn ends as `other`, its raw reason `pause_turn`. Ends without `finish` when a response breaks
 * off.
 */
export const readTurn = (
  request: MessagesRequest,
  send: SendRequest,
  context: ReadingContext,
): PayloadEvents<Payload> =>
  new PayloadEvents(
    send(request),
    new TurnReader(context, CONTINUATIONS, (before) => send(toContinuation(request, before))),
  );

/** The turn of an answer that is at hand and cannot be gone on with: a paused one ends as `other`. */
export const readAnswer = (answer: Anthropic.Message, context: ReadingContext): AsyncGenerator<StreamEvent> =>
  readSingly(new PayloadEvents([[...readResponse(answer)]], new TurnReader(context, 0, null)));

/** The turn so far, and the container its tools ran in. */
interface PausedTurn {
  readonly message: Anthropic.MessageParam;
  readonly containerId: string | null;
}

type SendNext = (before: PausedTurn) => Payloads<Payload>;

const toContinuation = (request: MessagesRequest, { message, containerId }: PausedTurn): MessagesRequest => ({
  ...request,
  messages: [...request.messages, message],
  ...(containerId !== null && { container: containerId }),
});

/** Makes events of the responses of one turn. */
class TurnReader implements PayloadReader<Payload> {
  /** Its last payload ends the turn, whatever has come before. */
  readonly isComplete = false;
  readonly #turn = new Turn();
  readonly #context: ReadingContext;
  readonly #send: SendNext | null;
  #response: ResponseReader;
  #left: number;
  #paused: PausedTurn | null = null;

  /** `continuations`: at most, each sent by `send`. */
  constructor(context: ReadingContext, continuations: number, send: SendNext | null) {
    this.#context = context;
    this.#left = continuations;
    this.#send = send;
    this.#response = new ResponseReader(this.#turn, null, context);
  }

  get hasStopped(): boolean {
    return this.#response.hasStopped;
  }

  read(payload: Payload, events: StreamEvent[]): void {
    this.#response.read(payload, events);
  }

  end(_isWhole: boolean, events: StreamEvent[]): void {
    if (!this.#response.isWhole) return;
    const end = this.#response.end(events);
    if (end.stopReason === 'pause_turn' && this.#left > 0) {
      this.#paused = { message: this.#turn.toMessage(), containerId: end.containerId };
      this.#response = new ResponseReader(this.#turn, end.usage, this.#context);
      return;
    }
    this.#turn.end(events);
    explain(end, events);
    events.push(toFinish(end, this.#turn));
  }

  get isPaused(): boolean {
    return this.#paused !== null;
  }

  goOn(): Payloads<Payload> {
    const paused = this.#paused;
    if (paused === null || this.#send === null) throw new TypeError('the turn is not paused');
    this.#paused = null;
    this.#left -= 1;
    return this.#send(paused);
  }
}

const explain = ({ stopDetails }: ResponseEnd, events: StreamEvent[]): void => {
  const message: unknown = stopDetails?.explanation;
  if (typeof message === 'string' && message !== '')
    events.push({
      type: 'warning',
      warning: { code: 'PROVIDER_WARNING', message, path: null, from: null, to: null },
    });
};

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
