import { ModelgraphError } from '../core/errors.ts';
import type { ReadOnce, WorkerOverview } from '../core/server-worker.ts';
import type { MetricFamily } from '../telemetry/metric-family.ts';
import { type FromPrimary, type FromWorker, isMessage } from './messages.ts';

/** The primary does nothing that takes long: one that does not answer within this is stopped or broken. */
const ANSWER_MS = 5_000;

/** What a worker knows of the server it belongs to, and asks of the others. */
export interface WorkerPeers {
  /** Of this worker, from 1. It stays when the worker is replaced. */
  readonly number: number;
  /** The same in all workers of a server, and in no other server. */
  readonly serverId: string;
  overview(): WorkerOverview;
  /** The metrics of all workers. Rejects where the primary does not answer in time. */
  gatherMetrics(): Promise<readonly MetricFamily[]>;
  /** Has the metrics of this worker read when the primary asks for them. */
  onMetricsAsked(read: () => Promise<readonly MetricFamily[]>): void;
  readonly readOnce: ReadOnce;
}

/** What the process of a worker does at the word of its primary. */
export interface WorkerOrders {
  readonly stop: () => void;
  readonly reload: () => void;
}

type Answer = Extract<FromPrimary, { readonly ask: number }>;

/** The worker's side of the channel to its primary. `process` is the one it runs in. */
export class WorkerLink implements WorkerPeers {
  readonly number: number;
  readonly serverId: string;
  readonly #process: Pick<NodeJS.Process, 'send' | 'on'>;
  readonly #waiting = new Map<number, PromiseWithResolvers<Answer>>();
  #overview: WorkerOverview = { states: {}, replacements: 0 };
  #readMetrics: (() => Promise<readonly MetricFamily[]>) | undefined;
  #orders: WorkerOrders | undefined;
  #asks = 0;

  constructor(process: Pick<NodeJS.Process, 'send' | 'on'>, number: number, serverId: string) {
    this.#process = process;
    this.number = number;
    this.serverId = serverId;
    process.on('message', (message: unknown) => {
      if (isMessage(message)) this.#take(message as FromPrimary);
    });
  }

  overview(): WorkerOverview {
    return this.#overview;
  }

  onMetricsAsked(read: () => Promise<readonly MetricFamily[]>): void {
    this.#readMetrics = read;
  }

  obey(orders: WorkerOrders): void {
    this.#orders = orders;
  }

  /** Resolves once the message has left this process, or cannot leave it any more. */
  send(message: FromWorker): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    // A primary that is gone has ended this process as well, in a moment.
    this.#process.send?.(message, undefined, undefined, () => resolve());
    return promise;
  }

  /** Sends the last metrics, so that what this worker has counted stays counted. */
  async sendLastMetrics(): Promise<void> {
    const families = await this.#readMetrics?.();
    if (families !== undefined) await this.send({ kind: 'metrics', ask: null, families });
  }

  async gatherMetrics(): Promise<readonly MetricFamily[]> {
    const answer = await this.#ask((ask) => ({ kind: 'gather-metrics', ask }), ANSWER_MS);
    return answer.kind === 'gathered-metrics' ? answer.families : [];
  }

  readonly readOnce: ReadOnce = async <T>(source: string, read: () => Promise<T>): Promise<T> => {
    const answer = await this.#ask((ask) => ({ kind: 'read', ask, source }), null);
    if (answer.kind === 'read-answer' && answer.answer !== 'read it') return answer.answer.value as T;
    let value: T | undefined;
    try {
      value = await read();
      return value;
    } finally {
      await this.send({ kind: 'has-read', source, value });
    }
  };

  async #ask(toMessage: (ask: number) => FromWorker, limitMs: number | null): Promise<Answer> {
    this.#asks += 1;
    const ask = this.#asks;
    const answer = Promise.withResolvers<Answer>();
    this.#waiting.set(ask, answer);
    const late = (): void =>
      answer.reject(
        new ModelgraphError('INTERNAL', 'The primary process of the server does not answer its workers.'),
      );
    const timer = limitMs === null ? undefined : setTimeout(late, limitMs);
    try {
      await this.send(toMessage(ask));
      return await answer.promise;
    } finally {
      clearTimeout(timer);
      this.#waiting.delete(ask);
    }
  }

  #take(message: FromPrimary): void {
    switch (message.kind) {
      case 'stop':
        return this.#orders?.stop();
      case 'reload':
        return this.#orders?.reload();
      case 'overview':
        this.#overview = message.overview;
        return undefined;
      case 'tell-metrics':
        return this.#tellMetrics(message.ask);
      case 'gathered-metrics':
      case 'read-answer':
        return this.#waiting.get(message.ask)?.resolve(message);
    }
  }

  #tellMetrics(ask: number): void {
    this.#readMetrics?.().then(
      (families) => this.send({ kind: 'metrics', ask, families }),
      // The primary goes by what this worker has told before.
      () => undefined,
    );
  }
}
