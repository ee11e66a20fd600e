import type { WorkerOverview } from '../core/server-worker.ts';
import type { MetricFamily } from '../telemetry/metric-family.ts';

/** What a worker says once it serves; `describes` is for the start-up message and is passed on as it is. */
export interface ReadyMessage<Description> {
  readonly kind: 'ready';
  readonly url: string;
  readonly describes: Description;
}

export type FromWorker<Description = unknown> =
  | ReadyMessage<Description>
  /** It cannot start; the reason is for the operator, without secrets. */
  | { readonly kind: 'failed'; readonly reason: string }
  | { readonly kind: 'draining' }
  /** Asks for the metrics of all workers. */
  | { readonly kind: 'gather-metrics'; readonly ask: number }
  /** Its own metrics: an answer, or the last ones before it ends (`ask` is null). */
  | { readonly kind: 'metrics'; readonly ask: number | null; readonly families: readonly MetricFamily[] }
  /** Asks for what is read of a source once for all workers. */
  | { readonly kind: 'read'; readonly ask: number; readonly source: string }
  /** What it has read for all; undefined: it could not. */
  | { readonly kind: 'has-read'; readonly source: string; readonly value: unknown };

export type FromPrimary =
  | { readonly kind: 'stop' }
  | { readonly kind: 'reload' }
  | { readonly kind: 'overview'; readonly overview: WorkerOverview }
  | { readonly kind: 'tell-metrics'; readonly ask: number }
  | { readonly kind: 'gathered-metrics'; readonly ask: number; readonly families: readonly MetricFamily[] }
  /** Either the value, or that this worker is the one that reads it. */
  | {
      readonly kind: 'read-answer';
      readonly ask: number;
      readonly answer: { readonly value: unknown } | 'read it';
    };

/** What Node sends over the same channel is no message of ours. */
export const isMessage = (message: unknown): message is { readonly kind: string } =>
  typeof message === 'object' && message !== null && 'kind' in message && typeof message.kind === 'string';
