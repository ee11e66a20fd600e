import type { ModelFilter } from '../../core/model-query.ts';
import { builder } from '../builder.ts';
import {
  BuiltInToolEnum,
  ModalityEnum,
  ModelOrderFieldEnum,
  ModelOriginEnum,
  ModelStatusEnum,
  OrderDirectionEnum,
  ReasoningEffortEnum,
} from '../enums.ts';

export const ModelFilterInput = builder.inputType('ModelFilter', {
  description: 'Conditions on models. A model must fulfil all of them.',
  fields: (t) => ({
    search: t.string({ description: 'Part of the name, the display name or an alias, in any case.' }),
    providers: t.stringList({ description: 'Models of these providers.' }),
    available: t.boolean({ description: 'Whether the model can be used on this server now.' }),
    status: t.field({
      type: [ModelStatusEnum],
      description: 'Models with one of these statuses. Retired models are found by it alone.',
    }),
    origin: t.field({ type: [ModelOriginEnum], description: 'Models with one of these origins.' }),
    inputModalities: t.field({ type: [ModalityEnum], description: 'Models that read all of these.' }),
    outputModalities: t.field({ type: [ModalityEnum], description: 'Models that produce all of these.' }),
    reasoning: t.boolean({ description: 'Whether the model reasons itself.' }),
    reasoningEffort: t.field({ type: ReasoningEffortEnum, description: 'Models that support this effort.' }),
    functionCalling: t.boolean({ description: 'Whether the model calls functions of the client.' }),
    structuredOutput: t.boolean({
      description: 'Whether the output of the model conforms to a JSON Schema.',
    }),
    streaming: t.boolean({ description: 'Whether the model streams.' }),
    citations: t.boolean({ description: 'Whether the model cites sources.' }),
    builtInTools: t.field({ type: [BuiltInToolEnum], description: 'Models that have all of these.' }),
    batch: t.boolean({ description: 'Whether the vendor has a batch API for the model.' }),
    minContextWindow: t.int({ description: 'Smallest context window, in tokens.' }),
    maxInputPricePerMillion: t.float({
      description: 'Highest price of input in force now. Models without a known price are excluded.',
    }),
    maxOutputPricePerMillion: t.float({
      description: 'Highest price of output in force now. Models without a known price are excluded.',
    }),
  }),
});

export const ModelOrderInput = builder.inputType('ModelOrder', {
  description: 'An order of models.',
  fields: (t) => ({
    field: t.field({ type: ModelOrderFieldEnum, required: true, description: 'The field to order by.' }),
    direction: t.field({
      type: OrderDirectionEnum,
      required: true,
      defaultValue: 'asc',
      description: 'The direction of the order.',
    }),
  }),
});

type FilterArgument = typeof ModelFilterInput.$inferInput | null | undefined;

/** The filter of the catalogue. A field that was left out is no condition. */
export const toModelFilter = (where: FilterArgument): Partial<ModelFilter> =>
  Object.fromEntries(
    Object.entries(where ?? {}).filter(([, value]) => value !== undefined),
  ) as Partial<ModelFilter>;
