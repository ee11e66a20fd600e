import { describe, expect, it } from 'vitest';
import type { Pricing } from '../../../src/core/model-config.ts';
import type { Usage } from '../../../src/core/usage.ts';
import { costOf } from '../../../src/services/pricing/cost.ts';

const usage = (changes: Partial<Usage>): Usage => ({
  inputTokens: 1_000_000,
  outputTokens: 1_000_000,
  totalTokens: 2_000_000,
  cacheReadTokens: null,
  cacheWriteTokens: null,
  reasoningTokens: null,
  audioInputTokens: null,
  source: 'provider',
  ...changes,
});

const pricing = (changes: Partial<Pricing> = {}): Pricing => ({
  inputPerMillion: 2,
  outputPerMillion: 8,
  cacheReadPerMillion: 0.5,
  cacheWritePerMillion: 3,
  audioInputPerMillion: 40,
  tiers: [],
  effectiveDate: '2026-10-01',
  ...changes,
});

describe('what a generation costs', () => {
  it('is the price of its input and output, in dollars, with the day of the price', () => {
    expect(costOf(usage({}), pricing())).toEqual({
      currency: 'USD',
      total: 10,
      input: 2,
      output: 8,
      cacheRead: 0,
      cacheWrite: 0,
      effectiveDate: '2026-10-01',
    });
  });

  it('counts every input token once: plain, read from the cache, written to it, or sound', () => {
    const parts = { cacheReadTokens: 400_000, cacheWriteTokens: 100_000, audioInputTokens: 50_000 };
    const cost = costOf(usage({ ...parts, outputTokens: 0 }), pricing());
    expect(cost).toMatchObject({ output: 0, cacheRead: 0.2 });
    expect(cost?.cacheWrite).toBeCloseTo(0.3, 12);
    expect(cost?.input).toBeCloseTo(0.45 * 2 + 0.05 * 40, 12);
    expect(cost?.total).toBeCloseTo(0.2 + 0.3 + 0.9 + 2, 12);
  });

  it('takes cached and sound tokens for plain ones where they have no price of their own', () => {
    const parts = { cacheReadTokens: 400_000, cacheWriteTokens: 100_000, audioInputTokens: 50_000 };
    const unpriced = pricing({
      cacheReadPerMillion: null,
      cacheWritePerMillion: null,
      audioInputPerMillion: null,
    });
    expect(costOf(usage(parts), unpriced)?.total).toBeCloseTo(costOf(usage({}), unpriced)?.total ?? -1, 12);
  });

  it('does not count reasoning twice: it is part of the output', () => {
    expect(costOf(usage({ reasoningTokens: 900_000 }), pricing())).toEqual(costOf(usage({}), pricing()));
  });

  it('never falls below zero where the parts of the input exceed it', () => {
    expect(costOf(usage({ inputTokens: 100, cacheReadTokens: 200, outputTokens: 0 }), pricing())?.input).toBe(
      0,
    );
  });

  it('is zero for what is free, and for a usage of nothing', () => {
    expect(costOf(usage({}), pricing({ inputPerMillion: 0, outputPerMillion: 0 }))?.total).toBe(0);
    expect(costOf(usage({ inputTokens: 0, outputTokens: 0 }), pricing())?.total).toBe(0);
  });

  it('is unknown, not zero, where a price or a count is', () => {
    expect(costOf(null, pricing())).toBeNull();
    expect(costOf(usage({}), null)).toBeNull();
    expect(costOf(usage({ inputTokens: null }), pricing())).toBeNull();
    expect(costOf(usage({ outputTokens: null }), pricing())).toBeNull();
  });
});

describe('the price of a larger input', () => {
  const tier = (aboveInputTokens: number, inputPerMillion: number) => ({
    aboveInputTokens,
    inputPerMillion,
    outputPerMillion: inputPerMillion * 4,
    cacheReadPerMillion: inputPerMillion / 4,
    cacheWritePerMillion: null,
  });
  const tiered = pricing({ tiers: [tier(400_000, 6), tier(200_000, 4)] });
  const totalOf = (inputTokens: number, changes: Partial<Usage> = {}) =>
    costOf(usage({ inputTokens, outputTokens: 1_000_000, ...changes }), tiered);

  it('holds for all of the request as soon as its input exceeds the bound, the highest bound first', () => {
    expect(totalOf(200_000)).toMatchObject({ input: 0.4, output: 8 });
    expect(totalOf(200_001)?.output).toBe(16);
    expect(totalOf(200_001)?.input).toBeCloseTo(0.200_001 * 4, 12);
    expect(totalOf(400_000)?.output).toBe(16);
    expect(totalOf(400_001)?.output).toBe(24);
  });

  it('is reached by cached input too, and has prices of its own for it', () => {
    const cost = totalOf(400_000, { cacheReadTokens: 300_000, cacheWriteTokens: 100_000 });
    expect(cost?.input).toBe(0);
    expect(cost?.cacheRead).toBeCloseTo(0.3, 12);
    expect(cost?.cacheWrite).toBeCloseTo(0.1 * 4, 12);
  });

  it('leaves sound at its own price', () => {
    expect(totalOf(300_000, { audioInputTokens: 300_000 })?.input).toBeCloseTo(0.3 * 40, 12);
  });
});
