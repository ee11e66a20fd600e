import { effortsOf } from '../../../core/capabilities.ts';
import type { ReasoningSetting } from '../../../core/text-request.ts';
import {
  type AskedReasoning,
  coerceReasoning,
  DEFAULT_REASONING,
  OTHER_MODEL,
  type ReasoningSubject,
  toWishField,
} from './coerce-reasoning.ts';
import { findNearestReasoning, toEffortNames, toEffortSetting } from './nearest-effort.ts';
import { switchOn } from './switch-on.ts';

const refuseBudget = (tokens: number, subject: ReasoningSubject): ReasoningSetting => {
  const setting = switchOn(subject);
  const efforts = toEffortNames(effortsOf(subject.config));
  return coerceReasoning(
    {
      field: 'budgetTokens',
      from: tokens,
      why: 'takes no reasoning budget in tokens',
      allowed: [],
      suggestion:
        efforts.length > 0 ? `Use an effort instead: ${efforts.join(', ')}.` : 'Leave budgetTokens out.',
    },
    { setting, shown: setting.type === 'effort' ? setting.effort.toUpperCase() : null },
    subject,
  );
};

/** For a model that is on or off: any effort switches it on. */
export const checkSwitch = (wish: AskedReasoning, subject: ReasoningSubject): ReasoningSetting =>
  wish.type === 'budget' ? refuseBudget(wish.tokens, subject) : switchOn(subject);

/** For a model that takes named efforts or levels, or reasons without any setting. */
export const checkEffort = (wish: AskedReasoning, subject: ReasoningSubject): ReasoningSetting => {
  if (wish.type === 'on') return switchOn(subject);
  if (wish.type === 'budget') return refuseBudget(wish.tokens, subject);
  const efforts = effortsOf(subject.config);
  if (efforts.includes(wish.effort)) return toEffortSetting(wish.effort);
  const lack = { ...toWishField(wish), why: `has no reasoning effort ${wish.effort.toUpperCase()}` };
  const closest = findNearestReasoning(wish.effort, efforts);
  if (closest === undefined)
    return coerceReasoning(
      { ...lack, allowed: [], suggestion: OTHER_MODEL },
      { setting: DEFAULT_REASONING, shown: null },
      subject,
    );
  const shown = closest.toUpperCase();
  return coerceReasoning(
    { ...lack, allowed: toEffortNames(efforts), suggestion: `Use ${shown}, the nearest one.` },
    { setting: toEffortSetting(closest), shown },
    subject,
  );
};
