import { type AppliedBudget, BudgetExceeded, findBudgets, findTag } from '../../core/budget.ts';
import type { JsonValue } from '../../core/json.ts';
import type { Principal } from '../../core/principal.ts';
import type {
  Admission,
  AdmissionAnswer,
  GenerationStore,
} from '../../stores/generations/generation-store.ts';
import type { IdempotencyEntry } from '../../stores/idempotency-keys.ts';
import type { BudgetedAllowance } from './run/allowance.ts';
import type { GenerationRun } from './run/generation-run.ts';

export interface AdmissionsOptions {
  readonly store: Pick<GenerationStore, 'admit'>;
  /** Milliseconds since 1970: the clock that periods go by. */
  readonly now: () => number;
}

/** Admissions that are written in one transaction, at most. */
const MOST_AT_ONCE = 100;

interface Waiting {
  readonly admission: Admission;
  readonly answer: PromiseWithResolvers<AdmissionAnswer>;
}

/**
 * Reserves what generations may cost before their vendors are called. Those that come while a transaction is under way are
 * written together with the next one: a budget that many share is held once for all of them.
 */
export class Admissions {
  readonly #options: AdmissionsOptions;
  readonly #waiting: Waiting[] = [];
  #isWriting = false;

  constructor(options: AdmissionsOptions) {
    this.#options = options;
  }

  /** The budgets that a request counts against now. */
  budgetsOf(principal: Principal, metadata: JsonValue | null): readonly AppliedBudget[] {
    if (principal.access.budgets.length === 0) return [];
    return findBudgets(principal, findTag(metadata), this.#options.now());
  }

  /**
   * Creates the generation of a run with what its first call may cost reserved, or gives the one that its key stands for.
   * Throws `BudgetExceeded`, and has created nothing then.
   */
  async admit(
    run: GenerationRun,
    allowance: BudgetedAllowance,
    idempotency: IdempotencyEntry | null,
  ): Promise<Exclude<AdmissionAnswer, { readonly type: 'short' }>> {
    const { billing } = run;
    const amount = billing.bound ?? 0;
    const ask = { budgets: allowance.budgets, amount };
    const admission: Admission = { generation: run.snapshot(), ask, billing, idempotency };
    const answer = await (idempotency === null ? this.#join(admission) : this.#admitAlone(admission));
    if (answer.type === 'short') throw new BudgetExceeded(answer.shortage);
    if (answer.type === 'reserved') allowance.grant(answer.rids, amount);
    return answer;
  }

  async #admitAlone(admission: Admission): Promise<AdmissionAnswer> {
    const [answer] = await this.#options.store.admit([admission]);
    if (answer === undefined) throw new TypeError('an admission has no answer');
    return answer;
  }

  #join(admission: Admission): Promise<AdmissionAnswer> {
    const answer = Promise.withResolvers<AdmissionAnswer>();
    this.#waiting.push({ admission, answer });
    if (!this.#isWriting) void this.#writeAll();
    return answer.promise;
  }

  /** Never rejects: each admission that waits has its own answer. */
  async #writeAll(): Promise<void> {
    this.#isWriting = true;
    while (this.#waiting.length > 0) {
      const group = this.#waiting.splice(0, MOST_AT_ONCE);
      try {
        const answers = await this.#options.store.admit(group.map(({ admission }) => admission));
        for (const [index, { answer }] of group.entries()) {
          const own = answers[index];
          if (own === undefined) answer.reject(new TypeError('an admission has no answer'));
          else answer.resolve(own);
        }
      } catch (error) {
        for (const { answer } of group) answer.reject(error);
      }
    }
    this.#isWriting = false;
  }
}
