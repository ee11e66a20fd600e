import type { Pricing } from '../../../core/model-config.ts';
import { addCost, addUsage, type Cost, type Usage } from '../../../core/usage.ts';
import { costOf } from '../../pricing/cost.ts';
import { estimateUsage } from '../../pricing/estimate-usage.ts';

/** The cost is checked each time as much more output has come. */
const CHECK_CHARACTERS = 128;

/**
 * The provider's own figures, with the output raised to its estimate where more has come since they were reported; an
 * estimate as a whole where none were.
 */
const usageSoFar = (reported: Usage | null, inputTokens: number, outputCharacters: number): Usage => {
  const estimate = estimateUsage(inputTokens, outputCharacters);
  const outputTokens = estimate.outputTokens ?? 0;
  if (reported === null) return estimate;
  if ((reported.outputTokens ?? 0) >= outputTokens) return reported;
  return {
    ...reported,
    outputTokens,
    totalTokens: reported.inputTokens === null ? null : reported.inputTokens + outputTokens,
    source: 'estimated',
  };
};

const isSame = (a: Usage | null, b: Usage): boolean => JSON.stringify(a) === JSON.stringify(b);

/** Adds up what a generation uses and costs over its turns. The provider's figures win over estimates. */
export class UsageMeter {
  #usage: Usage | null = null;
  #cost: Cost | null = null;
  /** Of the turns before this one. */
  #before: Usage | null = null;
  #costBefore: Cost | null = null;
  /** The provider's figures of this turn. */
  #reported: Usage | null = null;
  #checkedAt = -CHECK_CHARACTERS;

  get usage(): Usage | null {
    return this.#usage;
  }

  get cost(): Cost | null {
    return this.#cost;
  }

  /** Takes the provider's totals of the present turn; false when they are the same as before. */
  report(reported: Usage, pricing: Pricing | null): boolean {
    this.#reported = reported;
    const usage = addUsage(this.#before, reported);
    if (isSame(this.#usage, usage)) return false;
    this.#usage = usage;
    this.#cost = this.#costWith(reported, pricing);
    this.#checkedAt = -CHECK_CHARACTERS;
    return true;
  }

  /** The present turn's usage by now, for one that is cut short: its provider reports nothing of what it bills. */
  estimateTurn(inputTokens: number, outputCharacters: number): Usage {
    return usageSoFar(this.#reported, inputTokens, outputCharacters);
  }

  /**
   * Whether it has cost more than it may, by what is reported or estimated: checked when the provider reports new figures,
   * and each time as much more output has come.
   */
  exceeds(maxCostUsd: number, pricing: Pricing | null, inputTokens: number, characters: number): boolean {
    if (characters < this.#checkedAt + CHECK_CHARACTERS) return false;
    this.#checkedAt = characters;
    const cost = this.#costWith(this.estimateTurn(inputTokens, characters), pricing);
    return cost !== null && cost.total > maxCostUsd;
  }

  /** What was reported of this turn is another model's. */
  forgetTurn(): void {
    this.#usage = this.#before;
    this.#cost = null;
    this.#reported = null;
  }

  startNextTurn(): void {
    this.#before = this.#usage;
    this.#costBefore = this.#cost;
    this.#reported = null;
    this.#checkedAt = -CHECK_CHARACTERS;
  }

  /** With the turns before. Prices depend on the size of one call: each turn is priced on its own. */
  #costWith(turn: Usage, pricing: Pricing | null): Cost | null {
    const cost = costOf(turn, pricing);
    if (this.#before === null) return cost;
    return cost === null || this.#costBefore === null ? null : addCost(this.#costBefore, cost);
  }
}
