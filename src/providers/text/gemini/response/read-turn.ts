import type { GenerateContentResponse } from '@google/genai/web';
import { ProviderError } from '../../../../core/errors.ts';
import type { StreamEvent } from '../../../../core/stream-event.ts';
import type { ProviderLog } from '../../../../core/text-provider.ts';
import { PayloadEvents, type PayloadReader } from '../../../shared/reading/payload-events.ts';
import type { Payloads } from '../../../shared/reading/reading-context.ts';
import { isFailure, mapFinishReason } from './map-finish-reason.ts';
import { ResponseReader } from './response-reader.ts';
import { createTurn, type Turn } from './turn.ts';

/** One request of a turn; the first one without a token. */
export type SendRequest = (continuationToken: string | null) => Payloads<GenerateContentResponse>;

export interface TurnContext {
  readonly log: ProviderLog;
  /** Whether an interrupted answer can be asked for again; true where nothing is said. */
  readonly canContinue?: boolean;
}

/** How many further requests one turn may take. */
const MAX_CONTINUATIONS = 16;

/**
 * The events of a turn, in the order of the vendor's parts; citations come last, when the text they count in is there.
 * An answer the vendor interrupts with CONTINUATION is asked for again where it stopped: one turn, one `finish`, the
 * usage of its requests added up. A response that never says how it ended gives no `finish`.
 */
export const readTurn = (send: SendRequest, context: TurnContext): PayloadEvents<GenerateContentResponse> =>
  new PayloadEvents(send(null), new TurnReader(send, context));

/** Makes events of the responses of one turn. */
class TurnReader implements PayloadReader<GenerateContentResponse> {
  readonly #send: SendRequest;
  readonly #canContinue: boolean;
  readonly #turn: Turn;
  #response: ResponseReader;
  #continuations = 0;
  #nextToken: string | null = null;

  constructor(send: SendRequest, { log, canContinue = true }: TurnContext) {
    this.#send = send;
    this.#canContinue = canContinue;
    this.#turn = createTurn(log);
    this.#response = new ResponseReader(this.#turn);
  }

  /** A connection lost after the finish reason has cost its numbers at most, not the answer. */
  get isComplete(): boolean {
    return this.#response.finishReason !== null;
  }

  get isPaused(): boolean {
    return this.#nextToken !== null;
  }

  read(chunk: GenerateContentResponse, events: StreamEvent[]): void {
    this.#response.read(chunk, events);
  }

  end(_isWhole: boolean, events: StreamEvent[]): void {
    const turn = this.#turn;
    const { finishReason, continuationToken } = this.#response;
    if (finishReason === null) return;
    for (const citation of turn.citations.take(turn.text)) events.push({ type: 'citation', citation });
    if (finishReason === 'CONTINUATION' && continuationToken !== null && this.#canContinue) {
      if (this.#continuations < MAX_CONTINUATIONS) {
        this.#nextToken = continuationToken;
        return;
      }
      events.push(tooLong());
    }
    finish(finishReason, turn, events);
  }

  goOn(): Payloads<GenerateContentResponse> {
    const token = this.#nextToken;
    this.#nextToken = null;
    this.#continuations += 1;
    this.#response = new ResponseReader(this.#turn);
    return this.#send(token);
  }
}

const finish = (finishReason: string, turn: Turn, events: StreamEvent[]): void => {
  if (isFailure(finishReason))
    throw new ProviderError('PROVIDER_FAILED', { provider: 'gemini', vendorMessage: finishReason });
  for (const toolCall of turn.serverTools.rest()) events.push({ type: 'tool-call', toolCall });
  const reason = mapFinishReason(finishReason, turn.functionCalls.count() > 0);
  // Cut off by a limit or a filter, an unfinished call is to be expected; anywhere else it is a broken answer.
  if (reason === 'stop' || reason === 'tool-calls') turn.functionCalls.assertComplete();
  const { usage, replay } = turn;
  events.push({ type: 'finish', reason, rawReason: finishReason, usage, state: replay.state() });
};

const tooLong = (): StreamEvent => ({
  type: 'warning',
  warning: {
    code: 'PROVIDER_WARNING',
    message: `The provider interrupted the answer more than ${MAX_CONTINUATIONS} times; it is incomplete.`,
    path: null,
    from: null,
    to: null,
  },
});
