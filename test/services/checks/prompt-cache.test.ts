import { describe, expect, it, test } from 'vitest';
import { MODEL_CONFIGS } from '../../../config/providers/index.ts';
import { toMessagesRequest } from '../../../src/providers/text/anthropic/request/to-messages-request.ts';
import { toChatRequest } from '../../../src/providers/text/openai-compatible/chat/to-chat-request.ts';
import { toResponsesRequest } from '../../../src/providers/text/openai-compatible/responses/to-responses-request.ts';
import { OPENAI_CHAT, OPENAI_RESPONSES } from '../../../src/providers/text/openai/dialect.ts';
import type { ModelConfig, PromptCache } from '../../../src/core/model-config.ts';
import { VENDOR_PROVIDERS } from '../../contract/providers.ts';
import { createRequest } from '../../providers/text/openai/openai-harness.ts';
import { acceptanceOf, describeWarning, startToys } from './preview-harness.ts';
import { getLine, startVendorApp, wireOf } from './vendor-harness.ts';

const WISHES = ['SHORT', 'LONG', 'OFF'] as const;

/** What a wish adds to the body; null: nothing can be asked, and a warning says so. */
const LINES: readonly (readonly [
  line: string,
  model: string,
  Readonly<Record<(typeof WISHES)[number], object | null>>,
])[] = [
  [
    'anthropic',
    'claude-opus-5',
    {
      SHORT: { cache_control: { type: 'ephemeral', ttl: '5m' } },
      LONG: { cache_control: { type: 'ephemeral', ttl: '1h' } },
      OFF: {},
    },
  ],
  [
    'openai (Responses)',
    'gpt-6.1-terra',
    {
      SHORT: { prompt_cache_options: { mode: 'implicit', ttl: '30m' } },
      LONG: { prompt_cache_options: { mode: 'implicit', ttl: '12h' } },
      OFF: { prompt_cache_options: { mode: 'explicit' } },
    },
  ],
  ['openai (Responses)', 'gpt-5.5', { SHORT: null, LONG: { prompt_cache_retention: '24h' }, OFF: null }],
  [
    'openai (Responses)',
    'gpt-5.1',
    {
      SHORT: { prompt_cache_retention: 'in_memory' },
      LONG: { prompt_cache_retention: '24h' },
      OFF: null,
    },
  ],
  [
    'openai (Chat Completions)',
    'gpt-4.1',
    {
      SHORT: { prompt_cache_retention: 'in_memory' },
      LONG: { prompt_cache_retention: '24h' },
      OFF: null,
    },
  ],
  ['openai (Chat Completions)', 'gpt-4o', { SHORT: null, LONG: null, OFF: null }],
  ['gemini', 'gemini-3.6-flash', { SHORT: null, LONG: null, OFF: null }],
];

describe.each(LINES)('the prompt cache of %s, asked of %s', (name, model, wishes) => {
  test.each(WISHES)('%s is on the wire, or is warned of', async (cache) => {
    await using vendor = await startVendorApp(getLine(name));
    const { body: plain } = await wireOf(vendor, { model, prompt: 'Hi' });
    const { body, warnings } = await wireOf(vendor, { model, prompt: 'Hi', cache });
    expect(body).toEqual({ ...plain, ...wishes[cache] });
    expect(warnings).toEqual(
      wishes[cache] === null
        ? [
            {
              code: 'PARAMETER_DROPPED',
              message: `The model "${model}" cannot be asked for the prompt cache ${cache}: its provider decides.`,
              path: ['input', 'cache'],
              from: cache,
              to: null,
            },
          ]
        : [],
    );
  });
});

test.each(VENDOR_PROVIDERS)('$name is sent nothing about a cache when nothing is said', async (line) => {
  await using vendor = await startVendorApp(line);
  const input = { model: line.model.name, prompt: 'Hi' };
  const { body: plain } = await wireOf(vendor, input);
  const { body } = await wireOf(vendor, { ...input, cache: 'PROVIDER_DEFAULT' });
  expect(body).toEqual(plain);
  expect(JSON.stringify(plain)).not.toMatch(/cache/);
});

const bodyOf = (config: ModelConfig, cache: PromptCache): object => {
  const given = createRequest({ cache });
  if (config.provider === 'anthropic') return toMessagesRequest(given, config);
  return config.apiType === 'responses_api'
    ? toResponsesRequest(given, config, OPENAI_RESPONSES)
    : toChatRequest(given, config, OPENAI_CHAT);
};

test('every wish that a model of the catalogue is said to take changes its body, but for the one that is met anyway', () => {
  const models = [...Object.values(MODEL_CONFIGS.openai), ...Object.values(MODEL_CONFIGS.anthropic)];
  const unmet = models.flatMap((config) =>
    config.promptCaches
      .filter(
        (cache) =>
          JSON.stringify(bodyOf(config, cache)) === JSON.stringify(bodyOf(config, 'provider-default')),
      )
      .map((cache) => `${config.provider} ${cache}`),
  );
  expect([...new Set(unmet)]).toEqual(['anthropic off']);
});

describe('a prompt cache that cannot be asked for', () => {
  it.each(['REJECT', 'DROP_WITH_WARNING'])(
    'is warned of and never rejected, with %s',
    async (onUnsupported) => {
      await using toys = await startToys({ toy: {} });
      const { request: sent, warnings } = await acceptanceOf(toys, {
        model: 'toy',
        prompt: 'Hi',
        cache: 'LONG',
        onUnsupported,
      });
      expect(sent.cache).toBe('provider-default');
      expect(warnings.map(describeWarning)).toEqual([
        'PARAMETER_DROPPED input.cache: The model "toy" cannot be asked for the prompt cache LONG: its provider decides. "LONG" → null',
      ]);
    },
  );
});
