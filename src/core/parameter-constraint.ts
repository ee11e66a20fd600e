import type { JsonValue } from './json.ts';

export const GENERATION_PARAMETERS = [
  'temperature',
  'top-p',
  'top-k',
  'max-output-tokens',
  'stop-sequences',
  'seed',
  'presence-penalty',
  'frequency-penalty',
  'reasoning-effort',
  'reasoning-budget-tokens',
  'verbosity',
  'parallel-tool-calls',
] as const;
export type GenerationParameter = (typeof GENERATION_PARAMETERS)[number];

/** What one model makes of one parameter. Bounds are inclusive. */
export interface ParameterConstraint {
  readonly parameter: GenerationParameter;
  readonly supported: boolean;
  readonly min: number | null;
  readonly max: number | null;
  /** What the model uses when the parameter is not given; null: unknown or none. */
  readonly default: JsonValue | null;
  /** The values it takes, where they are a list. */
  readonly values: readonly string[] | null;
  readonly note: string | null;
}
