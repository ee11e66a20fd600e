import { describe, expect, it } from 'vitest';
import type { ReasoningSupport } from '../../../src/core/model-config.ts';
import type { ReasoningSetting } from '../../../src/core/text-request.ts';
import { acceptanceOf, type Input, refusalOf, startToys } from './preview-harness.ts';

const EFFORTS = ['NONE', 'MINIMAL', 'LOW', 'MEDIUM', 'HIGH', 'XHIGH', 'MAX'] as const;

/** Everything a caller can say about reasoning, in a word each. The budgets are small, fitting and great. */
const WISHES: readonly (readonly [name: string, reasoning: Input | null])[] = [
  ['nothing', null],
  ['nothing within', {}],
  ['off', { enabled: false }],
  ['on', { enabled: true }],
  ...EFFORTS.map((effort) => [effort, { effort }] as const),
  ['on, LOW', { enabled: true, effort: 'LOW' }],
  ['off, NONE', { enabled: false, effort: 'NONE' }],
  ['0 tokens', { budgetTokens: 0 }],
  ['100 tokens', { budgetTokens: 100 }],
  ['400 tokens', { budgetTokens: 400 }],
  ['900 tokens', { budgetTokens: 900 }],
];

const LIMITS = {
  contextWindow: null,
  maxInputTokens: null,
  maxOutputTokens: 1_000,
  defaultMaxOutputTokens: 800,
};

const describeSetting = (setting: ReasoningSetting): string => {
  if (setting.type === 'effort') return `effort ${setting.effort}`;
  return setting.type === 'budget' ? `budget ${setting.tokens}` : setting.type;
};

/** One line a wish: what reaches the provider, or else the field at fault, what it takes, and the nearest there is. */
const tableOf = async (reasoning: ReasoningSupport): Promise<string> => {
  await using toys = await startToys({
    model: { reasoning, limits: LIMITS },
    other: { reasoning: { type: 'effort', values: ['low', 'high'], default: null }, limits: LIMITS },
  });
  const lines: string[] = [];
  for (const [name, wish] of WISHES) {
    const input = { model: 'model', prompt: 'Hi', reasoning: wish };
    const lenient = await acceptanceOf(toys, { ...input, onUnsupported: 'DROP_WITH_WARNING' });
    const setting = `${lenient.model === 'model' ? '' : `${lenient.model}: `}${describeSetting(lenient.request.reasoning)}`;
    const isSwap = lenient.model !== 'model';
    const coerced = lenient.warnings.filter(({ path }) => path?.[1] === 'reasoning');
    expect(lenient.warnings).toHaveLength(coerced.length + (isSwap ? 1 : 0));
    if (coerced.length === 0) {
      expect((await acceptanceOf(toys, input)).request).toEqual(lenient.request);
      lines.push(`${name.padEnd(14)} ${setting}`);
      continue;
    }
    const [problem, ...others] = await refusalOf(toys, input);
    expect(others).toEqual([]);
    expect(problem).toMatchObject({ code: 'UNSUPPORTED_CAPABILITY', path: coerced[0]?.path });
    expect(problem?.suggestion).not.toBeNull();
    expect(coerced).toMatchObject([{ code: 'REASONING_COERCED', message: problem?.message }]);
    const { path, allowed } = problem ?? {};
    const change = `${JSON.stringify(coerced[0]?.from)} → ${JSON.stringify(coerced[0]?.to)}`;
    lines.push(
      `${name.padEnd(14)} refused at ${path?.slice(2).join('.') ?? ''}, takes ${JSON.stringify(allowed)}; else ${setting} (${change})`,
    );
  }
  return lines.join('\n');
};

describe('what a model is asked for when the caller wishes for reasoning', () => {
  it('of a model without reasoning', async () => {
    expect(await tableOf({ type: 'none' })).toMatchInlineSnapshot(`
      "nothing        provider-default
      nothing within provider-default
      off            provider-default
      on             refused at enabled, takes []; else provider-default (true → null)
      NONE           provider-default
      MINIMAL        refused at effort, takes []; else provider-default ("MINIMAL" → null)
      LOW            refused at effort, takes []; else provider-default ("LOW" → null)
      MEDIUM         refused at effort, takes []; else provider-default ("MEDIUM" → null)
      HIGH           refused at effort, takes []; else provider-default ("HIGH" → null)
      XHIGH          refused at effort, takes []; else provider-default ("XHIGH" → null)
      MAX            refused at effort, takes []; else provider-default ("MAX" → null)
      on, LOW        refused at effort, takes []; else provider-default ("LOW" → null)
      off, NONE      provider-default
      0 tokens       provider-default
      100 tokens     refused at budgetTokens, takes []; else provider-default (100 → null)
      400 tokens     refused at budgetTokens, takes []; else provider-default (400 → null)
      900 tokens     refused at budgetTokens, takes []; else provider-default (900 → null)"
    `);
  });
  it('of a model that leaves it to its counterpart', async () => {
    expect(await tableOf({ type: 'counterpart', model: 'other' })).toMatchInlineSnapshot(`
      "nothing        provider-default
      nothing within provider-default
      off            provider-default
      on             other: effort low
      NONE           provider-default
      MINIMAL        refused at effort, takes ["LOW","HIGH"]; else other: effort low ("MINIMAL" → "LOW")
      LOW            other: effort low
      MEDIUM         refused at effort, takes ["LOW","HIGH"]; else other: effort low ("MEDIUM" → "LOW")
      HIGH           other: effort high
      XHIGH          refused at effort, takes ["LOW","HIGH"]; else other: effort high ("XHIGH" → "HIGH")
      MAX            refused at effort, takes ["LOW","HIGH"]; else other: effort high ("MAX" → "HIGH")
      on, LOW        other: effort low
      off, NONE      provider-default
      0 tokens       provider-default
      100 tokens     refused at budgetTokens, takes []; else other: effort low (100 → "LOW")
      400 tokens     refused at budgetTokens, takes []; else other: effort low (400 → "LOW")
      900 tokens     refused at budgetTokens, takes []; else other: effort low (900 → "LOW")"
    `);
  });
  it('of a model with efforts, none among them', async () => {
    expect(
      await tableOf({ type: 'effort', values: ['none', 'low', 'medium', 'xhigh'], default: 'none' }),
    ).toMatchInlineSnapshot(`
      "nothing        provider-default
      nothing within provider-default
      off            off
      on             effort medium
      NONE           off
      MINIMAL        refused at effort, takes ["NONE","LOW","MEDIUM","XHIGH"]; else effort low ("MINIMAL" → "LOW")
      LOW            effort low
      MEDIUM         effort medium
      HIGH           refused at effort, takes ["NONE","LOW","MEDIUM","XHIGH"]; else effort medium ("HIGH" → "MEDIUM")
      XHIGH          effort xhigh
      MAX            refused at effort, takes ["NONE","LOW","MEDIUM","XHIGH"]; else effort xhigh ("MAX" → "XHIGH")
      on, LOW        effort low
      off, NONE      off
      0 tokens       off
      100 tokens     refused at budgetTokens, takes []; else effort medium (100 → "MEDIUM")
      400 tokens     refused at budgetTokens, takes []; else effort medium (400 → "MEDIUM")
      900 tokens     refused at budgetTokens, takes []; else effort medium (900 → "MEDIUM")"
    `);
  });
  it('of a model with efforts that always reasons', async () => {
    expect(
      await tableOf({ type: 'effort', values: ['low', 'high'], default: 'high' }),
    ).toMatchInlineSnapshot(`
      "nothing        provider-default
      nothing within provider-default
      off            refused at enabled, takes ["LOW","HIGH"]; else effort low (false → "LOW")
      on             effort high
      NONE           refused at effort, takes ["LOW","HIGH"]; else effort low ("NONE" → "LOW")
      MINIMAL        refused at effort, takes ["LOW","HIGH"]; else effort low ("MINIMAL" → "LOW")
      LOW            effort low
      MEDIUM         refused at effort, takes ["LOW","HIGH"]; else effort low ("MEDIUM" → "LOW")
      HIGH           effort high
      XHIGH          refused at effort, takes ["LOW","HIGH"]; else effort high ("XHIGH" → "HIGH")
      MAX            refused at effort, takes ["LOW","HIGH"]; else effort high ("MAX" → "HIGH")
      on, LOW        effort low
      off, NONE      refused at effort, takes ["LOW","HIGH"]; else effort low ("NONE" → "LOW")
      0 tokens       refused at budgetTokens, takes ["LOW","HIGH"]; else effort low (0 → "LOW")
      100 tokens     refused at budgetTokens, takes []; else effort high (100 → "HIGH")
      400 tokens     refused at budgetTokens, takes []; else effort high (400 → "HIGH")
      900 tokens     refused at budgetTokens, takes []; else effort high (900 → "HIGH")"
    `);
  });
  it('of a model with levels and no known default', async () => {
    expect(
      await tableOf({ type: 'level', values: ['minimal', 'low', 'high'], default: null }),
    ).toMatchInlineSnapshot(`
      "nothing        provider-default
      nothing within provider-default
      off            refused at enabled, takes ["MINIMAL","LOW","HIGH"]; else effort minimal (false → "MINIMAL")
      on             effort low
      NONE           refused at effort, takes ["MINIMAL","LOW","HIGH"]; else effort minimal ("NONE" → "MINIMAL")
      MINIMAL        effort minimal
      LOW            effort low
      MEDIUM         refused at effort, takes ["MINIMAL","LOW","HIGH"]; else effort low ("MEDIUM" → "LOW")
      HIGH           effort high
      XHIGH          refused at effort, takes ["MINIMAL","LOW","HIGH"]; else effort high ("XHIGH" → "HIGH")
      MAX            refused at effort, takes ["MINIMAL","LOW","HIGH"]; else effort high ("MAX" → "HIGH")
      on, LOW        effort low
      off, NONE      refused at effort, takes ["MINIMAL","LOW","HIGH"]; else effort minimal ("NONE" → "MINIMAL")
      0 tokens       refused at budgetTokens, takes ["MINIMAL","LOW","HIGH"]; else effort minimal (0 → "MINIMAL")
      100 tokens     refused at budgetTokens, takes []; else effort low (100 → "LOW")
      400 tokens     refused at budgetTokens, takes []; else effort low (400 → "LOW")
      900 tokens     refused at budgetTokens, takes []; else effort low (900 → "LOW")"
    `);
  });
  it('of a model that decides itself and can be told not to', async () => {
    expect(
      await tableOf({
        type: 'adaptive',
        values: ['low', 'medium', 'high', 'max'],
        default: 'high',
        canDisable: true,
      }),
    ).toMatchInlineSnapshot(`
      "nothing        provider-default
      nothing within provider-default
      off            off
      on             on
      NONE           off
      MINIMAL        refused at effort, takes ["NONE","LOW","MEDIUM","HIGH","MAX"]; else effort low ("MINIMAL" → "LOW")
      LOW            effort low
      MEDIUM         effort medium
      HIGH           effort high
      XHIGH          refused at effort, takes ["NONE","LOW","MEDIUM","HIGH","MAX"]; else effort high ("XHIGH" → "HIGH")
      MAX            effort max
      on, LOW        effort low
      off, NONE      off
      0 tokens       off
      100 tokens     refused at budgetTokens, takes []; else on (100 → null)
      400 tokens     refused at budgetTokens, takes []; else on (400 → null)
      900 tokens     refused at budgetTokens, takes []; else on (900 → null)"
    `);
  });
  it('of a model that decides itself and cannot be told not to', async () => {
    expect(
      await tableOf({ type: 'adaptive', values: ['low', 'high'], default: null, canDisable: false }),
    ).toMatchInlineSnapshot(`
      "nothing        provider-default
      nothing within provider-default
      off            refused at enabled, takes ["LOW","HIGH"]; else effort low (false → "LOW")
      on             on
      NONE           refused at effort, takes ["LOW","HIGH"]; else effort low ("NONE" → "LOW")
      MINIMAL        refused at effort, takes ["LOW","HIGH"]; else effort low ("MINIMAL" → "LOW")
      LOW            effort low
      MEDIUM         refused at effort, takes ["LOW","HIGH"]; else effort low ("MEDIUM" → "LOW")
      HIGH           effort high
      XHIGH          refused at effort, takes ["LOW","HIGH"]; else effort high ("XHIGH" → "HIGH")
      MAX            refused at effort, takes ["LOW","HIGH"]; else effort high ("MAX" → "HIGH")
      on, LOW        effort low
      off, NONE      refused at effort, takes ["LOW","HIGH"]; else effort low ("NONE" → "LOW")
      0 tokens       refused at budgetTokens, takes ["LOW","HIGH"]; else effort low (0 → "LOW")
      100 tokens     refused at budgetTokens, takes []; else on (100 → null)
      400 tokens     refused at budgetTokens, takes []; else on (400 → null)
      900 tokens     refused at budgetTokens, takes []; else on (900 → null)"
    `);
  });
  it('of a model with a budget that can be switched off', async () => {
    expect(
      await tableOf({ type: 'budget', min: 200, max: 600, canDisable: true, dynamic: true }),
    ).toMatchInlineSnapshot(`
      "nothing        provider-default
      nothing within provider-default
      off            off
      on             on
      NONE           off
      MINIMAL        budget 200
      LOW            budget 200
      MEDIUM         budget 300
      HIGH           budget 450
      XHIGH          budget 510
      MAX            budget 570
      on, LOW        budget 200
      off, NONE      off
      0 tokens       off
      100 tokens     refused at budgetTokens, takes ["200 to 600"]; else budget 200 (100 → 200)
      400 tokens     budget 400
      900 tokens     refused at budgetTokens, takes ["200 to 600"]; else budget 600 (900 → 600)"
    `);
  });
  it('of a model with a budget without an upper bound that always reasons', async () => {
    expect(
      await tableOf({ type: 'budget', min: 200, max: null, canDisable: false, dynamic: true }),
    ).toMatchInlineSnapshot(`
      "nothing        provider-default
      nothing within provider-default
      off            refused at enabled, takes []; else budget 200 (false → 200)
      on             on
      NONE           refused at effort, takes []; else budget 200 ("NONE" → 200)
      MINIMAL        budget 200
      LOW            budget 200
      MEDIUM         budget 400
      HIGH           budget 599
      XHIGH          budget 679
      MAX            budget 759
      on, LOW        budget 200
      off, NONE      refused at effort, takes []; else budget 200 ("NONE" → 200)
      0 tokens       refused at budgetTokens, takes []; else budget 200 (0 → 200)
      100 tokens     refused at budgetTokens, takes ["200 to 799"]; else budget 200 (100 → 200)
      400 tokens     budget 400
      900 tokens     refused at budgetTokens, takes ["200 to 799"]; else budget 799 (900 → 799)"
    `);
  });
  it('of a model with a switch', async () => {
    expect(await tableOf({ type: 'toggle', default: false })).toMatchInlineSnapshot(`
      "nothing        provider-default
      nothing within provider-default
      off            off
      on             on
      NONE           off
      MINIMAL        on
      LOW            on
      MEDIUM         on
      HIGH           on
      XHIGH          on
      MAX            on
      on, LOW        on
      off, NONE      off
      0 tokens       off
      100 tokens     refused at budgetTokens, takes []; else on (100 → null)
      400 tokens     refused at budgetTokens, takes []; else on (400 → null)
      900 tokens     refused at budgetTokens, takes []; else on (900 → null)"
    `);
  });
  it('of a model that always reasons, with no setting', async () => {
    expect(await tableOf({ type: 'always' })).toMatchInlineSnapshot(`
      "nothing        provider-default
      nothing within provider-default
      off            refused at enabled, takes []; else provider-default (false → null)
      on             provider-default
      NONE           refused at effort, takes []; else provider-default ("NONE" → null)
      MINIMAL        refused at effort, takes []; else provider-default ("MINIMAL" → null)
      LOW            refused at effort, takes []; else provider-default ("LOW" → null)
      MEDIUM         refused at effort, takes []; else provider-default ("MEDIUM" → null)
      HIGH           refused at effort, takes []; else provider-default ("HIGH" → null)
      XHIGH          refused at effort, takes []; else provider-default ("XHIGH" → null)
      MAX            refused at effort, takes []; else provider-default ("MAX" → null)
      on, LOW        refused at effort, takes []; else provider-default ("LOW" → null)
      off, NONE      refused at effort, takes []; else provider-default ("NONE" → null)
      0 tokens       refused at budgetTokens, takes []; else provider-default (0 → null)
      100 tokens     refused at budgetTokens, takes []; else provider-default (100 → null)
      400 tokens     refused at budgetTokens, takes []; else provider-default (400 → null)
      900 tokens     refused at budgetTokens, takes []; else provider-default (900 → null)"
    `);
  });
});
