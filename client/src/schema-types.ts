import type {
  BatchFieldsFragment,
  BatchItemsQuery,
  CitationFieldsFragment,
  CostFieldsFragment,
  ErrorFieldsFragment,
  GenerationFieldsFragment,
  MessageFieldsFragment,
  ModelFieldsFragment,
  ModelRefFragment,
  PreviewGenerationQuery,
  ProviderFieldsFragment,
  ResolutionFieldsFragment,
  ToolCallFieldsFragment,
  UsageFieldsFragment,
  WarningFieldsFragment,
} from './generated/operations.ts';

export type {
  ApiType,
  BatchItemStatus,
  BatchMode,
  BatchRequestInput,
  BatchStatus,
  BuiltInTool,
  ContentPartInput,
  ErrorCode,
  FinishReason,
  FunctionToolInput,
  GenerateInput,
  GenerationParameter,
  GenerationStatus,
  MediaInput,
  MediaSourceInput,
  MessageInput,
  Modality,
  ModelFilter,
  ModelOrder,
  ModelStatus,
  OnDisconnect,
  OutputFormatInput,
  ReasoningEffort,
  ReasoningInput,
  SubmitBatchInput,
  ToolCallInput,
  ToolChoiceInput,
  ToolInput,
  ToolResultInput,
  Verbosity,
  WarningCode,
} from './generated/operations.ts';

export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };

/** A model with its capabilities, parameters and prices. */
export type Model = ModelFieldsFragment;
/** The names of a model, as a generation has them. */
export type ModelRef = ModelRefFragment;
export type Provider = ProviderFieldsFragment;
export type ModelResolution = ResolutionFieldsFragment;
export type Generation = GenerationFieldsFragment;
export type GenerationError = ErrorFieldsFragment;
export type GenerationPreview = PreviewGenerationQuery['previewGeneration'];
export type Message = MessageFieldsFragment;
export type ToolCall = ToolCallFieldsFragment;
export type Citation = CitationFieldsFragment;
export type Usage = UsageFieldsFragment;
export type Cost = CostFieldsFragment;
export type Warning = WarningFieldsFragment;
export type Batch = BatchFieldsFragment;
export type BatchItem = NonNullable<BatchItemsQuery['batch']>['items']['nodes'][number];
