import { describe, expect, it, test } from 'vitest';
import { putOver } from '../../../src/providers/shared/call/put-over.ts';
import { VENDOR_PROVIDERS } from '../../contract/providers.ts';
import { request, startApp } from '../../support/app/app.ts';
import { GENERATE_MUTATION } from '../../support/app/events.ts';
import { acceptanceOf, describeProblem, refusalOf, startToys } from './preview-harness.ts';
import { getLine, startVendorApp, wireOf } from './vendor-harness.ts';

const OPTIONS = { service_tier: 'flex', extra: { list: [1, { deep: true }], none: null, text: 'Grüße' } };

describe.each(VENDOR_PROVIDERS)('providerOptions for $name', (line) => {
  test('are over the body as they are, and change nothing else', async () => {
    await using vendor = await startVendorApp(line);
    const input = { model: line.model.name, prompt: 'Hi' };
    const { body: plain } = await wireOf(vendor, input);
    const { body, warnings } = await wireOf(vendor, { ...input, providerOptions: OPTIONS });
    expect(body).toEqual({ ...plain, ...OPTIONS });
    expect(warnings).toEqual([]);
  });
});

test('providerOptions replace a field of the body, and are joined with one that is an object', async () => {
  await using vendor = await startVendorApp(getLine('gemini'));
  const input = { model: 'gemini-3.6-flash', prompt: 'Hi', maxOutputTokens: 77 };
  const { body: plain } = await wireOf(vendor, input);
  const providerOptions = {
    generationConfig: { candidateCount: 1, maxOutputTokens: 76, thinkingConfig: { thinkingBudget: 9 } },
  };
  const { body } = await wireOf(vendor, { ...input, providerOptions });
  expect(body).toEqual({
    ...plain,
    generationConfig: {
      ...plain.generationConfig,
      candidateCount: 1,
      maxOutputTokens: 76,
      thinkingConfig: { ...plain.generationConfig.thinkingConfig, thinkingBudget: 9 },
    },
  });
});

test('providerOptions reach a streamed request, too, and leave it a streamed one', async () => {
  await using vendor = await startVendorApp(getLine('openai (Responses)'));
  const { body } = await wireOf(vendor, {
    model: 'gpt-6.1-terra',
    prompt: 'Hi',
    providerOptions: { reasoning: { summary: 'detailed' }, metadata: { team: 'blue' } },
  });
  expect(body).toMatchObject({
    stream: true,
    reasoning: { summary: 'detailed' },
    metadata: { team: 'blue' },
    include: ['reasoning.encrypted_content'],
  });
});

describe('what is put over a body', () => {
  it('joins objects, replaces lists and everything else, and takes null for a value', () => {
    const body = { a: { b: 1, c: [1, 2], d: { e: 1 } }, f: 'g', h: [1], i: {} };
    const over = { a: { c: [3], d: { x: null } }, f: { y: 1 }, h: { 0: 2 }, i: 'text' };
    expect(putOver(body, over)).toEqual({
      a: { b: 1, c: [3], d: { e: 1, x: null } },
      f: { y: 1 },
      h: { 0: 2 },
      i: 'text',
    });
  });

  it('changes neither of the two, and no prototype', () => {
    const body = Object.freeze({ a: Object.freeze({ b: 1 }) });
    const over = JSON.parse('{"__proto__":{"polluted":true},"a":{"c":2}}') as Record<string, never>;
    const put = putOver(body, Object.freeze(over));
    expect(JSON.stringify(put)).toBe('{"a":{"b":1,"c":2},"__proto__":{"polluted":true}}');
    expect(Object.getPrototypeOf(put)).toBe(Object.prototype);
    expect({}).not.toHaveProperty('polluted');
  });

  it('is the body itself when there is nothing to put', () => {
    const body = { a: 1 };
    expect(putOver(body, null)).toBe(body);
  });
});

describe('providerOptions that are refused', () => {
  it.each([['text'], [[1]], [3], [true]])('are no object: %j', async (providerOptions) => {
    await using toys = await startToys({ toy: {} });
    const problems = await refusalOf(toys, { model: 'toy', prompt: 'Hi', providerOptions });
    expect(problems.map(describeProblem)).toEqual([
      'INVALID_REQUEST input.providerOptions: providerOptions must be an object.\n  allowed null; no suggestion',
    ]);
  });

  it('set what this API sets itself, each named', async () => {
    await using toys = await startToys({ toy: {} });
    const providerOptions = {
      model: 'other',
      messages: [],
      input: '',
      contents: [],
      stream: false,
      stream_options: {},
      mine: 1,
    };
    const problems = await refusalOf(toys, { model: 'toy', prompt: 'Hi', providerOptions });
    expect(problems.map(({ code, path }) => `${code} ${path.join('.')}`)).toEqual(
      ['model', 'messages', 'input', 'contents', 'stream', 'stream_options'].map(
        (name) => `INVALID_REQUEST input.providerOptions.${name}`,
      ),
    );
  });
});

describe('providerOptions that go round what a request is limited to', () => {
  const refused = async (providerOptions: object): Promise<readonly string[]> => {
    await using toys = await startToys({ toy: {} });
    const problems = await refusalOf(toys, {
      model: 'toy',
      prompt: 'Hi',
      maxOutputTokens: 100,
      providerOptions,
    });
    for (const { code, suggestion } of problems) {
      expect(code).toBe('INVALID_REQUEST');
      expect(suggestion).not.toBeNull();
    }
    return problems.map(({ path }) => path.slice(2).join('.'));
  };

  it.each([
    ['more answers', { n: 50 }, 'n'],
    [
      'more answers of Gemini',
      { generationConfig: { candidateCount: 2 } },
      'generationConfig.candidateCount',
    ],
    ['more tokens', { max_tokens: 101 }, 'max_tokens'],
    ['more tokens of newer models', { max_completion_tokens: 1e9 }, 'max_completion_tokens'],
    ['more tokens of Responses', { max_output_tokens: 1e9 }, 'max_output_tokens'],
    [
      'more tokens of Gemini',
      { generationConfig: { maxOutputTokens: 1e9 } },
      'generationConfig.maxOutputTokens',
    ],
    [
      'more tokens by its other spelling',
      { generation_config: { max_output_tokens: 1e9 } },
      'generation_config.max_output_tokens',
    ],
    [
      'more tokens further down',
      { a: { list: [{ config: { maxTokens: 1e9 } }] } },
      'a.list.0.config.maxTokens',
    ],
    ['no limit at all', { max_tokens: null }, 'max_tokens'],
    ['tokens without end', { options: { num_predict: -1 } }, 'options.num_predict'],
    ['tools', { tools: [{ type: 'web_search' }] }, 'tools'],
    ['a choice of tools', { tool_choice: 'required' }, 'tool_choice'],
    ['tools of Gemini', { config: { toolConfig: {} } }, 'config.toolConfig'],
    ['servers of tools', { mcp_servers: [] }, 'mcp_servers'],
    ['searches', { web_search_options: {} }, 'web_search_options'],
    ['what is kept', { store: true }, 'store'],
    ['work in the background', { background: true }, 'background'],
    ['an earlier response', { previous_response_id: 'resp_1' }, 'previous_response_id'],
    ['a conversation', { conversation: { id: 'conv_1' } }, 'conversation'],
    ['a container', { container: 'cntr_1' }, 'container'],
    ['a dearer tier', { service_tier: 'priority' }, 'service_tier'],
    ['a tier that is chosen elsewhere', { service_tier: 'auto' }, 'service_tier'],
    ['a dearer tier of Gemini', { serviceTier: 'SERVICE_TIER_PRIORITY' }, 'serviceTier'],
    ['a dearer speed', { speed: 'fast' }, 'speed'],
    ['other models', { models: ['a/b'] }, 'models'],
    ['instructions that no guard has seen', { systemInstruction: { parts: [] } }, 'systemInstruction'],
    ['another model, wrapped', { extra_body: { model: 'other' } }, 'extra_body.model'],
  ])('are refused: %s', async (_what, options, path) => {
    expect(await refused(options)).toEqual([path]);
  });

  it('are named one and all', async () => {
    expect(await refused({ n: 2, max_tokens: 1e9, tools: [], fine: 1, service_tier: 'priority' })).toEqual([
      'n',
      'max_tokens',
      'tools',
      'service_tier',
    ]);
  });

  it.each([
    { n: 1, max_tokens: 100, store: false, background: false, service_tier: 'flex' },
    { generationConfig: { candidateCount: 1, maxOutputTokens: 10 }, serviceTier: 'SERVICE_TIER_FLEX' },
    { metadata: { n: 5, model: 'm', max_tokens: '9', tools: 'none' }, labels: { store: 'yes' } },
    { reasoning: { max_tokens: 50 }, provider: { order: ['a'], model: 'x' } },
    { previous_response_id: null, speed: 'standard' },
  ])('are not those that lower it, or that say what is so anyway: %j', async (providerOptions) => {
    await using toys = await startToys({ toy: {} });
    const input = { model: 'toy', prompt: 'Hi', maxOutputTokens: 100, providerOptions };
    expect((await acceptanceOf(toys, input)).request.providerOptions).toEqual(providerOptions);
  });
});

test('an empty object and null are no providerOptions to speak of', async () => {
  await using toys = await startToys({ toy: {} });
  const input = { model: 'toy', prompt: 'Hi' };
  expect((await acceptanceOf(toys, { ...input, providerOptions: {} })).request.providerOptions).toEqual({});
  expect((await acceptanceOf(toys, { ...input, providerOptions: null })).request.providerOptions).toBeNull();
});

test('a demo model says that it has no use for providerOptions', async () => {
  await using app = await startApp();
  const input = { model: 'demo', prompt: 'Hi', providerOptions: { service_tier: 'flex' } };
  const { data } = await request(app, GENERATE_MUTATION, { input });
  expect(data.generate.warnings).toMatchObject([{ code: 'PARAMETER_DROPPED' }, { code: 'PROVIDER_WARNING' }]);
});
