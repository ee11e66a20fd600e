import type { ModelFilter } from '../../core/model-query.ts';
import { builder } from '../builder.ts';
import {
  BuiltInToolEnum,
  ModalityEnum,
  ModelOrderFieldEnum,
  ModelStatusEnum,
  OrderDirectionEnum,
  ReasoningEffortEnum,
} from '../enums.ts';

export const ModelFilterInput = builder.inputType('ModelFilter', {
  description: 'Conditions on models. All that are given must hold.',
  fields: (t) => ({
    search: t.string({ description: 'Part of the name, display name or an alias; case does not matter.' }),
    providers: t.stringList({ description: 'Served by one of these providers.' }),
    available: t.boolean({ description: 'Whether it can be used on this server now.' }),
    status: t.field({ type: [ModelStatusEnum], description: 'In one of these states.' }),
    inputModalities: t.field({ type: [ModalityEnum], description: 'Reads all of these.' }),
    reasoning: t.boolean({ description: 'Whether it reasons itself.' }),
    reasoningEffort: t.field({ type: ReasoningEffortEnum, description: 'Takes this effort.' }),
    functionCalling: t.boolean({ description: "Whether it calls the client's functions." }),
    structuredOutput: t.boolean({ description: 'Whether it keeps to a JSON Schema.' }),
    streaming: t.boolean({ description: 'Whether it streams.' }),
    citations: t.boolean({ description: 'Whether it names its sources.' }),
    builtInTools: t.field({ type: [BuiltInToolEnum], description: 'Has all of these.' }),
    batch: t.boolean({ description: 'Whether its vendor has a batch API for it.' }),
    minContextWindow: t.int({ description: 'At least this many tokens of context.' }),
    maxInputPricePerMillion: t.float({
      description: 'Input costs at most this; unknown prices do not count.',
    }),
    maxOutputPricePerMillion: t.float({
      description: 'Output costs at most this; unknown prices do not count.',
    }),
  }),
});

export const ModelOrderInput = builder.inputType('ModelOrder', {
  description: 'An order of models.',
  fields: (t) => ({
    field: t.field({ type: ModelOrderFieldEnum, required: true, description: 'What to order by.' }),
    direction: t.field({
      type: OrderDirectionEnum,
      required: true,
      defaultValue: 'asc',
      description: 'Which way.',
    }),
  }),
});

type FilterArgument = typeof ModelFilterInput.$inferInput | null | undefined;

/** A filter as the catalogue takes it: what was left out is no condition. */
export const toModelFilter = (where: FilterArgument): Partial<ModelFilter> =>
  Object.fromEntries(
    Object.entries(where ?? {}).filter(([, value]) => value !== undefined),
  ) as Partial<ModelFilter>;
