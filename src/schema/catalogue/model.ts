import { replacementOf, shutdownDateOf, statusOn } from '../../core/model-status.ts';
import { pricingOn } from '../../core/pricing-on.ts';
import { builder } from '../builder.ts';
import { encodeNodeId } from '../node-id.ts';
import { ApiTypeEnum, ModelOriginEnum, ModelStatusEnum } from '../enums.ts';
import { ModelCapabilities, ParameterConstraintType } from './model-capabilities.ts';
import { ModelPricing } from './model-pricing.ts';
import { ModelType, ProviderType } from '../refs.ts';

ModelType.implement({
  interfaces: [builder.nodeInterfaceRef()],
  description: 'A model that can be asked for.',
  isTypeOf: (value) =>
    typeof value === 'object' && value !== null && 'config' in value && 'parameters' in value,
  fields: (t) => ({
    id: t.id({
      description: 'Identifies the model over all types.',
      resolve: ({ config }) => encodeNodeId('Model', config.name),
    }),
    name: t.string({ description: 'The name to ask for it by.', resolve: ({ config }) => config.name }),
    displayName: t.string({
      description: 'Its name as people write it.',
      resolve: ({ config }) => config.displayName,
    }),
    description: t.string({
      nullable: true,
      description: 'What it is, in a sentence.',
      resolve: ({ config }) => config.description,
    }),
    provider: t.field({
      type: ProviderType,
      description: 'Who serves it.',
      resolve: ({ config }, _args, { catalogue }) => catalogue.getProvider(config.provider),
    }),
    apiModel: t.string({
      description: 'The id sent upstream. Resolves to this model too.',
      resolve: ({ config }) => config.apiModel,
    }),
    apiType: t.field({
      type: ApiTypeEnum,
      description: 'The API that serves it.',
      resolve: ({ config }) => config.apiType,
    }),
    aliases: t.exposeStringList('aliases', {
      description:
        'Other names that lead to it. `default` is not among them: it is a setting of this server.',
    }),
    family: t.string({
      nullable: true,
      description: 'The line of models it belongs to.',
      resolve: ({ config }) => config.family,
    }),
  }),
});

/** Where it is in its life. */
builder.objectFields(ModelType, (t) => ({
  status: t.field({
    type: ModelStatusEnum,
    description: 'Where it is in its life.',
    resolve: ({ config }, _args, { catalogue }) => statusOn(config.status, catalogue.today()).type,
  }),
  replacement: t.field({
    type: ModelType,
    nullable: true,
    description: 'For a deprecated or retired model: the one to move to, where one is known.',
    resolve: ({ config }, _args, { catalogue }) => {
      const name = replacementOf(config.status);
      return name === null ? null : (catalogue.findModel(name) ?? null);
    },
  }),
  shutdownDate: t.field({
    type: 'Date',
    nullable: true,
    description:
      'For a deprecated or retired model: the day its vendor stops answering for it, where announced.',
    resolve: ({ config }) => shutdownDateOf(config.status),
  }),
  available: t.boolean({
    description:
      'You can ask for it: its provider is configured, or you have brought a key for it, and is not known to be down, it is not retired, and your credentials may use it.',
    resolve: ({ config }, _args, { catalogue, principal, providerKeys }) =>
      catalogue.isAvailable(config, principal.access, providerKeys),
  }),
  releaseDate: t.field({
    type: 'Date',
    nullable: true,
    description: 'The day it was released.',
    resolve: ({ config }) => config.releaseDate,
  }),
  knowledgeCutoff: t.string({
    nullable: true,
    description: 'How far its knowledge reaches, YYYY-MM or YYYY-MM-DD.',
    resolve: ({ config }) => config.knowledgeCutoff,
  }),
}));

/** What it takes, and what it costs. */
builder.objectFields(ModelType, (t) => ({
  contextWindow: t.int({
    nullable: true,
    description: 'Tokens it can hold, input and output together.',
    resolve: ({ config }) => config.limits.contextWindow,
  }),
  maxInputTokens: t.int({
    nullable: true,
    description: 'Most tokens of input, where there is a limit of its own.',
    resolve: ({ config }) => config.limits.maxInputTokens,
  }),
  maxOutputTokens: t.int({
    nullable: true,
    description: 'Most tokens of output, reasoning included.',
    resolve: ({ config }) => config.limits.maxOutputTokens,
  }),
  defaultMaxOutputTokens: t.int({
    description: 'The output limit that holds when a request names none.',
    resolve: ({ config }) => config.limits.defaultMaxOutputTokens,
  }),
  capabilities: t.field({
    type: ModelCapabilities,
    description: 'What it can do.',
    resolve: ({ config }) => config,
  }),
  forcedToolChoice: t.boolean({
    description: 'It can be obliged to call a function: `toolChoice` with mode REQUIRED, or with a function.',
    resolve: ({ config }) => config.functionCalling && (config.forcedToolChoice ?? true),
  }),
  parallelToolCallsCanBeForbidden: t.boolean({
    description:
      'It can be held to one tool call a turn by `parallelToolCalls: false`. A model that makes one at a time anyway takes that in any case.',
    resolve: ({ config }) => config.parallelToolCallsCanBeForbidden,
  }),
  parameters: t.expose('parameters', {
    type: [ParameterConstraintType],
    description: 'Every parameter there is, and what this model makes of it.',
  }),
  pricing: t.field({
    type: ModelPricing,
    nullable: true,
    description: 'What it costs; null: no price is known.',
    resolve: ({ config: { pricing } }, _args, { catalogue }) =>
      pricing === null ? null : pricingOn(pricing, catalogue.today()),
  }),
  verifiedAt: t.field({
    type: 'Date',
    description: 'The day these facts were last checked.',
    resolve: ({ config }) => config.verifiedAt,
  }),
  origin: t.field({
    type: ModelOriginEnum,
    description: 'Where these facts come from.',
    resolve: ({ config }) => config.origin ?? 'built-in',
  }),
  source: t.string({
    description: 'What these facts were checked against.',
    resolve: ({ config }) => config.source,
  }),
}));
