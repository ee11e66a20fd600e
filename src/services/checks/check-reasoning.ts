import { alwaysReasons, effortsOf } from '../../core/capabilities.ts';
import type { ReasoningInput } from '../../core/generate-input.ts';
import type { JsonValue } from '../../core/json.ts';
import {
  canReason,
  type ModelConfig,
  REASONING_EFFORTS,
  type ReasoningEffort,
} from '../../core/model-config.ts';
import type { ReasoningSetting } from '../../core/text-request.ts';
import type { Findings } from './findings.ts';

const PATH = ['input', 'reasoning'];
const DEFAULT: ReasoningSetting = { type: 'provider-default' };

/**
 * Share of the largest budget that stands for an effort, where a model takes tokens instead of efforts. Even the most
 * leaves room for an answer.
 */
const BUDGET_SHARE: Readonly<Record<Exclude<ReasoningEffort, 'none'>, number>> = {
  minimal: 0.05,
  low: 0.2,
  medium: 0.5,
  high: 0.75,
  xhigh: 0.85,
  max: 0.95,
};

/** What a request wants of reasoning: null when it leaves it to the model. */
type Wish =
  | { readonly type: 'off' }
  | { readonly type: 'on' }
  | { readonly type: 'effort'; readonly effort: Exclude<ReasoningEffort, 'none'> }
  | { readonly type: 'budget'; readonly tokens: number };

const toWish = (input: ReasoningInput | null): Wish | null => {
  if (input === null) return null;
  if (input.enabled === false || input.effort === 'none' || input.budgetTokens === 0) return { type: 'off' };
  if (input.effort !== null) return { type: 'effort', effort: input.effort };
  if (input.budgetTokens !== null) return { type: 'budget', tokens: input.budgetTokens };
  return input.enabled === true ? { type: 'on' } : null;
};

/** Whether a request asks for reasoning: what decides if a counterpart answers. */
export const wantsReasoning = (input: ReasoningInput | null): boolean => {
  const wish = toWish(input);
  return wish !== null && wish.type !== 'off';
};

const nearestEffort = (
  wanted: ReasoningEffort,
  values: readonly ReasoningEffort[],
): ReasoningEffort | undefined => {
  const rank = (effort: ReasoningEffort): number => REASONING_EFFORTS.indexOf(effort);
  const distance = (effort: ReasoningEffort): number => Math.abs(rank(effort) - rank(wanted));
  return values.toSorted((a, b) => distance(a) - distance(b) || rank(a) - rank(b))[0];
};

const contradiction = (input: ReasoningInput): string | null => {
  if (input.budgetTokens !== null && input.budgetTokens < 0) return 'budgetTokens must not be negative.';
  if (input.effort !== null && input.budgetTokens !== null)
    return 'Give an effort or budgetTokens, not both: they are two ways to say one thing.';
  const on = (input.effort !== null && input.effort !== 'none') || (input.budgetTokens ?? 0) > 0;
  const off = input.effort === 'none' || input.budgetTokens === 0;
  if (input.enabled === false && on) return 'enabled: false contradicts the effort or budget beside it.';
  if (input.enabled === true && off) return 'enabled: true contradicts the effort or budget beside it.';
  return null;
};

/** Maps what the caller wants to what the model's API takes; anything it lacks goes through `findings`. */
export const checkReasoning = (
  input: ReasoningInput | null,
  config: ModelConfig,
  maxOutputTokens: number,
  findings: Findings,
): ReasoningSetting => {
  const clash = input === null ? null : contradiction(input);
  if (clash !== null) {
    findings.reject('INVALID_REQUEST', PATH, clash);
    return DEFAULT;
  }
  const wish = toWish(input);
  if (wish === null) return DEFAULT;

  const { reasoning, name } = config;
  const efforts = effortsOf(config);
  const allowedEfforts = efforts.map((effort) => effort.toUpperCase());

  const coerce = (
    field: string,
    from: JsonValue,
    why: string,
    allowed: readonly string[],
    suggestion: string,
    to: { readonly setting: ReasoningSetting; readonly shown: JsonValue },
  ): ReasoningSetting => {
    const message = `The model "${name}" ${why}.`;
    findings.unsupported(
      { path: [...PATH, field], from, message, allowed, suggestion },
      { code: 'REASONING_COERCED', to: to.shown },
    );
    return to.setting;
  };

  const effortSetting = (effort: ReasoningEffort): ReasoningSetting =>
    effort === 'none' ? { type: 'off' } : { type: 'effort', effort };

  const switchOff = (): ReasoningSetting => {
    if (!canReason(config)) return DEFAULT;
    if (!alwaysReasons(config)) return { type: 'off' };
    const refuse = (
      allowed: readonly string[],
      suggestion: string,
      to: { readonly setting: ReasoningSetting; readonly shown: JsonValue },
    ): ReasoningSetting =>
      coerce(
        input?.effort === 'none' ? 'effort' : input?.budgetTokens === 0 ? 'budgetTokens' : 'enabled',
        input?.effort?.toUpperCase() ?? input?.budgetTokens ?? false,
        'always reasons: it has no way to switch reasoning off',
        allowed,
        suggestion,
        to,
      );
    const least = nearestEffort('none', efforts);
    if (least !== undefined)
      return refuse(
        allowedEfforts,
        `Use the least effort, ${least.toUpperCase()}, or choose another model.`,
        { setting: effortSetting(least), shown: least.toUpperCase() },
      );
    if (reasoning.type === 'budget' && reasoning.min < maxOutputTokens)
      return refuse([], `Use the least budget, ${reasoning.min} tokens, or choose another model.`, {
        setting: { type: 'budget', tokens: reasoning.min },
        shown: reasoning.min,
      });
    return refuse([], 'Leave reasoning out, or choose another model.', { setting: DEFAULT, shown: null });
  };

  /** Reasoning without a word on how much. */
  const switchOn = (): ReasoningSetting => {
    if (reasoning.type === 'always') return DEFAULT;
    if (reasoning.type !== 'effort' && reasoning.type !== 'level') return { type: 'on' };
    const usual = reasoning.default === 'none' ? null : reasoning.default;
    return effortSetting(
      usual ??
        nearestEffort(
          'medium',
          efforts.filter((value) => value !== 'none'),
        ) ??
        'medium',
    );
  };

  const effort = (wanted: Exclude<ReasoningEffort, 'none'>): ReasoningSetting => {
    if (efforts.includes(wanted)) return effortSetting(wanted);
    const closest = nearestEffort(
      wanted,
      efforts.filter((value) => value !== 'none'),
    );
    const lacks = `has no reasoning effort ${wanted.toUpperCase()}`;
    if (closest === undefined)
      return coerce(
        'effort',
        wanted.toUpperCase(),
        lacks,
        [],
        'Leave reasoning out, or choose another model.',
        { setting: DEFAULT, shown: null },
      );
    return coerce(
      'effort',
      wanted.toUpperCase(),
      lacks,
      allowedEfforts,
      `Use ${closest.toUpperCase()}, the nearest one.`,
      { setting: effortSetting(closest), shown: closest.toUpperCase() },
    );
  };

  const noBudget = (tokens: number): ReasoningSetting => {
    const setting = switchOn();
    return coerce(
      'budgetTokens',
      tokens,
      'takes no reasoning budget in tokens',
      [],
      efforts.length > 0 ? `Use an effort instead: ${allowedEfforts.join(', ')}.` : 'Leave budgetTokens out.',
      { setting, shown: setting.type === 'effort' ? setting.effort.toUpperCase() : null },
    );
  };

  if (wish.type === 'off') return switchOff();
  switch (reasoning.type) {
    case 'none':
    case 'counterpart':
      return coerce(
        wish.type === 'budget' ? 'budgetTokens' : wish.type === 'effort' ? 'effort' : 'enabled',
        wish.type === 'budget' ? wish.tokens : wish.type === 'effort' ? wish.effort.toUpperCase() : true,
        'does not reason',
        [],
        'Leave reasoning out, or choose a model that reasons: models(where: { reasoning: true }).',
        { setting: DEFAULT, shown: null },
      );
    case 'toggle':
      return wish.type === 'budget' ? noBudget(wish.tokens) : switchOn();
    case 'always':
    case 'effort':
    case 'level':
    case 'adaptive':
      if (wish.type === 'on') return switchOn();
      return wish.type === 'budget' ? noBudget(wish.tokens) : effort(wish.effort);
    case 'budget': {
      // The output limit includes the reasoning, so a budget that fills it would leave no room for an answer.
      const room = maxOutputTokens - 1;
      const most = Math.min(reasoning.max ?? room, room);
      if (most < reasoning.min) {
        findings.reject(
          'INVALID_REQUEST',
          ['input', 'maxOutputTokens'],
          `The model "${name}" reasons with at least ${reasoning.min} tokens, which maxOutputTokens must exceed.`,
          { suggestion: `Give maxOutputTokens above ${reasoning.min}, or switch reasoning off.` },
        );
        return DEFAULT;
      }
      if (wish.type === 'on') return switchOn();
      if (wish.type === 'effort') {
        const share = Math.round(BUDGET_SHARE[wish.effort] * most);
        return { type: 'budget', tokens: Math.max(reasoning.min, share) };
      }
      if (wish.tokens >= reasoning.min && wish.tokens <= most) return { type: 'budget', tokens: wish.tokens };
      const closest = Math.min(most, Math.max(reasoning.min, wish.tokens));
      const span = `${reasoning.min} to ${most}`;
      return coerce(
        'budgetTokens',
        wish.tokens,
        `takes a reasoning budget from ${span} tokens here, not ${wish.tokens}`,
        [span],
        `Give a budget from ${span}.`,
        { setting: { type: 'budget', tokens: closest }, shown: closest },
      );
    }
  }
};

/** Whether the model will reason under a setting, as far as its config tells. */
export const willReason = (setting: ReasoningSetting, config: ModelConfig): boolean => {
  if (setting.type !== 'provider-default') return setting.type !== 'off';
  const { reasoning } = config;
  switch (reasoning.type) {
    case 'none':
    case 'counterpart':
      return false;
    case 'toggle':
      return reasoning.default;
    case 'effort':
    case 'level':
    case 'adaptive':
      return reasoning.default !== 'none';
    case 'always':
    case 'budget':
      return true;
  }
};
