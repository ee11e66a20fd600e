import type { ProviderCapabilities } from '../../core/capabilities.ts';
import type { ProviderHealth } from '../../core/provider-health.ts';
import { builder } from '../builder.ts';
import { encodeNodeId } from '../node-id.ts';
import { ErrorCodeEnum, HealthStateEnum } from '../enums.ts';
import { ModelConnection, pageComplexity, toModelConnection } from './model-connection.ts';
import { ModelFilterInput, toModelFilter } from './model-filter.ts';
import { ModelType, ProviderType } from '../refs.ts';

const ProviderCapabilitiesType = builder.objectRef<ProviderCapabilities>('ProviderCapabilities').implement({
  description: "What a provider's models can do, taken together.",
  fields: (t) => ({
    streaming: t.exposeBoolean('streaming', { description: 'Some model streams.' }),
    reasoning: t.exposeBoolean('reasoning', { description: 'Some model reasons.' }),
    citations: t.exposeBoolean('citations', { description: 'Some model names its sources.' }),
    functionCalling: t.exposeBoolean('functionCalling', {
      description: "Some model calls the client's functions.",
    }),
    imageInput: t.exposeBoolean('imageInput', { description: 'Some model reads images.' }),
    audioInput: t.exposeBoolean('audioInput', { description: 'Some model reads sound.' }),
    fileInput: t.exposeBoolean('fileInput', { description: 'Some model reads documents.' }),
    structuredOutput: t.exposeBoolean('structuredOutput', {
      description: 'Some model keeps to a JSON Schema.',
    }),
    batchApi: t.exposeBoolean('batchApi', { description: 'There is a batch API.' }),
    batchMaxRequests: t.exposeInt('batchMaxRequests', {
      nullable: true,
      description: 'Most requests in one vendor batch.',
    }),
    batchMaxFileSizeMb: t.exposeInt('batchMaxFileSizeMb', {
      nullable: true,
      description: 'Greatest size of one vendor batch, in megabytes.',
    }),
  }),
});

const ProviderHealthType = builder.objectRef<ProviderHealth>('ProviderHealth').implement({
  description: 'How a provider has been doing, as this server has seen it since it started.',
  fields: (t) => ({
    state: t.expose('state', { type: HealthStateEnum, description: 'The judgement.' }),
    lastSuccessAt: t.expose('lastSuccessAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When a generation last completed.',
    }),
    lastFailureAt: t.expose('lastFailureAt', {
      type: 'DateTime',
      nullable: true,
      description: "When a generation last failed on the provider's side.",
    }),
    lastErrorCode: t.expose('lastErrorCode', {
      type: ErrorCodeEnum,
      nullable: true,
      description: 'What that failure was.',
    }),
    medianFirstDeltaMs: t.exposeFloat('medianFirstDeltaMs', {
      nullable: true,
      description: 'Median time to the first text or reasoning over the last answers, in milliseconds.',
    }),
  }),
});

ProviderType.implement({
  interfaces: [builder.nodeInterfaceRef()],
  description: 'Who serves models.',
  isTypeOf: (value) => typeof value === 'object' && value !== null && 'credentialVariable' in value,
  fields: (t) => ({
    id: t.id({
      description: 'Identifies the provider over all types.',
      resolve: ({ name }) => encodeNodeId('Provider', name),
    }),
    name: t.exposeString('name', { description: 'Its registration name: `openai`, `anthropic` …' }),
    displayName: t.exposeString('displayName', { description: 'Its name as people write it.' }),
    configured: t.exposeBoolean('configured', {
      description: 'Its credentials are present, or it needs none.',
    }),
    credentialVariable: t.exposeString('credentialVariable', {
      nullable: true,
      description: 'The environment variable that configures it, never its value; null: it needs none.',
    }),
    documentationUrl: t.exposeString('documentationUrl', {
      nullable: true,
      description: "The vendor's documentation.",
    }),
    capabilities: t.expose('capabilities', {
      type: ProviderCapabilitiesType,
      description: 'What its models can do, taken together.',
    }),
    health: t.field({
      type: ProviderHealthType,
      description: 'How it has been doing.',
      resolve: ({ name }, _args, { catalogue }) => catalogue.healthOf(name),
    }),
    models: t.connection(
      {
        type: ModelType,
        description: 'Its models, in catalogue order, in pages.',
        args: { where: t.arg({ type: ModelFilterInput, description: 'Conditions on the models.' }) },
        complexity: pageComplexity,
        resolve: ({ name }, { where, ...page }, { catalogue }) =>
          toModelConnection(
            catalogue.models(toModelFilter(where), null).filter(({ config }) => config.provider === name),
            page,
          ),
      },
      ModelConnection,
    ),
  }),
});

builder.queryFields((t) => ({
  providers: t.field({
    type: [ProviderType],
    description: 'Every provider, configured or not, by name.',
    resolve: (_root, _args, { catalogue }) => [...catalogue.providers()],
  }),
  provider: t.field({
    type: ProviderType,
    nullable: true,
    description: 'A provider by its registration name; null when there is none.',
    args: { name: t.arg.string({ required: true, description: 'The registration name.' }) },
    resolve: (_root, { name }, { catalogue }) => catalogue.findProvider(name) ?? null,
  }),
}));
