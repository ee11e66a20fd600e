import { alwaysReasons, effortsOf } from '../../core/capabilities.ts';
import { canReason, type ModelConfig } from '../../core/model-config.ts';
import type { ParameterConstraint } from '../../core/parameter-constraint.ts';
import { builder } from '../builder.ts';
import { BuiltInToolEnum, GenerationParameterEnum, ModalityEnum, ReasoningEffortEnum } from '../enums.ts';
import { ModelType } from '../refs.ts';

const IntRange = builder.objectRef<{ min: number | null; max: number | null }>('IntRange').implement({
  description: 'A range of whole numbers, inclusive.',
  fields: (t) => ({
    min: t.exposeInt('min', { nullable: true, description: 'The least; null: no lower bound is known.' }),
    max: t.exposeInt('max', { nullable: true, description: 'The greatest; null: no upper bound is known.' }),
  }),
});

const ReasoningCapability = builder.objectRef<ModelConfig>('ReasoningCapability').implement({
  description: 'How a model reasons before it answers.',
  fields: (t) => ({
    always: t.boolean({ description: 'It cannot be switched off.', resolve: alwaysReasons }),
    efforts: t.field({
      type: [ReasoningEffortEnum],
      description: 'The efforts it takes, least first; empty where it takes a budget or a plain switch.',
      resolve: effortsOf,
    }),
    defaultEffort: t.field({
      type: ReasoningEffortEnum,
      nullable: true,
      description: 'What it uses when no effort is named; null: unknown, or it takes none.',
      resolve: ({ reasoning }) => ('values' in reasoning ? reasoning.default : null),
    }),
    budgetTokens: t.field({
      type: IntRange,
      nullable: true,
      description: 'The token budgets it takes; null where it takes none.',
      resolve: ({ reasoning }) => (reasoning.type === 'budget' ? reasoning : null),
    }),
    counterpart: t.field({
      type: ModelType,
      nullable: true,
      description: 'Always null: a model that reasons itself has no counterpart.',
      deprecationReason: 'Since 0.2.0: use ModelCapabilities.reasoningCounterpart.',
      resolve: () => null,
    }),
  }),
});

const BatchCapability = builder
  .objectRef<Extract<ModelConfig['batch'], { type: 'native' }>>('BatchCapability')
  .implement({
    description: "The vendor's own batch API.",
    fields: (t) => ({
      maxRequests: t.exposeInt('maxRequests', { description: 'Most requests in one vendor batch.' }),
      maxFileSizeMb: t.exposeInt('maxFileSizeMb', {
        description: 'Greatest size of one vendor batch, in megabytes.',
      }),
      discountPercent: t.exposeFloat('discountPercent', {
        nullable: true,
        description: 'Per cent off the price of a single request; null: not published.',
      }),
    }),
  });

export const ModelCapabilities = builder.objectRef<ModelConfig>('ModelCapabilities').implement({
  description: 'What a model can do.',
  fields: (t) => ({
    streaming: t.exposeBoolean('streaming', {
      description: 'It sends text as it is written. Without it a subscription gets the text in one piece.',
    }),
    inputModalities: t.expose('inputModalities', {
      type: [ModalityEnum],
      description: 'What it reads.',
    }),
    outputModalities: t.expose('outputModalities', {
      type: [ModalityEnum],
      description: 'What it writes. This API carries its text.',
    }),
    requiresOneOf: t.field({
      type: [ModalityEnum],
      description: 'A request must contain at least one of these; empty: text alone is enough.',
      resolve: ({ requiresOneOf }) => [...(requiresOneOf ?? [])],
    }),
    fileMediaTypes: t.stringList({
      description: 'Media types of the documents it reads; empty: it reads none.',
      resolve: ({ inputModalities, media }) => [
        ...(inputModalities.includes('file') ? (media.file?.mediaTypes ?? []) : []),
      ],
    }),
    functionCalling: t.exposeBoolean('functionCalling', { description: "It calls the client's functions." }),
    structuredOutput: t.exposeBoolean('structuredOutput', {
      description: 'It keeps to a JSON Schema for its output.',
    }),
    jsonMode: t.exposeBoolean('jsonMode', {
      description: 'It can be held to JSON without a schema.',
    }),
    citations: t.exposeBoolean('citations', { description: 'It names the sources of what it says.' }),
    builtInTools: t.expose('builtInTools', {
      type: [BuiltInToolEnum],
      description: 'Tools the provider can run for it. They are used, and paid for, only when asked for.',
    }),
    reasoning: t.field({
      type: ReasoningCapability,
      nullable: true,
      description: 'How it reasons; null: it does not reason.',
      resolve: (config) => (canReason(config) ? config : null),
    }),
    reasoningCounterpart: t.field({
      type: ModelType,
      nullable: true,
      description:
        'The model that answers a request with reasoning, where this one cannot reason itself; null: there is none.',
      resolve: ({ reasoning }, _args, { catalogue }) =>
        reasoning.type === 'counterpart' ? (catalogue.findModel(reasoning.model) ?? null) : null,
    }),
    batch: t.field({
      type: BatchCapability,
      nullable: true,
      description: "Its vendor's batch API; null: there is none, batches run one by one.",
      resolve: ({ batch }) => (batch.type === 'native' ? batch : null),
    }),
  }),
});

export const ParameterConstraintType = builder
  .objectRef<ParameterConstraint>('ParameterConstraint')
  .implement({
    description: 'What a model makes of one parameter: enough to render its control.',
    fields: (t) => ({
      parameter: t.expose('parameter', { type: GenerationParameterEnum, description: 'The parameter.' }),
      supported: t.exposeBoolean('supported', { description: 'The model takes it.' }),
      min: t.exposeFloat('min', { nullable: true, description: 'The least value, inclusive.' }),
      max: t.exposeFloat('max', { nullable: true, description: 'The greatest value, inclusive.' }),
      default: t.expose('default', {
        type: 'JSON',
        nullable: true,
        description: 'What holds when it is left out; null: unknown, or nothing.',
      }),
      values: t.exposeStringList('values', {
        nullable: true,
        description: 'The values it takes, where they are a list.',
      }),
      note: t.exposeString('note', {
        nullable: true,
        description: 'A condition the other fields cannot say.',
      }),
    }),
  });
