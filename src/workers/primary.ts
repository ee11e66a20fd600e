import cluster, { type Worker } from 'node:cluster';
import { ModelgraphError } from '../core/errors.ts';
import type { ServiceLog } from '../core/service-log.ts';
import { GatheredMetrics } from './gathered-metrics.ts';
import { type FromPrimary, type FromWorker, isMessage, type ReadyMessage } from './messages.ts';
import { SharedReads } from './shared-reads.ts';
import { WorkerSlot } from './worker-slot.ts';

/** So many starts in a row that failed, while no worker serves, end the server: a supervisor sees it then. */
const MOST_FAILED_STARTS = 5;

export interface PrimaryOptions {
  readonly count: number;
  /** The path of the program of a worker. It is started with its number and the id of the server. */
  readonly program: string;
  /** The same in all workers of this server, and in no other server. */
  readonly serverId: string;
  /** What a worker's environment has beside that of this process. */
  readonly environmentOf: (worker: number) => Readonly<Record<string, string>>;
  readonly log: ServiceLog;
  /** Called once where no worker can be started any more. Every process of the server but this one has ended then. */
  readonly onFailed: (error: Error) => void;
}

/** How a process has ended, for a log. */
const toEnd = (
  code: number | null,
  signal: string | null,
): { readonly code: number } | { readonly signal: string } =>
  signal === null ? { code: code ?? 1 } : { signal };

/**
 * The process that starts the workers of a server, replaces those that end, and carries messages between them. It serves
 * nothing itself. Importing it makes this process a primary of node:cluster.
 */
export class Primary<Description> {
  readonly #options: PrimaryOptions;
  readonly #slots: readonly WorkerSlot[];
  readonly #metrics = new GatheredMetrics();
  readonly #reads = new SharedReads();
  readonly #starts = new Map<WorkerSlot, PromiseWithResolvers<ReadyMessage<Description>>>();
  #replacements = 0;
  #failedStarts = 0;
  #isStopping = false;
  #isClean = true;
  readonly #ended = Promise.withResolvers<void>();

  constructor(options: PrimaryOptions) {
    this.#options = options;
    this.#slots = Array.from({ length: options.count }, (_, index) => new WorkerSlot(index + 1));
  }

  /**
   * Starts the first worker, which brings the database up to date, then the others, and resolves with what the first one says
   * once all of them serve. Rejects where one cannot start; no worker is left then.
   */
  async start(): Promise<ReadyMessage<Description>> {
    // Where the system shares no port among processes, this one accepts and takes turns.
    cluster.schedulingPolicy = cluster.SCHED_RR;
    const [first, ...others] = this.#slots;
    if (first === undefined) throw new TypeError('a server has at least one worker');
    try {
      const ready = await this.#startFirst(first);
      await Promise.all(others.map((slot) => this.#startFirst(slot)));
      return ready;
    } catch (error) {
      this.#isStopping = true;
      this.kill();
      throw error;
    }
  }

  /** Has every worker take no new work, end what runs and close. Rejects where one of them could not do so. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    for (const slot of this.#slots) {
      clearTimeout(slot.timer);
      this.#send(slot, { kind: 'stop' });
    }
    this.#resolveEnded();
    await this.#ended.promise;
    if (!this.#isClean) throw new ModelgraphError('INTERNAL', 'A worker could not shut down cleanly.');
  }

  /** Has every worker read the operator's files and the sources of the catalogue again. */
  async reload(): Promise<void> {
    this.#reads.forget();
    for (const slot of this.#slots) this.#send(slot, { kind: 'reload' });
  }

  /** Ends every worker at once. */
  kill(): void {
    for (const { worker } of this.#slots) worker?.process.kill('SIGKILL');
  }

  #startFirst(slot: WorkerSlot): Promise<ReadyMessage<Description>> {
    const start = Promise.withResolvers<ReadyMessage<Description>>();
    this.#starts.set(slot, start);
    this.#fork(slot);
    return start.promise;
  }

  #fork(slot: WorkerSlot): void {
    const { program, serverId, environmentOf } = this.#options;
    cluster.setupPrimary({
      exec: program,
      args: [String(slot.number), serverId],
      // Values such as NaN are lost in JSON.
      serialization: 'advanced',
    });
    const worker = cluster.fork(environmentOf(slot.number));
    slot.begin(worker);
    worker.on('message', (message: unknown) => {
      if (isMessage(message)) this.#take(slot, worker, message as FromWorker<Description>);
    });
    // A process that cannot be started, or written to, ends as well: `exit` says so.
    worker.on('error', (error) =>
      this.#options.log.error({ err: error, worker: slot.number }, 'a worker failed'),
    );
    worker.once('exit', (code: number | null, signal: string | null) =>
      this.#noteExit(slot, worker, code, signal),
    );
    this.#tellOverview();
  }

  #take(slot: WorkerSlot, worker: Worker, message: FromWorker<Description>): void {
    const answer = (to: FromPrimary): void => this.#sendTo(worker, to);
    switch (message.kind) {
      case 'ready':
        return this.#noteReady(slot, message);
      case 'failed':
        slot.reason = message.reason;
        return undefined;
      case 'draining':
        slot.state = 'draining';
        return this.#tellOverview();
      case 'metrics':
        return this.#metrics.take(worker.id, message.ask, message.families);
      case 'gather-metrics':
        void this.#metrics
          .gather(this.#listMetricsSources())
          .then((families) => answer({ kind: 'gathered-metrics', ask: message.ask, families }));
        return undefined;
      case 'read':
        return this.#reads.ask(message.source, worker.id, (found) =>
          answer({ kind: 'read-answer', ask: message.ask, answer: found }),
        );
      case 'has-read':
        return this.#reads.settle(message.source, worker.id, message.value);
    }
  }

  #listMetricsSources() {
    return this.#slots.flatMap(({ worker, state }) =>
      worker === null
        ? []
        : {
            id: worker.id,
            isReady: state === 'ready' || state === 'draining',
            tellMetrics: (ask: number) => this.#sendTo(worker, { kind: 'tell-metrics', ask }),
          },
    );
  }

  #noteReady(slot: WorkerSlot, message: ReadyMessage<Description>): void {
    const isReplacement = !this.#starts.has(slot);
    slot.noteReady();
    this.#failedStarts = 0;
    this.#tellOverview();
    if (isReplacement)
      this.#options.log.info({ worker: slot.number }, 'a worker serves in place of one that has ended');
    this.#starts.get(slot)?.resolve(message);
    this.#starts.delete(slot);
  }

  #noteExit(slot: WorkerSlot, worker: Worker, code: number | null, signal: string | null): void {
    const { reason } = slot;
    const { hasServed, retryMs } = slot.end();
    this.#metrics.retire(worker.id);
    this.#reads.leave(worker.id);
    const start = this.#starts.get(slot);
    if (start !== undefined) {
      const words = reason ?? `A worker ended before it could serve: ${JSON.stringify(toEnd(code, signal))}.`;
      start.reject(new ModelgraphError('INTERNAL', words));
      return;
    }
    if (this.#isStopping) {
      this.#isClean &&= code === 0;
      this.#resolveEnded();
      return;
    }
    this.#replace(
      slot,
      { ...toEnd(code, signal), ...(reason !== null && { reason }) },
      { hasServed, retryMs },
    );
  }

  #replace(
    slot: WorkerSlot,
    end: object,
    { hasServed, retryMs }: { readonly hasServed: boolean; readonly retryMs: number },
  ): void {
    const { log, onFailed } = this.#options;
    log.error({ worker: slot.number, ...end, retryMs }, 'a worker has ended; another one takes its place');
    if (!hasServed) this.#failedStarts += 1;
    this.#tellOverview();
    const isServed = this.#slots.some(({ state }) => state === 'ready' || state === 'draining');
    if (this.#failedStarts >= MOST_FAILED_STARTS && !isServed) {
      this.#isStopping = true;
      for (const { timer } of this.#slots) clearTimeout(timer);
      this.kill();
      const last = 'reason' in end ? ` The last one said: ${String(end.reason)}` : '';
      onFailed(new ModelgraphError('INTERNAL', `No worker can be started any more.${last}`));
      return;
    }
    slot.timer = setTimeout(() => {
      this.#replacements += 1;
      this.#fork(slot);
    }, retryMs);
  }

  #resolveEnded(): void {
    if (this.#slots.every(({ worker }) => worker === null)) this.#ended.resolve();
  }

  #tellOverview(): void {
    const states = Object.fromEntries(this.#slots.map(({ number, state }) => [String(number), state]));
    const overview = { states, replacements: this.#replacements };
    for (const slot of this.#slots) this.#send(slot, { kind: 'overview', overview });
  }

  #send({ worker }: WorkerSlot, message: FromPrimary): void {
    if (worker !== null) this.#sendTo(worker, message);
  }

  /** A worker that is about to end takes no message any more; its exit says the rest. */
  #sendTo(worker: Worker, message: FromPrimary): void {
    if (worker.isConnected()) worker.process.send(message, () => undefined);
  }
}
