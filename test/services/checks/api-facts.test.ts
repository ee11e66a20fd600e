import { describe, expect, it, test } from 'vitest';
import { MODEL_CONFIGS } from '../../../config/providers/index.ts';
import type { ModelConfig, ModelDefinition } from '../../../src/core/model-config.ts';
import { request } from '../../support/app/app.ts';
import { requestsOf, submitBatch } from '../../support/app/batch-requests.ts';
import { GENERATE_MUTATION } from '../../support/app/events.ts';
import { TOY_API } from '../../support/app/toy-provider.ts';
import { base64Of } from './media-bytes.ts';
import {
  acceptanceOf,
  describeProblem,
  describeWarning,
  type Input,
  refusalOf,
  startToys,
} from './preview-harness.ts';
import { getLine, startVendorApp, wireOf } from './vendor-harness.ts';

const SCHEMA = { type: 'object', properties: {} };
const weather = { function: { name: 'weather', parameters: SCHEMA } };
const search = { builtIn: 'WEB_SEARCH' };
const lenient = { onUnsupported: 'DROP_WITH_WARNING' };

const MODELS = {
  /** Its API has a place for next to nothing. */
  bare: {
    functionCalling: true,
    parallelToolCalls: true,
    parallelToolCallsCanBeForbidden: false,
    builtInTools: ['web_search'],
    toolChoiceCoversBuiltInTools: false,
    inputModalities: ['text', 'image', 'file'],
    media: {
      ...TOY_API.media,
      image: { ...TOY_API.media.image, detail: false },
      file: { ...TOY_API.media.file, filename: false },
    },
    laterSystemMessages: false,
    providerOptions: false,
  },
  single: { functionCalling: true, parallelToolCallsCanBeForbidden: false },
} as const satisfies Record<string, Partial<ModelDefinition>>;

const ask = (more: Input, model = 'bare'): Input => ({ model, prompt: 'Hi', ...more });

const problemsOf = async (input: Input): Promise<string[]> => {
  await using toys = await startToys(MODELS);
  return (await refusalOf(toys, input)).map(describeProblem);
};

/** What reached the provider, and what was warned of. */
const takenOf = async (input: Input) => {
  await using toys = await startToys(MODELS);
  const { request: sent, warnings } = await acceptanceOf(toys, input);
  return { sent, warnings: warnings.map(describeWarning) };
};

describe('parallel tool calls that cannot be forbidden', () => {
  const input = ask({ tools: [weather], parallelToolCalls: false });

  it('are refused before the provider is called', async () => {
    expect(await problemsOf(input)).toEqual([
      'UNSUPPORTED_CAPABILITY input.parallelToolCalls: The model "bare" cannot be kept from calling several tools at a time.\n  allowed ["true"]; Leave parallelToolCalls out, and be ready for several calls in one turn.',
    ]);
  });

  it('are left as they are, and that is reported, where the caller asked for that', async () => {
    const { sent, warnings } = await takenOf({ ...input, ...lenient });
    expect(sent.parallelToolCalls).toBeNull();
    expect(warnings).toEqual([
      'PARAMETER_DROPPED input.parallelToolCalls: The model "bare" cannot be kept from calling several tools at a time. false → null',
    ]);
  });

  it.each<[string, Input]>([
    ['without tools', ask({ parallelToolCalls: false })],
    [
      'where no tool may be called',
      ask({ tools: [weather], toolChoice: { mode: 'NONE' }, parallelToolCalls: false }),
    ],
    ['at a model that makes one at a time', ask({ tools: [weather], parallelToolCalls: false }, 'single')],
  ])('need not be forbidden %s', async (_, harmless) => {
    const { sent, warnings } = await takenOf(harmless);
    expect(sent.parallelToolCalls).toBeNull();
    expect(warnings).toEqual([]);
  });

  it('are refused in a batch with the words that refuse a single generation', async () => {
    await using toys = await startToys(MODELS);
    const [problem] = await refusalOf(toys, input);
    const { data, errors } = await submitBatch(toys.app, requestsOf(['a'], input));
    expect(data).toBeNull();
    expect(errors).toMatchObject([
      {
        message: problem?.message,
        extensions: {
          code: problem?.code,
          path: ['input', 'requests', '0', ...(problem?.path ?? [])],
          allowed: problem?.allowed,
          suggestion: problem?.suggestion,
        },
      },
    ]);
  });
});

describe('a choice of tools that holds for functions alone', () => {
  it('cannot make the model use a built-in one', async () => {
    const input = ask({ tools: [search], toolChoice: { mode: 'REQUIRED' } });
    expect(await problemsOf(input)).toEqual([
      'UNSUPPORTED_CAPABILITY input.toolChoice: The model "bare" cannot be made to use a built-in tool.\n  allowed ["AUTO","NONE"]; Leave toolChoice out, and ask for it in the prompt.',
    ]);
    const { sent, warnings } = await takenOf({ ...input, ...lenient });
    expect(sent).toMatchObject({ tools: [{ tool: 'web_search' }], toolChoice: null });
    expect(warnings).toEqual([
      'PARAMETER_DROPPED input.toolChoice: The model "bare" cannot be made to use a built-in tool. "REQUIRED" → null',
    ]);
  });

  it('keeps a built-in one from being used by not offering it', async () => {
    const toolChoice = { mode: 'NONE' };
    const both = await takenOf(ask({ tools: [weather, search], toolChoice }));
    expect(both.sent).toMatchObject({ tools: [{ name: 'weather' }], toolChoice: { type: 'none' } });
    const alone = await takenOf(ask({ tools: [search], toolChoice }));
    expect(alone.sent).toMatchObject({ tools: [], toolChoice: null });
    expect([...both.warnings, ...alone.warnings]).toEqual([]);
  });

  it('is passed on for functions', async () => {
    const { sent } = await takenOf(ask({ tools: [weather, search], toolChoice: { mode: 'REQUIRED' } }));
    expect(sent).toMatchObject({
      tools: [{ name: 'weather' }, { tool: 'web_search' }],
      toolChoice: { type: 'required' },
    });
  });
});

describe('media with more about them than the API has a place for', () => {
  const image = (detail: string): Input => ({
    model: 'bare',
    messages: [
      { user: [{ text: 'Look.' }, { image: { source: { base64: base64Of('image/png') }, detail } }] },
    ],
  });

  it.each(['LOW', 'HIGH'])('is refused for an image of the detail %s', async (detail) => {
    expect(await problemsOf(image(detail))).toEqual([
      'UNSUPPORTED_CAPABILITY input.messages.0.user.1.image.detail: The API of the model "bare" does not take a detail for single images.\n  allowed ["AUTO"]; Give AUTO.',
    ]);
    const { sent, warnings } = await takenOf({ ...image(detail), ...lenient });
    expect(sent.messages).toMatchObject([{ parts: [{ type: 'text' }, { type: 'image', detail: null }] }]);
    expect(warnings).toEqual([
      `PARAMETER_DROPPED input.messages.0.user.1.image.detail: The API of the model "bare" does not take a detail for single images. "${detail}" → null`,
    ]);
  });

  it('is taken for an image whose detail is left to the vendor', async () => {
    expect((await takenOf(image('AUTO'))).warnings).toEqual([]);
  });

  it('goes ahead without the name of a document, and says so', async () => {
    const file = { source: { base64: base64Of('application/pdf') }, filename: 'a.pdf' };
    const { sent, warnings } = await takenOf({ model: 'bare', messages: [{ user: [{ file }] }] });
    expect(sent.messages).toMatchObject([{ parts: [{ type: 'file', filename: null }] }]);
    expect(warnings).toEqual([
      'PARAMETER_DROPPED input.messages.0.user.0.file.filename: The API of the model "bare" has no place for the name of a document. "a.pdf" → null',
    ]);
  });
});

test('a system message after the first turn is sent as the user’s where the API has no other place for it', async () => {
  const messages = [{ system: 'First.' }, { user: [{ text: 'Hi' }] }, { system: 'Later.' }];
  const { sent, warnings } = await takenOf({ model: 'bare', messages });
  expect([sent.system, sent.messages]).toEqual([
    'First.',
    [
      { role: 'user', parts: [{ type: 'text', text: 'Hi' }] },
      { role: 'user', parts: [{ type: 'text', text: 'Later.' }] },
    ],
  ]);
  expect(warnings).toEqual([
    'PARAMETER_COERCED input.messages.2.system: The API of the model "bare" takes no system message after the first turn: it is sent as the user\'s. "SYSTEM" → "USER"',
  ]);
});

test('provider options go nowhere where there is no request to put them over, and that is said', async () => {
  const { sent, warnings } = await takenOf(ask({ providerOptions: { a: 1 } }));
  expect(sent.providerOptions).toBeNull();
  expect(warnings).toEqual([
    'PARAMETER_DROPPED input.providerOptions: The model "bare" is sent no request that providerOptions could be put over. {"a":1} → null',
  ]);
});

describe('a budget that the vendor does not choose', () => {
  const reasoning = { type: 'budget', min: 200, max: 900, canDisable: true, dynamic: false } as const;
  const budgetOf = async (maxOutputTokens: number) => {
    await using toys = await startToys({ model: { reasoning } });
    const input = { model: 'model', prompt: 'Hi', maxOutputTokens, reasoning: { enabled: true } };
    return (await acceptanceOf(toys, input)).request.reasoning;
  };

  it('is half of the output when reasoning is only switched on, within what the model takes', async () => {
    expect([await budgetOf(1_000), await budgetOf(201), await budgetOf(300)]).toEqual([
      { type: 'budget', tokens: 500 },
      { type: 'budget', tokens: 200 },
      { type: 'budget', tokens: 200 },
    ]);
  });

  it('reaches Anthropic as a number', async () => {
    await using vendor = await startVendorApp(getLine('anthropic'));
    const input = { model: 'claude-haiku-4-5', prompt: 'Hi', maxOutputTokens: 8_000 };
    const { body } = await wireOf(vendor, { ...input, reasoning: { enabled: true } });
    expect(body.thinking).toMatchObject({ type: 'enabled', budget_tokens: 4_000 });
  });
});

describe('what Gemini has no field for', () => {
  it.each<[string, Input, string]>([
    ['gemini-3.8-flash', { tools: [weather], parallelToolCalls: false }, 'input.parallelToolCalls'],
    [
      'gemini-2.5-flash',
      {
        prompt: null,
        messages: [{ user: [{ image: { source: { base64: base64Of('image/png') }, detail: 'LOW' } }] }],
      },
      'input.messages.0.user.0.image.detail',
    ],
    ['gemini-3.8-flash', { tools: [search], toolChoice: { mode: 'REQUIRED' } }, 'input.toolChoice'],
  ])('is refused for %s before it is called: %j', async (model, more, path) => {
    await using vendor = await startVendorApp(getLine('gemini'));
    const { errors } = await request(vendor.app, GENERATE_MUTATION, { input: ask(more, model) });
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'UNSUPPORTED_CAPABILITY', path: path.split('.') });
    expect(vendor.upstream.requests).toEqual([]);
  });

  it('is warned of once by the checks, and by nothing else', async () => {
    await using vendor = await startVendorApp(getLine('gemini'));
    const input = ask({ tools: [weather], parallelToolCalls: false, ...lenient }, 'gemini-3.8-flash');
    const { warnings } = await wireOf(vendor, input);
    expect(warnings).toMatchObject([{ code: 'PARAMETER_DROPPED', path: ['input', 'parallelToolCalls'] }]);
  });
});

test('a tool of Gemini that no choice covers is not offered where nothing may be called', async () => {
  await using vendor = await startVendorApp(getLine('gemini'));
  const input = ask({ tools: [weather, search], toolChoice: { mode: 'NONE' } }, 'gemini-3.8-flash');
  const { body } = await wireOf(vendor, input);
  expect(body.tools).toEqual([{ functionDeclarations: [expect.objectContaining({ name: 'weather' })] }]);
  expect(body.toolConfig).toEqual({ functionCallingConfig: { mode: 'NONE' } });
});

test('the facts that differ from those of an API are where a vendor differs', () => {
  const models = Object.values(MODEL_CONFIGS).flatMap((configs) => Object.values<ModelConfig>(configs));
  const providersWhere = (differs: (config: ModelConfig) => boolean): readonly string[] => [
    ...new Set(models.filter(differs).map(({ provider }) => provider)),
  ];
  expect(providersWhere((config) => !config.parallelToolCallsCanBeForbidden)).toEqual([
    'gemini',
    'deepseek',
    'perplexity',
  ]);
  expect(providersWhere(({ jsonMode }) => !jsonMode)).toEqual(['demo', 'anthropic', 'perplexity']);
  expect(providersWhere(({ reasoningTags }) => reasoningTags !== false)).toEqual(['groq']);
  expect(providersWhere(({ toolCallSignatures }) => toolCallSignatures)).toEqual(['gemini']);
  const noDetail = models.filter(
    ({ inputModalities, media }) => inputModalities.includes('image') && !media.image?.detail,
  );
  expect(noDetail.filter(({ provider }) => provider === 'gemini').map(({ name }) => name)).toEqual([
    'gemini-2.5-pro',
    'gemini-2.5-flash',
    'gemini-2.5-flash-lite',
    'gemma-4-31b-it',
    'gemma-4-26b-a4b-it',
  ]);
});
