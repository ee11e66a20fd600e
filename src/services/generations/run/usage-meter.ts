import type { Pricing } from '../../../core/model-config.ts';
import {
  addCost,
  addUsage,
  type Cost,
  maxToolCounts,
  type ToolCounts,
  type Usage,
} from '../../../core/usage.ts';
import { costOf } from '../../pricing/cost.ts';
import { estimateUsage } from '../../pricing/estimate-usage.ts';

/** The cost is checked each time as much more output has come. */
const CHECK_CHARACTERS = 128;

/** What has been seen of a turn, whatever its provider reports. */
export interface SeenTurn {
  /** Of the whole request: an estimate. */
  readonly inputTokens: number;
  readonly outputCharacters: number;
  /** Runs of the provider's own tools. */
  readonly toolCounts: ToolCounts;
}

const withToolCounts = (usage: Usage, toolCounts: ToolCounts): Usage => ({
  ...usage,
  billing: { ...usage.billing, toolCounts: maxToolCounts(usage.billing?.toolCounts, toolCounts) },
});

/**
 * The provider's own figures, with output and tools raised to what has been seen where that is more; an estimate as a whole
 * where none were reported.
 */
const usageSoFar = (
  reported: Usage | null,
  { inputTokens, outputCharacters, toolCounts }: SeenTurn,
): Usage => {
  const estimate = estimateUsage(inputTokens, outputCharacters);
  const outputTokens = estimate.outputTokens ?? 0;
  const usage = reported ?? estimate;
  const raised =
    (usage.outputTokens ?? 0) >= outputTokens
      ? usage
      : {
          ...usage,
          outputTokens,
          totalTokens: usage.inputTokens === null ? null : usage.inputTokens + outputTokens,
          source: 'estimated' as const,
        };
  return Object.keys(toolCounts).length === 0 ? raised : withToolCounts(raised, toolCounts);
};

const totalOf = (counts: ToolCounts): number => Object.values(counts).reduce((sum, count) => sum + count, 0);

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
  #checkedTools = 0;

  get usage(): Usage | null {
    return this.#usage;
  }

  get cost(): Cost | null {
    return this.#cost;
  }

  /** The provider's figures of the present turn; null: it has reported none. */
  get reported(): Usage | null {
    return this.#reported;
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
  estimateTurn(seen: SeenTurn): Usage {
    return usageSoFar(this.#reported, seen);
  }

  /**
   * Whether it has cost more than it may, by what is reported or estimated: checked when the provider reports new figures,
   * each time as much more output has come, and each time a tool of the provider has run.
   */
  exceeds(maxCostUsd: number, pricing: Pricing | null, seen: SeenTurn): boolean {
    const tools = totalOf(seen.toolCounts);
    const isNews =
      seen.outputCharacters >= this.#checkedAt + CHECK_CHARACTERS || tools !== this.#checkedTools;
    if (!isNews) return false;
    this.#checkedAt = seen.outputCharacters;
    this.#checkedTools = tools;
    const cost = this.#costWith(this.estimateTurn(seen), pricing);
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
