import { RequestRejected } from '../../core/errors.ts';
import type { ToolMessage } from '../../core/message.ts';
import { NO_PROVIDER_KEYS, type ProviderKeys } from '../../core/provider-keys.ts';
import type { ServiceLog } from '../../core/service-log.ts';
import { isStoreUnavailable } from '../../core/store-errors.ts';
import type { TextRequest } from '../../core/text-request.ts';
import { parseExactJson } from '../../lib/exact-json.ts';
import { wait } from '../../lib/wait.ts';
import type { GenerationStore } from '../../stores/generations/generation-store.ts';
import { checkToolResults } from '../checks/check-tool-results.ts';
import { type GenerationGuards, toGuardedRequest } from '../generation-guards.ts';
import { notWaiting } from '../refusals.ts';
import { startInBackground } from '../catch-defects.ts';
import type { GenerationCache } from './generation-cache.ts';
import {
  type SentToolResults,
  toToolResultsAnswer,
  type ToolResultsAnswer,
} from './nodes/remote-tool-results.ts';
import type { WriteBehind } from './nodes/write-behind.ts';
import type { GenerationRun } from './run/generation-run.ts';
import type { TurnRunner } from './run/turn-runner.ts';

export interface ToolResultsOptions {
  readonly store: GenerationStore;
  readonly cache: GenerationCache;
  readonly writeBehind: WriteBehind;
  readonly runner: TurnRunner;
  readonly guards: GenerationGuards;
  readonly log: ServiceLog;
  /** Aborted once the server begins no new turn; its reason is thrown then. */
  readonly closing: AbortSignal;
}

/** Pause before an answer to another node is written again, in milliseconds. */
const RETRY_MS = 500;

/**
 * Begins the next turn of generations of this node with the results of their tool calls. Results that are refused change
 * nothing: the generation goes on waiting for others, for as long as it would have.
 */
export class ToolResults {
  readonly #options: ToolResultsOptions;

  constructor(options: ToolResultsOptions) {
    this.#options = options;
  }

  /**
   * Throws `INVALID_REQUEST` for results that do not fit, `UNAUTHENTICATED` where a key of the caller is missing,
   * `BudgetExceeded`, and what the guards refuse the next turn with. Aborting a signal ends the wait for guards.
   */
  async submit(
    run: GenerationRun,
    results: readonly ToolMessage[],
    { signals, keys }: { readonly signals: readonly AbortSignal[]; readonly keys: ProviderKeys },
  ): Promise<void> {
    if (run.awaitedToolCalls.length === 0) throw notWaiting();
    checkToolResults(results, run.awaitedToolCalls);
    run.callerKeys.check(keys, run.provider);
    const request = run.toNextRequest(results);
    if (this.#options.guards.judgesRequests) await this.#judge(run, request, signals);
    if (run.allowance.isLimited) await this.#cover(run, request);
    run.callerKeys.renew(keys, run.provider);
    run.resume(request);
    const { runner, log } = this.#options;
    if (!run.ended) startInBackground(run, log, () => runner.run(run));
  }

  /** Takes results that were handed in on another node, and answers it. Rejects on defects only. */
  async takeSent({ id, results: json }: { readonly id: string; readonly results: string }): Promise<void> {
    const { cache, log } = this.#options;
    const run = cache.findLive(id);
    let answerTo: string | null = null;
    let answer: ToolResultsAnswer = { type: 'taken' };
    try {
      const sent = parseExactJson(json) as SentToolResults;
      answerTo = 'answerTo' in sent ? sent.answerTo : null;
      if (run === undefined) throw notWaiting();
      await this.submit(run, 'answerTo' in sent ? sent.results : sent, {
        signals: [],
        keys: NO_PROVIDER_KEYS,
      });
    } catch (error) {
      answer = toToolResultsAnswer(error);
      log.warn({ err: error, generationId: id }, 'tool results of another node were not taken');
    }
    if (answerTo !== null || answer.type !== 'taken') await this.#answer(run, id, answerTo, answer);
  }

  async #judge(run: GenerationRun, request: TextRequest, signals: readonly AbortSignal[]): Promise<void> {
    const { guards, closing } = this.#options;
    const { id, turnCount, metadata } = run;
    const problem = await guards.findProblem(
      toGuardedRequest({ ...run.prepared, request }, { source: 'tool-results', id, metadata }),
      run.caller,
      { path: ['results'], signals: [...signals, run.signal, closing] },
    );
    if (problem !== undefined) throw new RequestRejected([problem]);
    // Other results may have been taken, or the generation may have ended, while the guards judged these.
    if (run.awaitedToolCalls.length === 0 || run.turnCount !== turnCount) throw notWaiting();
  }

  /** What the next turn may cost is reserved before the results are taken. */
  async #cover(run: GenerationRun, request: TextRequest): Promise<void> {
    const { turnCount } = run;
    await run.coverCall(request, ['results']);
    if (run.awaitedToolCalls.length === 0 || run.turnCount !== turnCount) throw notWaiting();
  }

  /** While the store is away the answer waits for it, as long as the generation lives. */
  async #answer(
    run: GenerationRun | undefined,
    id: string,
    to: string | null,
    answer: ToolResultsAnswer,
  ): Promise<void> {
    const { store, writeBehind, log } = this.#options;
    for (;;) {
      const isWaiting = run?.status === 'requires-action';
      try {
        await store.answerToolResults(id, { answer: JSON.stringify(answer), to, isWaiting });
        // Other results may have been taken here meanwhile.
        if (isWaiting && run.status !== 'requires-action') writeBehind.rewrite(id);
        return;
      } catch (error) {
        log.warn({ err: error, generationId: id }, 'another node could not be answered about tool results');
        if (!isStoreUnavailable(error) || run === undefined || run.ended) return;
      }
      await wait(RETRY_MS, run.signal).catch(() => undefined);
    }
  }
}
