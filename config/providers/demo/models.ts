import {
  defineModels,
  MEDIA_TYPES,
  mediaTypesOf,
  type ModelDefinition,
  type SamplingSupport,
} from '../../../src/core/model-config.ts';
import { price } from '../price.ts';
import { VERIFIED_AT } from '../sources.ts';

/** Every setting is taken, so that clients can be tried against all of them; only stop sequences change an answer. */
const SAMPLING = {
  topP: { min: 0, max: 1 },
  topK: { min: 1, max: 100 },
  stopSequences: { max: 4 },
  seed: true,
  presencePenalty: { min: -2, max: 2 },
  frequencyPenalty: { min: -2, max: 2 },
} as const satisfies SamplingSupport;

const demo = {
  apiType: 'local',
  family: 'demo',
  status: { type: 'active' },
  releaseDate: null,
  knowledgeCutoff: null,
  limits: {
    contextWindow: 32_768,
    maxInputTokens: null,
    maxOutputTokens: 8_192,
    defaultMaxOutputTokens: 4_096,
  },
  inputModalities: ['text'],
  outputModalities: ['text'],
  media: { image: null, audio: null, file: null },
  laterSystemMessages: true,
  streaming: true,
  functionCalling: false,
  parallelToolCalls: false,
  parallelToolCallsCanBeForbidden: true,
  toolCallSignatures: false,
  callIds: 'any',
  schemas: { topLevelUnions: true, strict: null },
  structuredOutput: false,
  jsonMode: false,
  citations: false,
  builtInTools: [],
  toolChoiceCoversBuiltInTools: true,
  reasoning: { type: 'none' },
  reasoningTags: false,
  temperature: { type: 'range', min: 0, max: 2, default: 1 },
  sampling: SAMPLING,
  verbosity: null,
  promptCaches: [],
  providerOptions: false,
  batch: { type: 'none' },
  pricing: price(VERIFIED_AT, { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 }),
  verifiedAt: VERIFIED_AT,
  source: 'this server',
} as const satisfies Partial<ModelDefinition<'local'>>;

const STAND_IN =
  'Not a language model: a scripted stand-in that runs in this server, needs no key and costs nothing.';

export const DEMO_MODELS = defineModels<'local'>('demo', {
  demo: {
    ...demo,
    displayName: 'Demo',
    description: `${STAND_IN} Streams a scripted answer in markdown, on some subjects a true one.`,
    apiModel: 'demo',
    reasoning: { type: 'counterpart', model: 'demo-reasoning' },
  },
  'demo-reasoning': {
    ...demo,
    displayName: 'Demo (reasoning)',
    description: `${STAND_IN} Streams scripted reasoning before its answer; more of it at a higher effort.`,
    apiModel: 'demo-reasoning',
    reasoning: { type: 'effort', values: ['none', 'low', 'medium', 'high'], default: 'medium' },
  },
  'demo-tool': {
    ...demo,
    displayName: 'Demo (tool call)',
    description: `${STAND_IN} Calls the function closest to the question (else a weather function) with arguments from it, then answers with the result.`,
    apiModel: 'demo-tool',
    functionCalling: true,
  },
  'demo-bad-arguments': {
    ...demo,
    displayName: 'Demo (bad arguments)',
    description: `${STAND_IN} Calls a function with arguments that are not valid JSON, which fails the generation.`,
    apiModel: 'demo-bad-arguments',
    functionCalling: true,
  },
  'demo-json': {
    ...demo,
    displayName: 'Demo (structured output)',
    description: `${STAND_IN} Answers with JSON that follows the schema, if it is given one, and the question.`,
    apiModel: 'demo-json',
    structuredOutput: true,
    jsonMode: true,
  },
  'demo-markdown': {
    ...demo,
    displayName: 'Demo (markdown)',
    description: `${STAND_IN} Streams headings, lists, tables, code and a quotation, for trying out how they are shown.`,
    apiModel: 'demo-markdown',
  },
  'demo-citations': {
    ...demo,
    displayName: 'Demo (citations)',
    description: `${STAND_IN} Cites pages for sentences of its answer. The pages exist; it reads none of them.`,
    apiModel: 'demo-citations',
    citations: true,
  },
  'demo-vision': {
    ...demo,
    displayName: 'Demo (media)',
    description: `${STAND_IN} Tells the format, dimensions, length and size of images, recordings and documents.`,
    apiModel: 'demo-vision',
    inputModalities: ['text', 'image', 'audio', 'file'],
    media: {
      image: { mediaTypes: MEDIA_TYPES.image, fetchesUrls: false, fileIds: false, detail: true },
      audio: { mediaTypes: MEDIA_TYPES.audio, fetchesUrls: false, fileIds: false },
      file: { mediaTypes: mediaTypesOf('file'), fetchesUrls: false, fileIds: false, filename: true },
    },
  },
  'demo-refusal': {
    ...demo,
    displayName: 'Demo (refusal)',
    description: `${STAND_IN} Refuses, as a model does whose filter stops the answer.`,
    apiModel: 'demo-refusal',
  },
  'demo-slow': {
    ...demo,
    displayName: 'Demo (slow)',
    description: `${STAND_IN} Streams its answer with long pauses, for trying out waiting and cancelling.`,
    apiModel: 'demo-slow',
  },
  'demo-error': {
    ...demo,
    displayName: 'Demo (error)',
    description: `${STAND_IN} Fails as an overloaded provider does, before the first word.`,
    apiModel: 'demo-error',
  },
  'demo-error-midstream': {
    ...demo,
    displayName: 'Demo (error in the stream)',
    description: `${STAND_IN} Fails after part of its answer.`,
    apiModel: 'demo-error-midstream',
  },
  'demo-truncated': {
    ...demo,
    displayName: 'Demo (truncated)',
    description: `${STAND_IN} Ends its stream without saying that the answer is complete.`,
    apiModel: 'demo-truncated',
  },
  'demo-stalled': {
    ...demo,
    displayName: 'Demo (stalled)',
    description: `${STAND_IN} Starts its answer and then goes silent, until the stream counts as stalled.`,
    apiModel: 'demo-stalled',
  },
  'demo-rate-limited': {
    ...demo,
    displayName: 'Demo (rate limited)',
    description: `${STAND_IN} Refuses with a rate limit and the time to wait.`,
    apiModel: 'demo-rate-limited',
  },
  'demo-long': {
    ...demo,
    displayName: 'Demo (long)',
    description: `${STAND_IN} Streams a very long answer, for trying out slow readers and big pages.`,
    apiModel: 'demo-long',
    limits: {
      contextWindow: 32_768,
      maxInputTokens: null,
      maxOutputTokens: 200_000,
      defaultMaxOutputTokens: 200_000,
    },
  },
});
