import { defineModels, type ModelDefinition } from '../../../src/core/model-config.ts';
import { RESPONSES } from '../apis.ts';
import { PERPLEXITY_INPUT } from '../input-estimates.ts';
import { price } from '../price.ts';
import { NO_SAMPLING } from '../sampling.ts';
import { withBilling } from '../with-billing.ts';
import { PERPLEXITY_BILLING } from './billing.ts';
import { PERPLEXITY_PAGES, TOKEN_METER, checkedAgainst } from '../sources.ts';

/**
 * By the types of https://github.com/perplexityai/perplexity-node an image has nothing but its address, JSON follows a
 * schema, and nothing forbids parallel tool calls.
 */
const AGENT_API = {
  ...RESPONSES,
  media: {
    image: { ...RESPONSES.media.image, fileIds: false, detail: false },
    audio: null,
    file: null,
  },
  parallelToolCallsCanBeForbidden: false,
  jsonMode: false,
} as const;

/**
 * The Sonar chat API ended on 2026-09-27; this is the model of the Agent API, which refuses every field it does not
 * know. Searches are billed apart from tokens. What the vendor does not publish for this model is null or off.
 */
const MODELS: Readonly<Record<string, ModelDefinition<'responses_api'>>> = {
  sonar: {
    ...AGENT_API,
    displayName: 'Sonar',
    description: "Perplexity's own model; it searches the web when asked to, and cites what it found.",
    apiModel: 'perplexity/sonar',
    family: 'sonar',
    status: { type: 'active' },
    releaseDate: null,
    knowledgeCutoff: null,
    limits: {
      contextWindow: null,
      maxInputTokens: null,
      maxOutputTokens: null,
      defaultMaxOutputTokens: 8_192,
    },
    inputModalities: ['text'],
    outputModalities: ['text'],
    streaming: true,
    functionCalling: false,
    parallelToolCalls: false,
    structuredOutput: true,
    citations: true,
    builtInTools: ['web_search'],
    reasoning: { type: 'none' },
    temperature: { type: 'unsupported' },
    sampling: NO_SAMPLING,
    verbosity: null,
    batch: { type: 'none' },
    inputEstimate: PERPLEXITY_INPUT,
    pricing: price(null, { input: 0.25, output: 2.5, cacheRead: 0.0625 }),
    ...checkedAgainst(PERPLEXITY_PAGES, TOKEN_METER),
  },
};

export const PERPLEXITY_MODELS = defineModels<'responses_api'>(
  'perplexity',
  withBilling(MODELS, PERPLEXITY_BILLING),
);
