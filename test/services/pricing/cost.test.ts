import { describe, expect, it } from 'vitest';
import type { Pricing } from '../../../src/core/model-config.ts';
import { addCost, type Billing, completeCost, type Cost, type Usage } from '../../../src/core/usage.ts';
import { batchPricingOf, costOf } from '../../../src/services/pricing/cost.ts';
import { createRandom } from '../../support/create-random.ts';

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
      toolFees: [],
      source: 'price-list',
      listTotal: null,
      serviceTier: null,
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

const TOOL_FEES = [
  { tool: 'web_search', pricePerCall: 0.01, perRequest: false },
  { tool: 'code_interpreter', pricePerCall: 0.03, perRequest: true },
  { tool: 'url_context', pricePerCall: 0, perRequest: false },
] as const;

const billed = (billing: Billing, changes: Partial<Usage> = {}): Usage => usage({ ...changes, billing });

describe("fees of a provider's own tools", () => {
  const priced = pricing({ toolFees: TOOL_FEES });

  it('are counted by the call, or by the request, and are part of the total', () => {
    const cost = costOf(
      billed({ toolCounts: { web_search: 3, code_interpreter: 4, url_context: 2 } }),
      priced,
    );
    expect(cost?.toolFees).toEqual([
      { tool: 'web_search', count: 3, amount: 0.03 },
      { tool: 'code_interpreter', count: 1, amount: 0.03 },
      { tool: 'url_context', count: 2, amount: 0 },
    ]);
    expect(cost?.total).toBeCloseTo(10.06, 12);
  });

  it('are none where nothing was run, or no fee is known', () => {
    expect(costOf(billed({ toolCounts: { web_search: 0 } }), priced)).toEqual(costOf(usage({}), priced));
    expect(costOf(billed({ toolCounts: { web_search: 3 } }), pricing())?.toolFees).toEqual([]);
  });

  it('are the same in a batch, whose tokens cost less', () => {
    const batch = { type: 'native', maxRequests: 10, maxFileSizeMb: 10, discountPercent: 50 } as const;
    const inBatch = batchPricingOf({ pricing: priced, batch });
    expect(costOf(billed({ toolCounts: { web_search: 2 } }), inBatch)).toMatchObject({
      input: 1,
      output: 4,
      toolFees: [{ tool: 'web_search', count: 2, amount: 0.02 }],
    });
  });
});

describe('what the cache keeps for long', () => {
  const kept = { inputTokens: 100_000, outputTokens: 0, cacheWriteTokens: 100_000 };

  it('costs what a long write costs', () => {
    const priced = pricing({ inputPerMillion: 5, cacheWritePerMillion: 6.25, cacheWriteLongPerMillion: 10 });
    expect(costOf(billed({ cacheWriteLongTokens: 100_000 }, kept), priced)?.total).toBeCloseTo(1, 12);
    expect(costOf(billed({ cacheWriteLongTokens: 40_000 }, kept), priced)?.cacheWrite).toBeCloseTo(0.775, 12);
    expect(costOf(usage(kept), priced)?.total).toBeCloseTo(0.625, 12);
  });

  it('costs what any write costs where no price of it is known, and is never more than was written', () => {
    expect(costOf(billed({ cacheWriteLongTokens: 100_000 }, kept), pricing())?.total).toBeCloseTo(0.3, 12);
    const priced = pricing({ cacheWriteLongPerMillion: 4 });
    expect(costOf(billed({ cacheWriteLongTokens: 900_000 }, kept), priced)?.total).toBeCloseTo(0.4, 12);
  });
});

describe('the tier of service', () => {
  const priced = pricing({
    serviceTiers: [
      { tier: 'flex', percent: 50 },
      { tier: 'priority', percent: 200 },
    ],
  });

  it.each([
    ['flex', 5],
    ['priority', 20],
    ['default', 10],
    ['premium', 10],
  ])('%s is told, and priced as far as its price is known', (serviceTier, total) => {
    expect(costOf(billed({ serviceTier }), priced)).toMatchObject({ serviceTier, total });
  });

  it('does not change fees of tools', () => {
    const usageOfBoth = billed({ serviceTier: 'priority', toolCounts: { web_search: 1 } });
    const cost = costOf(usageOfBoth, { ...priced, toolFees: TOOL_FEES });
    expect(cost?.toolFees).toEqual([{ tool: 'web_search', count: 1, amount: 0.01 }]);
    expect(cost?.total).toBeCloseTo(20.01, 12);
  });
});

describe('an amount that the provider reports', () => {
  it('is the total, beside what the price list makes of it', () => {
    expect(costOf(billed({ amountUsd: 9.5 }), pricing())).toMatchObject({
      total: 9.5,
      source: 'provider',
      listTotal: 10,
      input: 2,
      output: 8,
    });
    expect(costOf(billed({ amountUsd: 10 }), pricing())?.listTotal).toBe(10);
  });

  it('is all that is known without a price list, or without counts', () => {
    const unlisted = { total: 0.5, source: 'provider', listTotal: null, input: 0, output: 0, toolFees: [] };
    expect(costOf(billed({ amountUsd: 0.5 }), null)).toMatchObject(unlisted);
    expect(costOf(billed({ amountUsd: 0.5 }, { inputTokens: null }), pricing())).toMatchObject(unlisted);
  });

  it.each([-1, Number.NaN, Number.POSITIVE_INFINITY])('is not believed where it is %j', (amountUsd) => {
    expect(costOf(billed({ amountUsd }), pricing())).toEqual(costOf(usage({}), pricing()));
    expect(costOf(billed({ amountUsd }), null)).toBeNull();
  });
});

const amountsOf = ({ total, input, output, cacheRead, cacheWrite, listTotal, toolFees }: Cost): number[] => [
  total,
  input,
  output,
  cacheRead,
  cacheWrite,
  listTotal ?? 0,
  ...toolFees.map(({ amount }) => amount),
];

it('no counts and amounts whatever make a cost that is negative or no number', () => {
  const random = createRandom(11);
  const numbers = [0, 1, -1, 1.5, 2 ** 53, 1e300, -1e300, Number.NaN, Number.POSITIVE_INFINITY, null, 1_000];
  const pick = (): number | null => numbers[Math.floor(random() * numbers.length)] ?? null;
  for (let round = 0; round < 5_000; round += 1) {
    const odd = billed(
      { cacheWriteLongTokens: pick() ?? 0, toolCounts: { web_search: pick() ?? 0 }, amountUsd: pick() ?? 0 },
      {
        inputTokens: pick(),
        outputTokens: pick(),
        cacheReadTokens: pick(),
        cacheWriteTokens: pick(),
        audioInputTokens: pick(),
      },
    );
    const cost = costOf(odd, pricing({ toolFees: TOOL_FEES }));
    for (const amount of cost === null ? [] : amountsOf(cost)) {
      expect(amount).toBeGreaterThanOrEqual(0);
      expect(Number.isFinite(amount)).toBe(true);
    }
  }
});

describe('the cost of two calls', () => {
  const listed = costOf(billed({ toolCounts: { web_search: 1 } }), pricing({ toolFees: TOOL_FEES }));
  const told = costOf(
    billed({ amountUsd: 4, toolCounts: { web_search: 2 } }),
    pricing({ toolFees: TOOL_FEES }),
  );

  it('is the sum of both, fees of a tool together', () => {
    expect(addCost(listed, listed)).toMatchObject({
      total: 20.02,
      input: 4,
      source: 'price-list',
      listTotal: null,
      toolFees: [{ tool: 'web_search', count: 2, amount: 0.02 }],
    });
  });

  it('is told by the provider only where both are, and has the total by the list wherever one is', () => {
    expect(addCost(told, told)).toMatchObject({ total: 8, source: 'provider', listTotal: 20.04 });
    expect(addCost(listed, told)).toMatchObject({ total: 14.01, source: 'price-list', listTotal: 20.03 });
    expect(addCost(addCost(listed, told), listed)?.listTotal).toBeCloseTo(30.04, 12);
    expect(addCost(listed, costOf(billed({ amountUsd: 4 }), null))).toMatchObject({
      total: 14.01,
      listTotal: null,
    });
  });

  it('keeps the number of runs within what clients are promised', () => {
    const many = costOf(
      billed({ toolCounts: { web_search: 2 ** 31 - 1 } }),
      pricing({ toolFees: TOOL_FEES }),
    );
    expect(addCost(many, many)?.toolFees[0]?.count).toBe(2 ** 31 - 1);
  });
});

it('a cost that an earlier version stored is by the price list, without fees', () => {
  const stored = {
    currency: 'USD',
    total: 10,
    input: 2,
    output: 8,
    cacheRead: 0,
    cacheWrite: 0,
    effectiveDate: null,
  };
  expect(completeCost(stored)).toEqual({
    ...stored,
    toolFees: [],
    source: 'price-list',
    listTotal: null,
    serviceTier: null,
  });
  expect(completeCost(null)).toBeNull();
});
