import { Worker } from 'node:worker_threads';
import type { CheckResult, CheckTask } from './check-worker.ts';

/** `too-slow`: it took more time or memory than it may, or the thread was closed. */
export type CheckOutcome = CheckResult | 'too-slow';

interface Waiting {
  readonly task: CheckTask;
  readonly resolve: (outcome: CheckOutcome) => void;
}

/** The program of the thread, beside this module: with types as a source, without them as a part of the package. */
const WORKER = new URL(
  import.meta.url.endsWith('.ts') ? './check-worker.ts' : './check-worker.js',
  import.meta.url,
);

/** Enough for the largest answers; a schema that makes more errors than this holds is stopped by it. */
const RESOURCE_LIMITS = { maxOldGenerationSizeMb: 192, maxYoungGenerationSizeMb: 16, stackSizeMb: 4 };

/**
 * A thread that checks one answer after the other, each within a limit of time and of memory: at either the thread is ended,
 * and the next check begins another one. It begins with the first check, and keeps no process alive.
 */
export class CheckThread {
  readonly #limitMs: number;
  readonly #waiting: Waiting[] = [];
  #worker: Worker | undefined;
  #isReady = false;
  #current: Waiting | undefined;
  #timer: NodeJS.Timeout | undefined;

  /** `limitMs`: longest time for one check, in milliseconds. */
  constructor(limitMs: number) {
    this.#limitMs = limitMs;
  }

  /** How many checks there are, with the one that runs. */
  get load(): number {
    return this.#waiting.length + (this.#current === undefined ? 0 : 1);
  }

  /** Never rejects. */
  run(task: CheckTask): Promise<CheckOutcome> {
    const { promise, resolve } = Promise.withResolvers<CheckOutcome>();
    this.#waiting.push({ task, resolve });
    this.#checkNext();
    return promise;
  }

  /** Ends the thread. What waits for a check is too slow. */
  close(): void {
    for (const { resolve } of this.#waiting.splice(0)) resolve('too-slow');
    this.#endThread();
  }

  #checkNext(): void {
    if (this.#current !== undefined) return;
    this.#current = this.#waiting.shift();
    if (this.#current === undefined) return;
    const worker = this.#worker ?? this.#begin();
    // What a thread takes to begin is not the schema's fault.
    if (this.#isReady) this.#limitTime();
    worker.postMessage(this.#current.task, []);
  }

  #limitTime(): void {
    this.#timer = setTimeout(() => this.#endThread(), this.#limitMs);
  }

  #begin(): Worker {
    const worker = new Worker(WORKER, {
      resourceLimits: RESOURCE_LIMITS,
      // Nothing of the server's own environment or flags concerns it.
      env: {},
      execArgv: [],
    });
    this.#worker = worker;
    worker.unref();
    worker.on('message', (message: CheckResult | 'ready') => {
      if (this.#worker !== worker) return;
      if (message !== 'ready') return this.#settle(message);
      this.#isReady = true;
      if (this.#current !== undefined) this.#limitTime();
    });
    // Its memory is spent.
    worker.on('error', () => {
      if (this.#worker === worker) this.#endThread();
    });
    return worker;
  }

  #endThread(): void {
    void this.#worker?.terminate();
    this.#worker = undefined;
    this.#isReady = false;
    this.#settle('too-slow');
  }

  #settle(outcome: CheckOutcome): void {
    clearTimeout(this.#timer);
    const current = this.#current;
    this.#current = undefined;
    current?.resolve(outcome);
    this.#checkNext();
  }
}
