import type { GenerateInput } from './schema-types.ts';

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

export const controls = (_model: unknown, _settings?: unknown): readonly Control[] => [];
