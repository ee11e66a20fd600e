import { ChunkTimes } from '../../../core/chunk-times.ts';
import type { StreamEvent } from '../../../core/stream-event.ts';
import type { GenerationRun } from './generation-run.ts';

const isChunk = ({ type }: StreamEvent): boolean =>
  type === 'text-delta' || type === 'reasoning-delta' || type === 'tool-call-delta';

/** Times the chunks of one call's answer, and reports them once: before the answer is whole, or when the stream has broken. */
export class ReceivedChunks {
  readonly #run: Pick<GenerationRun, 'telemetry'>;
  readonly #isStreamed: boolean;
  readonly #calledAt: number;
  /** Made with the first chunk: a model may be silent for long, and many at once. */
  #times: ChunkTimes | null = null;
  #isReported = false;

  /** `calledAt`: when the provider was called, by `performance.now()`. An answer that is not streamed has no chunks. */
  constructor(run: Pick<GenerationRun, 'telemetry'>, isStreamed: boolean, calledAt: number) {
    this.#run = run;
    this.#isStreamed = isStreamed;
    this.#calledAt = calledAt;
  }

  /** Takes what has come at once. To be called before the run takes it, since the run may end with it. */
  note(events: readonly StreamEvent[]): void {
    const count = this.#isStreamed ? events.filter(isChunk).length : 0;
    if (count > 0) {
      this.#times ??= new ChunkTimes(this.#calledAt);
      this.#times.note(performance.now(), count);
    }
    if (events.at(-1)?.type === 'finish') this.report();
  }

  report(): void {
    if (this.#isReported || this.#times === null || this.#times.firstSeconds === null) return;
    this.#isReported = true;
    this.#run.telemetry.chunksReceived(this.#times);
  }
}
