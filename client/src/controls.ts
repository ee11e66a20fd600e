import { PARAMETER_CONTROLS, toChoiceLabel } from './parameter-controls.ts';
import type { GenerateInput, Model } from './schema-types.ts';

/** The settings that controls are rendered for: what is sent with the next request besides its messages. */
export type ControlSettings = Partial<Omit<GenerateInput, 'messages' | 'prompt' | 'model'>>;

interface ControlBase {
  /** Path in GenerateInput, such as `temperature` or `reasoning.effort`. */
  readonly field: string;
  readonly label: string;
  /** False: sending it would be refused under these settings; `reason` says why, for people. */
  readonly enabled: boolean;
  readonly reason?: string | undefined;
  readonly note?: string | undefined;
}
export type Control =
  | (ControlBase & {
      readonly kind: 'range';
      readonly min: number;
      readonly max: number;
      readonly step: number;
      readonly default?: number | undefined;
    })
  | (ControlBase & {
      readonly kind: 'choice';
      readonly choices: readonly { readonly value: string; readonly label: string }[];
      readonly default?: string | undefined;
    })
  | (ControlBase & { readonly kind: 'toggle'; readonly default?: boolean | undefined })
  | (ControlBase & { readonly kind: 'list'; readonly maxItems?: number | undefined });

type Constraint = Model['parameters'][number];

/** Whether the model would reason with these settings; undefined: it decides by itself. */
const findReasons = (
  { capabilities: { reasoning } }: Model,
  settings: ControlSettings,
): boolean | undefined => {
  const { enabled, effort, budgetTokens } = settings.reasoning ?? {};
  if (reasoning === null) return false;
  if (reasoning.always) return true;
  if (enabled === false || effort === 'NONE' || budgetTokens === 0) return false;
  if (enabled === true || effort != null || budgetTokens != null) return true;
  return reasoning.defaultEffort === null ? undefined : reasoning.defaultEffort !== 'NONE';
};

/** The output limit that a budget of reasoning has to stay below. */
const outputLimit = (model: Model, { maxOutputTokens }: ControlSettings): number =>
  maxOutputTokens ?? model.defaultMaxOutputTokens;

/** Why sending a value would be refused, or change nothing, for people; undefined: it is fine. */
const findReason = (constraint: Constraint, model: Model, settings: ControlSettings): string | undefined => {
  const { parameter, supported, note, min, values } = constraint;
  const { displayName } = model;
  const { label } = PARAMETER_CONTROLS[parameter];
  if (!supported) return `${displayName} has no setting for this: ${label.toLowerCase()}.`;
  const reasons = findReasons(model, settings);
  if (
    parameter === 'TEMPERATURE' &&
    note?.startsWith('Only while reasoning is switched off') &&
    reasons !== false
  )
    return `${displayName} takes a temperature only while reasoning is switched off.`;
  if (parameter.startsWith('REASONING_') && settings.reasoning?.enabled === false)
    return 'Reasoning is switched off.';
  if (parameter === 'REASONING_BUDGET_TOKENS' && (min ?? 0) >= outputLimit(model, settings))
    return `The budget is part of the output: raise the output limit above ${min} tokens first.`;
  if (parameter === 'PARALLEL_TOOL_CALLS' && values !== null)
    return `${displayName} cannot be held to one tool call at a time.`;
  if (parameter === 'PARALLEL_TOOL_CALLS' && (settings.tools ?? []).length === 0)
    return 'The request has no tools.';
  return undefined;
};

const isNumber = (value: unknown): value is number => typeof value === 'number';

const findMax = ({ parameter, max }: Constraint, model: Model, settings: ControlSettings): number => {
  if (parameter === 'MAX_OUTPUT_TOKENS') return max ?? model.contextWindow ?? model.defaultMaxOutputTokens;
  if (parameter === 'REASONING_BUDGET_TOKENS')
    return Math.min(max ?? Number.POSITIVE_INFINITY, outputLimit(model, settings) - 1);
  return max ?? PARAMETER_CONTROLS[parameter].max;
};

const toControl = (constraint: Constraint, model: Model, settings: ControlSettings): Control => {
  const { parameter, min, max, values, default: usual, note } = constraint;
  const { field, label, kind, step, min: least } = PARAMETER_CONTROLS[parameter];
  const reason = findReason(constraint, model, settings);
  const base = {
    field,
    label,
    enabled: reason === undefined,
    reason,
    note: kind === 'list' ? undefined : (note ?? undefined),
  };
  switch (kind) {
    case 'range':
      return {
        ...base,
        kind,
        min: min ?? least,
        max: findMax(constraint, model, settings),
        step,
        default: isNumber(usual) ? usual : undefined,
      };
    case 'choice':
      return {
        ...base,
        kind,
        choices: (values ?? []).map((value) => ({ value, label: toChoiceLabel(value) })),
        default: typeof usual === 'string' ? usual : undefined,
      };
    case 'toggle':
      return { ...base, kind, default: typeof usual === 'boolean' ? usual : undefined };
    case 'list':
      return { ...base, kind, maxItems: max ?? undefined };
  }
};

/** The switch for reasoning as such. */
const toReasoningSwitch = ({ displayName, capabilities }: Model): Control => {
  const { reasoning, reasoningCounterpart } = capabilities;
  const base = { kind: 'toggle', field: 'reasoning.enabled', label: 'Reasoning' } as const;
  if (reasoning?.always === true)
    return { ...base, enabled: false, reason: `${displayName} always reasons.`, default: true };
  if (reasoning !== null)
    return {
      ...base,
      enabled: true,
      default: reasoning.defaultEffort === null ? undefined : reasoning.defaultEffort !== 'NONE',
    };
  if (reasoningCounterpart === null)
    return { ...base, enabled: false, reason: `${displayName} does not reason.`, default: false };
  return {
    ...base,
    enabled: true,
    note: `With reasoning, ${reasoningCounterpart.displayName} answers in its place.`,
    default: false,
  };
};

/**
 * What to render for a model: a control for reasoning as such and for each parameter there is, the ones that the model does
 * not take among them, disabled and with the reason. Pure: call it again when the settings change.
 */
export const controls = (model: Model, settings: ControlSettings = {}): readonly Control[] => [
  toReasoningSwitch(model),
  // A newer server may have parameters that this version does not know.
  ...model.parameters
    .filter(({ parameter }) => Object.hasOwn(PARAMETER_CONTROLS, parameter))
    .map((constraint) => toControl(constraint, model, settings)),
];
