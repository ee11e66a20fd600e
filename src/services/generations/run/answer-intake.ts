import type { StreamEvent } from '../../../core/stream-event.ts';
import type { Admission } from '../../providers/provider-health.ts';
import type { CallHealth } from '../../providers/unwatched-health.ts';
import type { GenerationRun } from './generation-run.ts';
import { joinDeltas } from './join-deltas.ts';
import { ReceivedChunks } from './received-chunks.ts';
import type { TurnKeys } from './turn-keys.ts';

/** A turn as far as its answer concerns it. */
export interface AnsweredTurn {
  readonly run: GenerationRun;
  readonly keys: TurnKeys;
  /** The whole answer has come: what the upstream does while it closes changes nothing. */
  isComplete: boolean;
  /** Called once the answer asks for results of tool calls. */
  readonly onToolCalls: (run: GenerationRun) => void;
}

export interface AnswerIntakeOptions {
  /** Of the provider, which has admitted the call. */
  readonly health: CallHealth;
  readonly admission: Admission;
  /** Whether the turn's request was sent before. */
  readonly isRetry: boolean;
  readonly isStreamed: boolean;
}

/**
 * Moves the events of one call into the run, until the answer is complete or the run has ended. An object and not functions
 * around a call: it is kept for as long as a model is silent.
 */
export class AnswerIntake {
  readonly chunks: ReceivedChunks;
  readonly #turn: AnsweredTurn;
  readonly #options: AnswerIntakeOptions;
  readonly #calledAt = performance.now();
  #firstDeltaMs: number | null = null;

  /** To be made when the provider has been called. */
  constructor(turn: AnsweredTurn, options: AnswerIntakeOptions) {
    this.#turn = turn;
    this.#options = options;
    this.chunks = new ReceivedChunks(turn.run, options.isStreamed, this.#calledAt);
  }

  /** Gives whether more is to be read. */
  takeAll(events: readonly StreamEvent[]): boolean {
    const { run, isComplete } = this.#turn;
    if (!isComplete && !run.isOver) this.chunks.note(events);
    for (const event of run.joinsDeltas ? joinDeltas(events) : events) {
      if (run.isOver) return false;
      this.#take(event);
    }
    // The rest of the connection, which may stay open, must not delay the judgement.
    return run.heldAnswer === null;
  }

  #take(event: StreamEvent): void {
    const turn = this.#turn;
    const { run } = turn;
    const { health, admission, isRetry, isStreamed } = this.#options;
    if (turn.isComplete || (isRetry && event.type === 'warning' && run.hasWarning(event.warning))) return;
    const hadContent = run.hasContent;
    run.take(event);
    if (!hadContent && run.hasContent) {
      if (isStreamed) this.#firstDeltaMs = performance.now() - this.#calledAt;
      health.recordFirstDelta(admission);
    }
    if (event.type !== 'finish') return;
    turn.isComplete = true;
    health.recordSuccess(admission, this.#firstDeltaMs);
    turn.keys.takeSuccess();
    if (run.awaitedToolCalls.length > 0) turn.onToolCalls(run);
  }
}
