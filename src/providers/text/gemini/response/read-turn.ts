import type { GenerateContentResponse } from '@google/genai/web';
import { ProviderError } from '../../../../core/errors.ts';
import type { StreamEvent } from '../../../../core/stream-event.ts';
import type { ProviderLog } from '../../../../core/text-provider.ts';
import { isFailure, mapFinishReason } from './map-finish-reason.ts';
import { readEvents, type ResponseEnd } from './read-events.ts';
import { createTurn, type Turn } from './turn.ts';

/** One request of a turn; the first one without a token. */
export type SendRequest = (continuationToken: string | null) => AsyncIterable<GenerateContentResponse>;

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
export async function* readTurn(
  send: SendRequest,
  { log, canContinue = true }: TurnContext,
): AsyncGenerator<StreamEvent> {
  const turn = createTurn(log);
  let token: string | null = null;
  for (let continuations = 0; ; continuations += 1) {
    const end: ResponseEnd | undefined = yield* readEvents(send(token), turn);
    if (end === undefined) return;
    if (end.finishReason !== 'CONTINUATION' || end.continuationToken === null || !canContinue) {
      yield* finish(end.finishReason, turn);
      return;
    }
    if (continuations === MAX_CONTINUATIONS) {
      yield tooLong();
      yield* finish(end.finishReason, turn);
      return;
    }
    token = end.continuationToken;
  }
}

function* finish(finishReason: string, turn: Turn): Generator<StreamEvent> {
  if (isFailure(finishReason))
    throw new ProviderError('PROVIDER_FAILED', { provider: 'gemini', vendorMessage: finishReason });
  for (const toolCall of turn.serverTools.rest()) yield { type: 'tool-call', toolCall };
  const reason = mapFinishReason(finishReason, turn.functionCalls.count() > 0);
  // Cut off by a limit or a filter, an unfinished call is to be expected; anywhere else it is a broken answer.
  if (reason === 'stop' || reason === 'tool-calls') turn.functionCalls.assertComplete();
  yield { type: 'finish', reason, rawReason: finishReason, usage: turn.usage, state: turn.replay.state() };
}

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
