import { type AppliedBudget, BudgetExceeded } from '../../../core/budget.ts';
import { ModelgraphError } from '../../../core/errors.ts';
import type { GenerationStore, HeldBudgets } from '../../../stores/generations/generation-store.ts';

/** What a generation may cost. */
export interface Allowance {
  /** Whether anything limits it: where nothing does, bounds need not be worked out. */
  readonly isLimited: boolean;
  /**
   * Resolves once the generation may cost this much in all, in billionths of a US dollar; at once where that is reserved
   * already. Throws `BudgetExceeded`, with `path`, where a budget has not enough left: nothing is reserved then.
   */
  cover(nanoUsd: number, path: readonly string[]): Promise<void>;
}

export const UNLIMITED_ALLOWANCE: Allowance = { isLimited: false, cover: () => Promise.resolve() };

/** Of an item of a batch, whose share of the reservation does not grow. */
export const createFixedAllowance = (nanoUsd: number): Allowance => ({
  isLimited: true,
  cover(wanted) {
    if (wanted <= nanoUsd) return Promise.resolve();
    const message =
      'The request failed in a way that its provider may have billed, and the batch has reserved no more for another try.';
    return Promise.reject(new ModelgraphError('BUDGET_EXCEEDED', message));
  },
});

/** What is reserved for one generation in its budgets; it grows with each call that needs more. */
export class BudgetedAllowance implements Allowance {
  readonly isLimited = true;
  readonly #store: Pick<GenerationStore, 'reserveMore'>;
  readonly #id: string;
  readonly budgets: readonly AppliedBudget[];
  #held: readonly HeldBudgets[] = [];
  #reserved = 0;

  constructor(store: Pick<GenerationStore, 'reserveMore'>, id: string, budgets: readonly AppliedBudget[]) {
    this.#store = store;
    this.#id = id;
    this.budgets = budgets;
  }

  /** The store has reserved an amount in the rows of the budgets. */
  grant(rids: readonly number[], nanoUsd: number): void {
    this.#held = this.budgets.flatMap((budget, index) => {
      const rid = rids[index];
      return rid === undefined ? [] : { rid, budget };
    });
    this.#reserved = nanoUsd;
  }

  async cover(nanoUsd: number, path: readonly string[]): Promise<void> {
    const more = nanoUsd - this.#reserved;
    if (more <= 0) return;
    const answer = await this.#store.reserveMore(this.#id, this.#held, more);
    if (answer === 'reserved') this.#reserved += more;
    else if (answer === 'gone')
      throw new ModelgraphError('GENERATION_INTERRUPTED', 'Another server has ended the generation.');
    else throw new BudgetExceeded(answer, path);
  }
}
