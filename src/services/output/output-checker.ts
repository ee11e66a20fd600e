import { createHash } from 'node:crypto';
import type { JsonValue } from '../../core/json.ts';
import { readJsonOutput } from '../../core/json-output.ts';
import type { OutputViolation } from '../../core/output.ts';
import { withPlainNumbers } from '../../lib/exact-json.ts';
import { type CheckOutcome, CheckThread } from './check-thread.ts';

export interface OutputCheckerOptions {
  /** Longest time for one check, in milliseconds. */
  readonly limitMs?: number;
}

const LIMIT_MS = 5_000;

/** Nearly every check takes a few milliseconds. */
const QUICK_MS = 250;

/** Most checks that may wait for the thread of the slow ones. */
const MAX_SLOW_CHECKS = 8;

/** How long a schema that was too slow is not tried again, in milliseconds: every answer of a batch may have it. */
const SLOW_FOR_MS = 60_000;

const MAX_SLOW_SCHEMAS = 1_000;

const whole = (message: string): readonly OutputViolation[] => [{ path: '', message }];

/** What keeps a text from being held against any schema; undefined: nothing does. */
const findTextViolations = (text: string): readonly OutputViolation[] | undefined => {
  if (text.trim() === '') return whole('must be JSON, and the text is empty');
  return readJsonOutput(text).type === 'json' ? undefined : whole('must be JSON, which the text is not');
};

const hashOf = (schema: JsonValue): string =>
  createHash('sha256').update(JSON.stringify(schema)).digest('base64');

/**
 * Holds answers against their schemas, in threads. A schema comes from a client: its patterns may take years for some texts,
 * and its alternatives grow with the power of their depth. So each check has a limit of time and of memory. The slow ones
 * have a thread of their own, where nothing but another slow one waits for them; the event loop of the server waits for
 * none.
 */
export class OutputChecker {
  readonly #limitMs: number;
  readonly #quick = new CheckThread(QUICK_MS);
  readonly #patient: CheckThread;
  /** Schemas that were too slow, by hash, and until when they are not tried again. */
  readonly #slow = new Map<string, number>();
  #isClosed = false;

  constructor({ limitMs = LIMIT_MS }: OutputCheckerOptions = {}) {
    this.#limitMs = limitMs;
    this.#patient = new CheckThread(limitMs);
  }

  /**
   * Where a text breaks a schema, at most 20 places; empty: nowhere. What cannot be checked within the limits is broken as
   * a whole: an answer that was not checked is never taken for a right one. Never rejects.
   */
  async check(schema: JsonValue, text: string): Promise<readonly OutputViolation[]> {
    const found = findTextViolations(text);
    if (found !== undefined) return found;
    // A thread cannot be sent a number that kept its digits, and computes with JavaScript's own.
    const outcome = await this.#run(withPlainNumbers(schema), text);
    if (outcome === 'too-slow')
      return whole(
        `could not be checked: with this schema that takes more than ${this.#limitMs} ms, or too much memory`,
      );
    return outcome ?? whole('could not be checked: the schema cannot be applied to it');
  }

  /** Ends the threads. What waits for a check is given as not checked. */
  close(): void {
    this.#isClosed = true;
    this.#quick.close();
    this.#patient.close();
  }

  async #run(schema: JsonValue, text: string): Promise<CheckOutcome> {
    const hash = hashOf(schema);
    if (this.#isClosed || (this.#slow.get(hash) ?? 0) > performance.now()) return 'too-slow';
    const quick = await this.#quick.run({ schema, text });
    if (quick !== 'too-slow' || this.#isClosed || this.#patient.load >= MAX_SLOW_CHECKS) return quick;
    const outcome = await this.#patient.run({ schema, text });
    if (outcome === 'too-slow') this.#noteSlow(hash);
    return outcome;
  }

  #noteSlow(hash: string): void {
    this.#slow.set(hash, performance.now() + SLOW_FOR_MS);
    const [oldest] = this.#slow.keys();
    if (this.#slow.size > MAX_SLOW_SCHEMAS && oldest !== undefined) this.#slow.delete(oldest);
  }
}
