import type { Pricing } from '../../../core/model-config.ts';
import { addCost, addUsage, type Cost, type Usage } from '../../../core/usage.ts';
import { costOf } from '../../pricing/cost.ts';
import { estimateUsage } from '../../pricing/estimate-usage.ts';

/** The cost is looked at each time as much more has been put out. */
const CHECK_CHARACTERS = 128;

/**
 * The provider's own figures, raised to the estimate of the output where more has come since it told them; all of it
 * an estimate where it has told nothing.
 */
const usageSoFar = (told: Usage | null, inputTokens: number, outputCharacters: number): Usage => {
  const estimate = estimateUsage(inputTokens, outputCharacters);
  const outputTokens = estimate.outputTokens ?? 0;
  if (told === null) return estimate;
  if ((told.outputTokens ?? 0) >= outputTokens) return told;
  return {
    ...told,
    outputTokens,
    totalTokens: told.inputTokens === null ? null : told.inputTokens + outputTokens,
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
  /** What the provider has told of this turn. */
  #told: Usage | null = null;
  #checkedAt = -CHECK_CHARACTERS;

  get usage(): Usage | null {
    return this.#usage;
  }

  get cost(): Cost | null {
    return this.#cost;
  }

  /** Takes the provider's totals of the present turn; false when they tell nothing new. */
  tell(told: Usage, pricing: Pricing | null): boolean {
    this.#told = told;
    const usage = addUsage(this.#before, told);
    if (isSame(this.#usage, usage)) return false;
    this.#usage = usage;
    this.#cost = this.#costWith(told, pricing);
    this.#checkedAt = -CHECK_CHARACTERS;
    return true;
  }

  /** The present turn's usage by now, for one that is cut short: its provider never comes to tell what it bills. */
  estimateTurn(inputTokens: number, outputCharacters: number): Usage {
    return usageSoFar(this.#told, inputTokens, outputCharacters);
  }

  /**
   * Whether it has cost more than it may, by what is told or estimated: looked at when the provider tells something new,
   * and once in a while.
   */
  exceeds(maxCostUsd: number, pricing: Pricing | null, inputTokens: number, characters: number): boolean {
    if (characters < this.#checkedAt + CHECK_CHARACTERS) return false;
    this.#checkedAt = characters;
    const cost = this.#costWith(this.estimateTurn(inputTokens, characters), pricing);
    return cost !== null && cost.total > maxCostUsd;
  }

  /** What was told of this turn is another model's. */
  forgetTurn(): void {
    this.#usage = this.#before;
    this.#cost = null;
    this.#told = null;
  }

  startNextTurn(): void {
    this.#before = this.#usage;
    this.#costBefore = this.#cost;
    this.#told = null;
    this.#checkedAt = -CHECK_CHARACTERS;
  }

  /** With the turns before. Prices depend on the size of one call: each turn is priced on its own. */
  #costWith(turn: Usage, pricing: Pricing | null): Cost | null {
    const cost = costOf(turn, pricing);
    if (this.#before === null) return cost;
    return cost === null || this.#costBefore === null ? null : addCost(this.#costBefore, cost);
  }
}
