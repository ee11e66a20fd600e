import { createHash } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import type { JsonValue } from '../../core/json.ts';
import { readJsonOutput } from '../../core/json-output.ts';
import type { OutputViolation } from '../../core/output.ts';
import type { CheckResult, CheckTask } from './check-worker.ts';

export interface OutputCheckerOptions {
  /** Longest time for one check, in milliseconds. */
  readonly limitMs?: number;
}

const LIMIT_MS = 5_000;

/** Enough for the largest answers; a schema that makes more errors than this holds is stopped by it. */
const RESOURCE_LIMITS = { maxOldGenerationSizeMb: 192, maxYoungGenerationSizeMb: 16, stackSizeMb: 4 };

const whole = (message: string): readonly OutputViolation[] => [{ path: '', message }];

/** What keeps a text from being held against any schema; undefined: nothing does. */
const findTextViolations = (text: string): readonly OutputViolation[] | undefined => {
  if (text.trim() === '') return whole('must be JSON, and the text is empty');
  return readJsonOutput(text).type === 'json' ? undefined : whole('must be JSON, which the text is not');
};

/** How long a schema that was too slow is not tried again, in milliseconds: every answer of a batch may have it. */
const SLOW_FOR_MS = 60_000;

const MAX_SLOW = 1_000;

const hashOf = (schema: JsonValue): string =>
  createHash('sha256').update(JSON.stringify(schema)).digest('base64');

interface Waiting {
  readonly hash: string;
  readonly task: CheckTask;
  readonly resolve: (result: CheckResult | 'too-slow') => void;
}

/**
 * Holds answers against their schemas, one after the other, in a thread of its own. A schema comes from a client: its
 * patterns may take years for some texts, and its alternatives grow with the power of their depth. So the thread has a
 * limit of time and of memory for each check; at either it is ended, and the next check begins another one. The event
 * loop of the server never waits for it. The thread begins with the first check.
 */
export class OutputChecker {
  readonly #limitMs: number;
  readonly #waiting: Waiting[] = [];
  /** Schemas that were too slow, by hash, and until when they are not tried again. */
  readonly #slow = new Map<string, number>();
  #worker: Worker | undefined;
  #current: Waiting | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor({ limitMs = LIMIT_MS }: OutputCheckerOptions = {}) {
    this.#limitMs = limitMs;
  }

  /**
   * Where a text breaks a schema, at most 20 places; empty: nowhere. What cannot be checked within the limits is broken as
   * a whole: an answer that was not checked is never taken for a right one. Never rejects.
   */
  async check(schema: JsonValue, text: string): Promise<readonly OutputViolation[]> {
    const found = findTextViolations(text);
    if (found !== undefined) return found;
    const result = await this.#run(schema, text);
    if (result === 'too-slow')
      return whole(
        `could not be checked: with this schema that takes more than ${this.#limitMs} ms, or too much memory`,
      );
    return result ?? whole('could not be checked: the schema cannot be applied to it');
  }

  #run(schema: JsonValue, text: string): Promise<CheckResult | 'too-slow'> {
    const hash = hashOf(schema);
    if ((this.#slow.get(hash) ?? 0) > performance.now()) return Promise.resolve('too-slow');
    const { promise, resolve } = Promise.withResolvers<CheckResult | 'too-slow'>();
    this.#waiting.push({ hash, task: { schema, text }, resolve });
    this.#checkNext();
    return promise;
  }

  /** Ends the thread. What waits for a check is given as not checked. */
  close(): void {
    for (const { resolve } of this.#waiting.splice(0)) resolve('too-slow');
    this.#settle('too-slow', true);
  }

  #checkNext(): void {
    if (this.#current !== undefined) return;
    const next = this.#waiting.shift();
    if (next === undefined) return;
    this.#current = next;
    const worker = this.#worker ?? this.#begin();
    this.#timer = setTimeout(() => this.#giveUp(next), this.#limitMs);
    worker.postMessage(next.task, []);
  }

  #begin(): Worker {
    const worker = new Worker(new URL('./check-worker.ts', import.meta.url), {
      resourceLimits: RESOURCE_LIMITS,
      // Nothing of the server's own environment or flags concerns it.
      env: {},
      execArgv: [],
    });
    this.#worker = worker;
    worker.unref();
    worker.on('message', (result: CheckResult) => {
      if (this.#worker === worker) this.#settle(result, false);
    });
    // Its memory is spent.
    worker.on('error', () => {
      if (this.#worker === worker) this.#giveUp(this.#current);
    });
    return worker;
  }

  #giveUp(given: Waiting | undefined): void {
    if (given !== undefined) this.#slow.set(given.hash, performance.now() + SLOW_FOR_MS);
    const [oldest] = this.#slow.keys();
    if (this.#slow.size > MAX_SLOW && oldest !== undefined) this.#slow.delete(oldest);
    this.#settle('too-slow', true);
  }

  #settle(result: CheckResult | 'too-slow', endsThread: boolean): void {
    clearTimeout(this.#timer);
    if (endsThread) {
      void this.#worker?.terminate();
      this.#worker = undefined;
    }
    const current = this.#current;
    this.#current = undefined;
    current?.resolve(result);
    this.#checkNext();
  }
}
