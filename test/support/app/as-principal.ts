import {
  type BudgetRule,
  DEFAULT_ACCESS,
  LOCAL_PRINCIPAL,
  type Principal,
} from '../../../src/core/principal.ts';
import type { ServerPlugin } from '../../../src/server/plugin.ts';

/** The one local caller, with these budgets. */
export const withBudgets = (...budgets: readonly BudgetRule[]): Principal => ({
  ...LOCAL_PRINCIPAL,
  access: { ...DEFAULT_ACCESS, budgets },
});

/** Has every operation come from a principal, on every transport. */
export const asPrincipal = (principal: Principal): ServerPlugin => ({
  onContextBuilding({ extendContext }) {
    const part: object = { principal };
    extendContext(part);
  },
});
