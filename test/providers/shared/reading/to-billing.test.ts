import { describe, expect, it } from 'vitest';
import { toBilling } from '../../../../src/providers/shared/reading/to-billing.ts';
import { toReportedBilling } from '../../../../src/providers/text/openai-compatible/to-reported-billing.ts';

const NO_NUMBERS = [
  -1,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  '',
  'many',
  '-1',
  '1e3',
  {},
  [],
  true,
  null,
  undefined,
];

describe('what a vendor reports of its bill', () => {
  it('is kept where it can be true', () => {
    expect(
      toBilling({
        cacheWriteLongTokens: '120',
        toolCounts: { web_search: 2, code_interpreter: '1', url_context: 0 },
        serviceTier: 'priority',
        amountUsd: 0.25,
      }),
    ).toEqual({
      billing: {
        cacheWriteLongTokens: 120,
        toolCounts: { web_search: 2, code_interpreter: 1 },
        serviceTier: 'priority',
        amountUsd: 0.25,
      },
    });
    expect(toBilling({ amountUsd: '0.000125' }).billing).toEqual({ amountUsd: 0.000_125 });
    expect(Object.is(toBilling({ amountUsd: -0 }).billing?.amountUsd, 0)).toBe(true);
  });

  it.each(NO_NUMBERS)('is left out where a number is %j', (number) => {
    const reported = { cacheWriteLongTokens: number, toolCounts: { web_search: number }, amountUsd: number };
    expect(toBilling(reported)).toEqual({});
  });

  it.each([1.5, 2 ** 31, '9999999999'])('is left out where a count is %j', (count) => {
    expect(toBilling({ cacheWriteLongTokens: count, toolCounts: { web_search: count } })).toEqual({});
  });

  it.each([1_000_001, 1e300, '1000001'])('is left out where an amount is %j', (amountUsd) => {
    expect(toBilling({ amountUsd })).toEqual({});
  });

  it.each(['', 'x'.repeat(65), 'a\nb', 'a\u0000', '\ud800', 1, null, {}])(
    'is left out where the tier of service is %j',
    (serviceTier) => {
      expect(toBilling({ serviceTier })).toEqual({});
    },
  );
});

describe('the amount that a compatible vendor reports', () => {
  const amountOf = (bill: Parameters<typeof toReportedBilling>[0]): number | undefined =>
    toBilling(toReportedBilling(bill, {})).billing?.amountUsd;

  it.each([
    ['ticks', { cost_in_usd_ticks: 161_508_500 }, 0.016_150_85],
    ['ticks as text', { cost_in_usd_ticks: '5143500' }, 0.000_514_35],
    ['a cost', { cost: 0.000_101_7, is_byok: false }, 0.000_101_7],
    ['a cost in parts', { cost: { input_tokens_cost: 1, total_cost: 0.21 } }, 0.21],
    [
      "a router's fee and its vendor's bill",
      { cost: 0.01, is_byok: true, cost_details: { upstream_inference_cost: 0.2 } },
      0.21,
    ],
    ['nothing for nothing', { cost: 0 }, 0],
    ['ticks that are none, and a cost', { cost_in_usd_ticks: -5, cost: 0.5 }, 0.5],
  ])('is that of %s', (_what, bill, amount) => {
    expect(amountOf(bill)).toBeCloseTo(amount, 12);
  });

  it.each([
    { cost: -0.1 },
    { cost: 'free' },
    { cost: { total_cost: -1 } },
    { cost: [] },
    { cost: 0.01, is_byok: true },
    { cost: 0.01, is_byok: true, cost_details: { upstream_inference_cost: 'x' } },
    { cost_in_usd_ticks: Number.NaN },
    {},
  ])('is unknown where it is %j', (bill) => {
    expect(amountOf(bill)).toBeUndefined();
  });

  it('comes with the tools that the report of usage counts, over those that are seen', () => {
    const seen = { toolCounts: { web_search: 5, code_interpreter: 2 } };
    const toolsOf = (bill: object) => toBilling(toReportedBilling(bill, seen)).billing?.toolCounts;
    expect(toolsOf({})).toEqual({ web_search: 5, code_interpreter: 2 });
    expect(
      toolsOf({ server_side_tool_usage_details: { web_search_calls: 2, code_interpreter_calls: 0 } }),
    ).toEqual({
      web_search: 2,
    });
    expect(
      toolsOf({ tool_calls_details: { web_search: { invocation: 3 }, fetch_url: { invocation: 1 } } }),
    ).toEqual({
      web_search: 3,
      code_interpreter: 2,
      url_context: 1,
    });
    expect(toolsOf({ server_tool_use: { web_search_requests: '4' } })).toMatchObject({ web_search: 4 });
    expect(toolsOf({ server_side_tool_usage_details: { web_search_calls: 'two' } })).toMatchObject({
      web_search: 5,
    });
    expect(toolsOf({ server_side_tool_usage_details: 'none', tool_calls_details: 7 })).toMatchObject({
      web_search: 5,
    });
  });
});
