import { type ErrorCode, ModelgraphError, type Problem, RequestRejected } from '../../../core/errors.ts';
import type { Generation } from '../../../core/generation.ts';
import type { ToolMessage } from '../../../core/message.ts';
import type { GenerationStore } from '../../../stores/generations/generation-store.ts';
import { checkToolResults } from '../../checks/check-tool-results.ts';
import { notWaiting } from '../../refusals.ts';

/** Tool results on their way to the node that runs the generation; with the node that waits for an answer, if one does. */
export type SentToolResults =
  | readonly ToolMessage[]
  | { readonly results: readonly ToolMessage[]; readonly answerTo: string };

/** What became of tool results that another node handed in. */
export type ToolResultsAnswer =
  | { readonly type: 'taken' }
  | { readonly type: 'rejected'; readonly problems: readonly [Problem, ...Problem[]] }
  | { readonly type: 'failed'; readonly code: ErrorCode; readonly message: string };

export interface RemoteToolResultsOptions {
  readonly store: GenerationStore;
  /** How long to wait for the node that runs the generation. */
  readonly answerMs: number;
  /** Whether that node may refuse any results; if not, only those of a caller with budgets or with keys of its own. */
  readonly isAlwaysAnswered: boolean;
}

/** Hands tool results to the nodes that run the generations they are for. */
export class RemoteToolResults {
  readonly #options: RemoteToolResultsOptions;
  readonly #expected = new Map<string, (answer: ToolResultsAnswer | undefined) => void>();

  constructor(options: RemoteToolResultsOptions) {
    this.#options = options;
  }

  /**
   * Throws `INVALID_REQUEST` when the results do not fit or others were handed in before, and what the guards of the other
   * node or a budget refuse them with. Where that node does not answer in time they are on their way.
   */
  async submit(
    known: Generation,
    results: readonly ToolMessage[],
    { signal, mayBeRefused }: { readonly signal: AbortSignal; readonly mayBeRefused: boolean },
  ): Promise<Generation> {
    if (known.status !== 'requires-action') throw notWaiting();
    const { store, answerMs, isAlwaysAnswered } = this.#options;
    const { events } = await store.readEvents(known.id, 0);
    const wanted = events.findLast((event) => event.type === 'ActionRequired');
    checkToolResults(results, wanted?.toolCalls ?? []);
    const isAnswered = isAlwaysAnswered || mayBeRefused;
    const answer = isAnswered ? this.#expect(known.id, answerMs, signal) : undefined;
    const sent: SentToolResults = answer === undefined ? results : { results, answerTo: store.nodeId };
    try {
      const isFirst = await store.submitToolResults(known.id, JSON.stringify(sent));
      if (!isFirst) throw notWaiting();
      throwRefusal(await answer?.promise);
    } finally {
      answer?.drop();
    }
    return { ...known, status: 'running', finishReason: null, rawFinishReason: null };
  }

  /** Another node has answered. */
  take({ id, answer }: { readonly id: string; readonly answer: string }): void {
    this.#expected.get(id)?.(JSON.parse(answer) as ToolResultsAnswer);
  }

  #expect(
    id: string,
    answerMs: number,
    signal: AbortSignal,
  ): { readonly promise: Promise<ToolResultsAnswer | undefined>; readonly drop: () => void } {
    const { promise, resolve } = Promise.withResolvers<ToolResultsAnswer | undefined>();
    const giveUp = (): void => resolve(undefined);
    const timer = setTimeout(giveUp, answerMs);
    signal.addEventListener('abort', giveUp);
    if (signal.aborted) giveUp();
    this.#expected.set(id, resolve);
    return {
      promise,
      drop: () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', giveUp);
        if (this.#expected.get(id) === resolve) this.#expected.delete(id);
      },
    };
  }
}

const throwRefusal = (answer: ToolResultsAnswer | undefined): void => {
  switch (answer?.type) {
    case 'rejected':
      throw new RequestRejected(answer.problems);
    case 'failed':
      throw new ModelgraphError(answer.code, answer.message);
    case 'taken':
    case undefined:
      return;
  }
};

/** What a client of the other node may know of an error that kept its results from being taken. */
export const toToolResultsAnswer = (error: unknown): ToolResultsAnswer => {
  if (error instanceof RequestRejected) return { type: 'rejected', problems: error.problems };
  if (error instanceof ModelgraphError) return { type: 'failed', code: error.code, message: error.message };
  return { type: 'failed', code: 'INTERNAL', message: 'The server failed to take the tool results.' };
};
