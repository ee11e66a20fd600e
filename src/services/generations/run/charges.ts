import type { BilledTurn, ChargeSource } from '../../../core/billed-turn.ts';
import { toNanoUsd } from '../../../core/budget.ts';
import type { Usage } from '../../../core/usage.ts';
import { boundCost, boundCutCost, type BoundedCall } from '../../pricing/bound-cost.ts';
import { costOf } from '../../pricing/cost.ts';

/** What has been seen of a call that ends without the provider's own count. */
export interface SeenCall {
  /** As far as it was reported, else estimated. */
  readonly usage: Usage;
  /** Of text, reasoning and arguments of tools, in UTF-8. */
  readonly outputBytes: number;
}

/** A call that is counted: what has been seen of it is worked out where its provider reports nothing. */
export interface ChargedCall {
  seen(): SeenCall;
}

const toNano = (usd: number | undefined): number | null => (usd === undefined ? null : toNanoUsd(usd));

/** The most that a call may be billed, in billionths of a US dollar; null: no price of its model is known. */
export const boundNanoOf = (call: BoundedCall): number | null => toNano(boundCost(call)?.usd);

/**
 * What the calls of a generation are counted at: what their vendors report, by the price list or their own bill; where they
 * report nothing, the most that they may bill. A call that was refused counts nothing.
 */
export class Charges {
  readonly #turns: BilledTurn[] = [];
  #open: BoundedCall | null = null;

  /** In the order in which they ended. */
  get turns(): readonly BilledTurn[] {
    return this.#turns;
  }

  /** Billionths of a US dollar. */
  get total(): number {
    return this.#turns.reduce((sum, { cost }) => sum + (cost ?? 0), 0);
  }

  /** Whether a vendor is at work. */
  get isOpen(): boolean {
    return this.#open !== null;
  }

  /** A vendor is about to be called. */
  begin(call: BoundedCall): void {
    this.#open = call;
  }

  /** The answer is whole. `usage`: as reported; null: the vendor reports none. */
  answered(usage: Usage | null, charged: ChargedCall): void {
    const call = this.#take();
    if (call === null) return;
    const cost = costOf(usage, call.pricing);
    if (cost === null) return this.#add(call, charged.seen().usage, boundNanoOf(call), 'bound');
    const fees = cost.toolFees.reduce((sum, { amount }) => sum + amount, 0);
    this.#add(call, usage, toNanoUsd(cost.total), cost.source, toNanoUsd(fees));
  }

  /** The vendor has refused the request, or was never reached: nothing is billed. */
  refused(): void {
    this.#take();
  }

  /** It broke off in a way that leaves open how far the vendor came. */
  broken(charged: ChargedCall): void {
    const call = this.#take();
    if (call !== null) this.#add(call, charged.seen().usage, boundNanoOf(call), 'bound');
  }

  /** This server has closed the connection while the answer came. */
  cut(charged: ChargedCall): void {
    const call = this.#take();
    if (call === null) return;
    const { usage, outputBytes } = charged.seen();
    this.#add(call, usage, toNano(boundCutCost(call, outputBytes)?.usd), 'bound');
  }

  #take(): BoundedCall | null {
    const call = this.#open;
    this.#open = null;
    return call;
  }

  #add(
    { config }: BoundedCall,
    usage: Usage | null,
    cost: number | null,
    source: ChargeSource,
    fees = 0,
  ): void {
    const { name: model, provider } = config;
    this.#turns.push({
      at: new Date(),
      model,
      provider,
      usage,
      cost,
      fees,
      source: cost === null ? null : source,
    });
  }
}
