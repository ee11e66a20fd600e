import type { BuiltInTool, Modality, ModelOrigin, ModelStatus, ReasoningEffort } from './model-config.ts';

/** Conditions on models; null: no condition. All that are given must hold. */
export interface ModelFilter {
  readonly search: string | null;
  readonly providers: readonly string[] | null;
  readonly available: boolean | null;
  readonly status: readonly ModelStatus['type'][] | null;
  readonly origin: readonly ModelOrigin[] | null;
  readonly inputModalities: readonly Modality[] | null;
  readonly outputModalities: readonly Modality[] | null;
  readonly reasoning: boolean | null;
  readonly reasoningEffort: ReasoningEffort | null;
  readonly functionCalling: boolean | null;
  readonly structuredOutput: boolean | null;
  readonly streaming: boolean | null;
  readonly citations: boolean | null;
  readonly builtInTools: readonly BuiltInTool[] | null;
  readonly batch: boolean | null;
  readonly minContextWindow: number | null;
  readonly maxInputPricePerMillion: number | null;
  readonly maxOutputPricePerMillion: number | null;
}

export const MODEL_ORDER_FIELDS = [
  'name',
  'provider',
  'release-date',
  'context-window',
  'input-price',
  'output-price',
  'status',
  'origin',
  'batch-discount',
] as const;
export type ModelOrderField = (typeof MODEL_ORDER_FIELDS)[number];

export interface ModelOrder {
  readonly field: ModelOrderField;
  readonly direction: 'asc' | 'desc';
}
