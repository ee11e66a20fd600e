import { createProblem, RequestRejected } from './errors.ts';
import type { JsonValue } from './json.ts';
import type { BudgetRule, Principal } from './principal.ts';

export const BUDGET_SCOPES = ['key', 'user', 'tag'] as const satisfies readonly BudgetRule['scope'][];
export const BUDGET_PERIODS = ['day', 'month', 'total'] as const satisfies readonly BudgetRule['period'][];

/** Amounts are stored as whole billionths of a US dollar, so that sums are exact up to 9 million dollars. */
const NANO = 1_000_000_000;

/** Rounded up: what is counted is never less than what was spent. */
export const toNanoUsd = (usd: number): number =>
  Math.min(Number.MAX_SAFE_INTEGER, Math.ceil(Number((usd * NANO).toPrecision(15))));

export const toUsd = (nanoUsd: number): number => nanoUsd / NANO;

/** Longest tag, in UTF-16 code units; of a longer one the beginning counts. */
const MAX_TAG_LENGTH = 64;

/** The tag of a request: the text at `metadata.tag`, as every database takes it; null: it has none. */
export const findTag = (metadata: JsonValue | null): string | null => {
  if (typeof metadata !== 'object' || metadata === null || !('tag' in metadata)) return null;
  const { tag } = metadata;
  if (typeof tag !== 'string' || tag === '') return null;
  return tag.slice(0, MAX_TAG_LENGTH).toWellFormed().replaceAll('\0', '\uFFFD');
};

/** One budget that a request counts against, in the period that it falls into. */
export interface AppliedBudget {
  readonly rule: BudgetRule;
  /** Whose it is: with the period and its beginning it names the budget. */
  readonly account: string;
  /** Milliseconds since 1970; 0: it has no beginning. */
  readonly beginsAtMs: number;
  /** When the next period begins, in milliseconds since 1970; null: never. */
  readonly resetsAtMs: number | null;
  /** Billionths of a US dollar. */
  readonly limit: number;
}

/** Periods begin at midnight UTC: of each day, or of the first day of each month. */
const periodAt = (
  period: BudgetRule['period'],
  nowMs: number,
): Pick<AppliedBudget, 'beginsAtMs' | 'resetsAtMs'> => {
  if (period === 'total') return { beginsAtMs: 0, resetsAtMs: null };
  const now = new Date(nowMs);
  const [year, month, day] = [now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate()];
  return period === 'day'
    ? { beginsAtMs: Date.UTC(year, month, day), resetsAtMs: Date.UTC(year, month, day + 1) }
    : { beginsAtMs: Date.UTC(year, month, 1), resetsAtMs: Date.UTC(year, month + 1, 1) };
};

const accountOf = (
  { scope, tag: only }: BudgetRule,
  { id, kind, keyId }: Principal,
  tag: string | null,
): string | null => {
  switch (scope) {
    case 'key':
      return `key:${keyId ?? id}`;
    case 'user':
      return kind === 'user' ? `user:${id}` : null;
    case 'tag':
      return tag === null || (only !== undefined && only !== tag) ? null : `tag:${keyId ?? ''}:${tag}`;
  }
};

/** The budgets that a request of a principal with this tag counts against; of two for the same the lower one. */
export const findBudgets = (
  principal: Principal,
  tag: string | null,
  nowMs: number,
): readonly AppliedBudget[] => {
  const found = new Map<string, AppliedBudget>();
  for (const rule of principal.access.budgets) {
    const account = accountOf(rule, principal, tag);
    if (account === null) continue;
    const limit = toNanoUsd(rule.limitUsd);
    const name = `${rule.period} ${account}`;
    const known = found.get(name);
    if (known === undefined || limit < known.limit)
      found.set(name, { rule, account, limit, ...periodAt(rule.period, nowMs) });
  }
  return [...found.values()];
};

/** How one budget stands. Amounts in billionths of a US dollar. */
export interface BudgetState {
  readonly spent: number;
  readonly reserved: number;
}

export interface BudgetShortage extends BudgetState {
  readonly budget: AppliedBudget;
  /** What was to be reserved. */
  readonly asked: number;
}

/** What an error tells a client of a budget that is too small. Amounts in US dollars. */
export interface BudgetDetails {
  readonly scope: BudgetRule['scope'];
  readonly period: BudgetRule['period'];
  readonly limitUsd: number;
  /** Neither spent nor reserved for what is under way. */
  readonly leftUsd: number;
  /** The most that the request may cost. */
  readonly neededUsd: number;
  /** null: never. */
  readonly resetsAt: string | null;
}

const shown = (usd: number): string => String(Number(usd.toPrecision(3)));

/** A budget has not enough left for the most that a call may cost. The vendor was not called. */
export class BudgetExceeded extends RequestRejected {
  readonly budget: BudgetDetails;

  constructor({ budget, spent, reserved, asked }: BudgetShortage, path: readonly string[] = ['input']) {
    const { rule, limit, resetsAtMs } = budget;
    const { scope, period } = rule;
    const leftUsd = toUsd(Math.max(0, limit - spent - reserved));
    const neededUsd = toUsd(asked);
    const resetsAt = resetsAtMs === null ? null : new Date(resetsAtMs).toISOString();
    const what = period === 'total' ? 'total budget' : `budget of the ${period}`;
    super([
      createProblem(
        'BUDGET_EXCEEDED',
        path,
        `The request may cost up to ${shown(neededUsd)} US dollars, and the ${what} of this ${scope} has ` +
          `${shown(leftUsd)} of ${shown(rule.limitUsd)} left.`,
        {
          suggestion:
            'Lower maxOutputTokens or maxCostUsd, shorten the input, choose a cheaper model, or wait until ' +
            `${resetsAt === null ? 'what is under way has ended' : `what is under way has ended, or until ${resetsAt}`}.`,
        },
      ),
    ]);
    this.name = 'BudgetExceeded';
    this.budget = { scope, period, limitUsd: rule.limitUsd, leftUsd, neededUsd, resetsAt };
  }
}
