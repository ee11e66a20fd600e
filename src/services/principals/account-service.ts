import { type AppliedBudget, type BudgetState, findBudgets, toUsd } from '../../core/budget.ts';
import { rejection } from '../../core/errors.ts';
import type { BudgetRule, Principal } from '../../core/principal.ts';
import { isStoreUnavailable } from '../../core/store-errors.ts';
import type { UsageDimension, UsageSum } from '../../core/usage-report.ts';
import { isDay } from '../../core/utc-day.ts';
import { type ReadyIterator, toReadyIterator } from '../../lib/ready-iterator.ts';
import { wait } from '../../lib/wait.ts';
import type { AccountStore } from '../../stores/principals/account-store.ts';

export interface AccountServiceOptions {
  readonly store: AccountStore;
  /** Milliseconds since 1970: the clock that periods go by. */
  readonly now: () => number;
}

/** Amounts in US dollars. */
export interface Budget {
  readonly scope: BudgetRule['scope'];
  readonly period: BudgetRule['period'];
  /** Of the scope `tag`. */
  readonly tag: string | null;
  readonly limitUsd: number;
  readonly spentUsd: number;
  readonly reservedUsd: number;
  readonly resetsAt: Date | null;
}

export interface UsageRequest {
  /** YYYY-MM-DD, both included; null: today. */
  readonly from: string;
  readonly to: string | null;
  readonly by: readonly UsageDimension[];
}

const DAY_MS = 86_400_000;
const MOST_ROWS = 10_000;
const MOST_TAGS = 100;

/** Between two reads of budgets that are followed, at least, and how often they are read besides. */
const GAP_MS = 200;
const POLL_MS = 5_000;

const toDay = (day: string, path: string): number => {
  if (!isDay(day)) throw rejection('INVALID_REQUEST', [path], `${path} must be a day, YYYY-MM-DD.`);
  return Date.parse(day) / DAY_MS;
};

const toBudget = (
  { rule, account, resetsAtMs }: AppliedBudget,
  { spent, reserved }: BudgetState,
): Budget => ({
  scope: rule.scope,
  period: rule.period,
  tag: rule.scope === 'tag' ? account.slice(account.indexOf(':', 'tag:'.length) + 1) : null,
  limitUsd: rule.limitUsd,
  spentUsd: toUsd(spent),
  reservedUsd: toUsd(reserved),
  resetsAt: resetsAtMs === null ? null : new Date(resetsAtMs),
});

const nameOf = ({ scope, period, tag }: Budget): string => JSON.stringify([scope, period, tag]);

/** What a principal may spend, and what it has. */
export class AccountService {
  readonly #options: AccountServiceOptions;
  readonly #closing = new AbortController();

  constructor(options: AccountServiceOptions) {
    this.#options = options;
  }

  /** The budgets of a principal, as they stand; of those for each tag the 100 that most was spent of. */
  async budgets(principal: Principal): Promise<readonly Budget[]> {
    const applied = await this.#findApplied(principal);
    const states = await this.#options.store.budgets(applied);
    return applied.map((budget, index) => toBudget(budget, states[index] ?? { spent: 0, reserved: 0 }));
  }

  /**
   * Each budget now, then each that has changed, until the signal is aborted or the server stops; ends at once where the
   * principal has no budget.
   */
  updates(principal: Principal, signal: AbortSignal): ReadyIterator<Budget> {
    const leave = new AbortController();
    const either = AbortSignal.any([signal, leave.signal, this.#closing.signal]);
    const budgets = this.#read(principal, either);
    return toReadyIterator({
      [Symbol.asyncIterator]: () => ({
        next: () => budgets.next(),
        return() {
          // First, or it would be waited for: the generator is in the middle of a wait.
          leave.abort();
          return budgets.return(undefined);
        },
      }),
    });
  }

  /**
   * What a principal has used, from day to day; a key that may see its users' records has theirs counted in. At most 10,000
   * rows. Throws `INVALID_REQUEST`.
   */
  usage(principal: Principal, { from, to, by }: UsageRequest): Promise<readonly UsageSum[]> {
    const fromDay = toDay(from, 'from');
    const lastDay = to === null ? Math.floor(this.#options.now() / DAY_MS) : toDay(to, 'to');
    if (lastDay < fromDay)
      throw rejection('INVALID_REQUEST', ['to'], 'to must be the same day as from, or a later one.');
    const { keyId, kind, access } = principal;
    const seesUsers = kind === 'key' && keyId !== null && access.operations.has('users');
    const whose = seesUsers
      ? ({ type: 'key', id: keyId } as const)
      : ({ type: 'principal', id: principal.id } as const);
    return this.#options.store.usage({ whose, fromDay, toDay: lastDay, by: [...new Set(by)] }, MOST_ROWS);
  }

  /** Ends every subscription. */
  close(): void {
    this.#closing.abort();
  }

  async #findApplied(principal: Principal): Promise<readonly AppliedBudget[]> {
    const { store, now } = this.#options;
    const nowMs = now();
    const tags = new Set<string>();
    for (const rule of principal.access.budgets) {
      if (rule.scope !== 'tag') continue;
      if (rule.tag !== undefined) tags.add(rule.tag);
      else for (const tag of await this.#findTags(principal, rule, store, nowMs)) tags.add(tag);
    }
    const byName = new Map<string, AppliedBudget>();
    for (const tag of [null, ...tags])
      for (const budget of findBudgets(principal, tag, nowMs))
        byName.set(`${budget.rule.period} ${budget.account}`, budget);
    return [...byName.values()];
  }

  async #findTags(
    principal: Principal,
    rule: BudgetRule,
    store: AccountStore,
    nowMs: number,
  ): Promise<readonly string[]> {
    const sample = findBudgets(
      { ...principal, access: { ...principal.access, budgets: [rule] } },
      '-',
      nowMs,
    )[0];
    if (sample === undefined) return [];
    const prefix = sample.account.slice(0, -1);
    const accounts = await store.accounts(prefix, sample, MOST_TAGS);
    return accounts.map((account) => account.slice(prefix.length));
  }

  async *#read(principal: Principal, signal: AbortSignal): AsyncGenerator<Budget, undefined, undefined> {
    if (principal.access.budgets.length === 0) return;
    let changed = Promise.withResolvers<void>();
    const stopListening = this.#options.store.onBudgetChange(() => changed.resolve());
    const delivered = new Map<string, string>();
    try {
      while (!signal.aborted) {
        changed = Promise.withResolvers<void>();
        for (const budget of await this.#findIfPossible(principal)) {
          const state = JSON.stringify(budget);
          if (delivered.get(nameOf(budget)) === state) continue;
          delivered.set(nameOf(budget), state);
          yield budget;
        }
        await wait(GAP_MS, signal);
        await Promise.race([changed.promise, wait(POLL_MS, signal)]);
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      stopListening();
    }
  }

  async #findIfPossible(principal: Principal): Promise<readonly Budget[]> {
    try {
      return await this.budgets(principal);
    } catch (error) {
      if (isStoreUnavailable(error)) return [];
      throw error;
    }
  }
}
