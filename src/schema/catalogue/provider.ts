import type { ProviderCapabilities } from '../../core/capabilities.ts';
import type { ProviderHealth } from '../../core/provider-health.ts';
import type { ServerKeyHealth } from '../../core/server-key.ts';
import { builder } from '../builder.ts';
import { encodeNodeId } from '../node-id.ts';
import { ErrorCodeEnum, HealthStateEnum } from '../enums.ts';
import { ModelConnection, pageComplexity, toModelConnection } from './model-connection.ts';
import { ModelFilterInput, toModelFilter } from './model-filter.ts';
import { ModelType, ProviderType } from '../refs.ts';

const ProviderCapabilitiesType = builder.objectRef<ProviderCapabilities>('ProviderCapabilities').implement({
  description: 'What at least one model of a provider supports.',
  fields: (t) => ({
    streaming: t.exposeBoolean('streaming', { description: 'At least one model streams.' }),
    reasoning: t.exposeBoolean('reasoning', { description: 'At least one model reasons.' }),
    citations: t.exposeBoolean('citations', { description: 'At least one model cites sources.' }),
    functionCalling: t.exposeBoolean('functionCalling', {
      description: 'At least one model calls functions of the client.',
    }),
    imageInput: t.exposeBoolean('imageInput', { description: 'At least one model reads images.' }),
    audioInput: t.exposeBoolean('audioInput', { description: 'At least one model reads audio.' }),
    fileInput: t.exposeBoolean('fileInput', { description: 'At least one model reads documents.' }),
    structuredOutput: t.exposeBoolean('structuredOutput', {
      description: 'The output of at least one model conforms to a JSON Schema.',
    }),
    batchApi: t.exposeBoolean('batchApi', { description: 'Whether there is a batch API.' }),
    batchMaxRequests: t.exposeInt('batchMaxRequests', {
      nullable: true,
      description: 'Largest number of requests in one batch of the vendor.',
    }),
    batchMaxFileSizeMb: t.exposeInt('batchMaxFileSizeMb', {
      nullable: true,
      description: 'Largest size of one batch of the vendor, in megabytes.',
    }),
  }),
});

const ProviderKeyHealthType = builder.objectRef<ServerKeyHealth>('ProviderKeyHealth').implement({
  description:
    "One of the server's keys for a provider, by the calls of this server since it started; never the key itself.",
  fields: (t) => ({
    id: t.exposeString('id', {
      description: 'The first 12 hexadecimal digits of the SHA-256 of the key.',
    }),
    weight: t.exposeInt('weight', {
      description: 'Its share of the calls; 0: it serves only what was begun with it.',
    }),
    coolsDownUntil: t.expose('coolsDownUntil', {
      type: 'DateTime',
      nullable: true,
      description:
        'Until when other keys are preferred, after it was refused or limited; null if it is in use.',
    }),
    lastSuccessAt: t.expose('lastSuccessAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When a generation last completed with it.',
    }),
    lastFailureAt: t.expose('lastFailureAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was last refused or limited.',
    }),
    lastErrorCode: t.expose('lastErrorCode', {
      type: ErrorCodeEnum,
      nullable: true,
      description: 'The error code of that failure.',
    }),
  }),
});

const ProviderHealthType = builder
  .objectRef<ProviderHealth & { readonly keys: readonly ServerKeyHealth[] }>('ProviderHealth')
  .implement({
    description: 'Health of a provider, by the calls of this server since it started.',
    fields: (t) => ({
      state: t.expose('state', { type: HealthStateEnum, description: 'The state of the provider.' }),
      lastSuccessAt: t.expose('lastSuccessAt', {
        type: 'DateTime',
        nullable: true,
        description: 'When a generation last completed.',
      }),
      lastFailureAt: t.expose('lastFailureAt', {
        type: 'DateTime',
        nullable: true,
        description: 'When a generation last failed at the provider.',
      }),
      lastErrorCode: t.expose('lastErrorCode', {
        type: ErrorCodeEnum,
        nullable: true,
        description: 'The error code of that failure.',
      }),
      medianFirstDeltaMs: t.exposeFloat('medianFirstDeltaMs', {
        nullable: true,
        description: 'Median time to the first text or reasoning over the last answers, in milliseconds.',
      }),
      keys: t.expose('keys', {
        type: [ProviderKeyHealthType],
        // An operator has few, and they are in memory: they cost nothing beside the models they come with.
        complexity: { field: 0, multiplier: 0 },
        description: "The server's keys for the provider, in their order; empty if it needs none.",
      }),
    }),
  });

ProviderType.implement({
  interfaces: [builder.nodeInterfaceRef()],
  description: 'A vendor or a server whose models this API offers.',
  isTypeOf: (value) => typeof value === 'object' && value !== null && 'credentialVariable' in value,
  fields: (t) => ({
    id: t.id({
      description: 'Identifies the provider among the objects of all types.',
      resolve: ({ name }) => encodeNodeId('Provider', name),
    }),
    name: t.exposeString('name', { description: 'The registration name: `openai`, `anthropic` …' }),
    displayName: t.exposeString('displayName', { description: 'The name for display.' }),
    configured: t.exposeBoolean('configured', {
      description: 'Whether its credentials are set, or it needs none.',
    }),
    credentialVariable: t.exposeString('credentialVariable', {
      nullable: true,
      description: 'The environment variable of its credentials, never their value; null if it needs none.',
    }),
    documentationUrl: t.exposeString('documentationUrl', {
      nullable: true,
      description: "The vendor's documentation.",
    }),
    capabilities: t.expose('capabilities', {
      type: ProviderCapabilitiesType,
      description: 'What at least one of its models supports.',
    }),
    health: t.field({
      type: ProviderHealthType,
      description: 'The health of the provider.',
      resolve: ({ name }, _args, { catalogue }) => ({
        ...catalogue.healthOf(name),
        keys: catalogue.keysOf(name),
      }),
    }),
    models: t.connection(
      {
        type: ModelType,
        description: 'The models of the provider, in catalogue order, in pages.',
        args: { where: t.arg({ type: ModelFilterInput, description: 'Conditions on the models.' }) },
        complexity: pageComplexity,
        resolve: ({ name }, { where, ...page }, { catalogue, principal, providerKeys }) =>
          toModelConnection(
            catalogue
              .models(toModelFilter(where), null, principal.access, providerKeys)
              .filter(({ config }) => config.provider === name),
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
    description: 'Every provider, configured or not, ordered by name.',
    resolve: (_root, _args, { catalogue }) => [...catalogue.providers()],
  }),
  provider: t.field({
    type: ProviderType,
    nullable: true,
    description: 'A provider by its registration name; null if there is none.',
    args: { name: t.arg.string({ required: true, description: 'The registration name.' }) },
    resolve: (_root, { name }, { catalogue }) => catalogue.findProvider(name) ?? null,
  }),
}));
