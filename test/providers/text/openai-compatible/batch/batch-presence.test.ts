import { expect, test } from 'vitest';
import { DEEPSEEK_MODELS } from '../../../../../config/providers/deepseek/models.ts';
import { GROQ_MODELS } from '../../../../../config/providers/groq/models.ts';
import { OPENAI_MODELS } from '../../../../../config/providers/openai/models.ts';
import { PERPLEXITY_MODELS } from '../../../../../config/providers/perplexity/models.ts';
import { XAI_MODELS } from '../../../../../config/providers/xai/models.ts';
import { hasBatchOperations, hasNativeBatch } from '../../../../../src/core/vendor-batch.ts';
import { connectConfigured } from '../../../../../src/providers/text/configured/provider.ts';
import { connectDeepSeek } from '../../../../../src/providers/text/deepseek/provider.ts';
import { connectGroq } from '../../../../../src/providers/text/groq/provider.ts';
import { connectOpenAI } from '../../../../../src/providers/text/openai/provider.ts';
import { connectPerplexity } from '../../../../../src/providers/text/perplexity/provider.ts';
import { connectXAI } from '../../../../../src/providers/text/xai/provider.ts';
import { createConfig, createConnection } from '../../openai/openai-harness.ts';
import { NATIVE_BATCH } from './batch-harness.ts';

test.each([
  ['openai', connectOpenAI, OPENAI_MODELS],
  ['groq', connectGroq, GROQ_MODELS],
  ['xai', connectXAI, XAI_MODELS],
])('%s has batches for exactly the models whose config says so', (_name, connect, models) => {
  const bind = connect(createConnection('http://127.0.0.1:9/v1'));
  const configs = Object.values(models);
  const withBatches = configs.filter((config) => hasBatchOperations(bind(config)));
  expect(withBatches.map(({ name }) => name)).toEqual(configs.filter(hasNativeBatch).map(({ name }) => name));
  expect(withBatches.length).toBeGreaterThan(0);
  expect(withBatches.length).toBeLessThan(configs.length);
});

test.each([
  ['deepseek', connectDeepSeek, DEEPSEEK_MODELS],
  ['perplexity', connectPerplexity, PERPLEXITY_MODELS],
])('%s has no batches', (_name, connect, models) => {
  const bind = connect(createConnection('http://127.0.0.1:9/v1'));
  for (const config of Object.values(models)) expect(hasBatchOperations(bind(config))).toBe(false);
});

test('a configured provider has no batches, whatever a config says', () => {
  const bind = connectConfigured({
    name: 'local',
    displayName: 'Local',
    documentationUrl: null,
    baseUrl: 'http://127.0.0.1:9/v1',
    keyVariable: null,
    apiType: 'chat_completion',
    maxTokensField: 'max_tokens',
    streamUsage: true,
    models: [],
    discovered: null,
    aliases: {},
    places: new Map(),
  })(createConnection('http://127.0.0.1:9/v1'));
  expect(hasBatchOperations(bind(createConfig('chat_completion', { batch: NATIVE_BATCH })))).toBe(false);
});
