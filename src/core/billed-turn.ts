import type { GenerationStatus } from './generation.ts';
import type { Usage } from './usage.ts';

/**
 * Where the amount of a billed turn comes from: the provider's own bill, the price list, or the most that it may have
 * cost, where no usage was reported.
 */
export const CHARGE_SOURCES = ['provider', 'price-list', 'bound'] as const;
export type ChargeSource = (typeof CHARGE_SOURCES)[number];

/** One call of a vendor that it has billed, or may have. */
export interface BilledTurn {
  /** When it ended. */
  readonly at: Date;
  readonly model: string;
  readonly provider: string;
  /** As reported, else as estimated; null: nothing is known. */
  readonly usage: Usage | null;
  /** Billionths of a US dollar; null: no price is known. */
  readonly cost: number | null;
  /** Part of it: what the provider's own tools cost beside tokens. */
  readonly fees: number;
  /** null: no price is known. */
  readonly source: ChargeSource | null;
}

/** What settles a generation or a batch, stored with it while it is under way. */
export interface Billing {
  readonly keyId: string | null;
  readonly userId: string | null;
  readonly tag: string | null;
  /** The most that the vendors may have billed for it; billionths of a US dollar. null: no price is known. */
  readonly bound: number | null;
  /** Its vendor bills its caller, who has brought a key; left out: this server. */
  readonly isCallers?: true;
  /** The rows of the budgets in which the bound is reserved. */
  readonly budgets: readonly number[];
}

/** What becomes of a bill: it is written down, and the budgets are settled with it. */
export interface Settlement {
  readonly principalId: string;
  readonly status: GenerationStatus;
  readonly billing: Billing;
  readonly turns: readonly BilledTurn[];
  /** What is no longer reserved; billionths of a US dollar. */
  readonly released: number;
  /** How many generations it counts as. */
  readonly generations: number;
}
