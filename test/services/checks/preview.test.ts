import { describe, expect, it } from 'vitest';
import type { ModelDefinition } from '../../../src/core/model-config.ts';
import { collectOverWebSocket, request, startApp } from '../../support/app/app.ts';
import { createToy, toyOverrides } from '../../support/app/toy-provider.ts';
import {
  acceptanceOf,
  describeProblem,
  describeWarning,
  type Input,
  previewOf,
  refusalOf,
  startToys,
} from './preview-harness.ts';

const MODELS = {
  toy: {},
  plain: { reasoning: { type: 'counterpart', model: 'thinker' } },
  thinker: { reasoning: { type: 'effort', values: ['low', 'high'], default: 'high' } },
  old: { status: { type: 'deprecated', replacement: 'toy', shutdownDate: '2027-01-31' } },
} as const satisfies Record<string, Partial<ModelDefinition>>;

const user = (...texts: readonly string[]) => ({ user: texts.map((text) => ({ text })) });

describe('a request without a question', () => {
  const refused = async (input: Input): Promise<string> => {
    await using toys = await startToys(MODELS);
    const strict = await refusalOf(toys, { model: 'toy', ...input });
    expect(await refusalOf(toys, { model: 'toy', ...input, onUnsupported: 'DROP_WITH_WARNING' })).toEqual(
      strict,
    );
    return strict.map(describeProblem).join('\n');
  };

  it.each(['', ' ', '\n\t\u00a0'])('is refused when its prompt is %j', async (prompt) => {
    expect(await refused({ prompt })).toBe(
      'INVALID_REQUEST input.prompt: The prompt is blank.\n  allowed null; no suggestion',
    );
  });

  it.each([{}, { messages: [] }, { system: 'Be brief.' }, { prompt: null, messages: null }])(
    'is refused when it is %j',
    async (input) => {
      expect(await refused(input)).toBe(
        'INVALID_REQUEST input.prompt: Give a prompt, or messages.\n  allowed null; no suggestion',
      );
    },
  );

  it.each([{ messages: [user('Hi')] }, { messages: [] }])(
    'is refused when it has a prompt and %j',
    async (input) => {
      expect(await refused({ prompt: 'Hi', ...input })).toBe(
        'INVALID_REQUEST input.prompt: Give prompt or messages, not both.\n  allowed null; prompt is short for one user message; move it into messages.',
      );
    },
  );

  it('is refused when it has only system messages', async () => {
    expect(await refused({ messages: [{ system: 'One.' }, { system: 'Two.' }] })).toBe(
      'INVALID_REQUEST input.messages: There are only system messages.\n  allowed null; Add the user message that the model should answer.',
    );
  });

  it('is refused with the index of each user message without parts', async () => {
    const messages = [{ user: [] }, user('Hi'), { user: [] }];
    expect(await refused({ messages })).toBe(
      ['0', '2']
        .map(
          (index) =>
            `INVALID_REQUEST input.messages.${index}.user: A user message needs at least one part.\n  allowed null; no suggestion`,
        )
        .join('\n'),
    );
  });

  it.each([{}, { system: 'a', user: [{ text: 'b' }] }, { user: [{}] }, { user: null }])(
    'is refused before it is looked at when a message is %j',
    async (message) => {
      await using toys = await startToys(MODELS);
      const { errors, data } = await request(
        toys.app,
        'query ($input: GenerateInput!) { previewGeneration(input: $input) { accepted } }',
        { input: { model: 'toy', messages: [message] } },
      );
      expect(data ?? null).toBeNull();
      expect(errors?.[0]?.extensions?.['code']).toBe('INVALID_REQUEST');
    },
  );
});

describe('the conversation', () => {
  const sent = async (input: Input) => {
    await using toys = await startToys(MODELS);
    const { request: asked } = await acceptanceOf(toys, { model: 'toy', ...input });
    return { system: asked.system, messages: asked.messages };
  };
  const text = (value: string) => ({ type: 'text', text: value });

  it('of a prompt is one user message', async () => {
    expect(await sent({ prompt: ' Hi ' })).toEqual({
      system: null,
      messages: [{ role: 'user', parts: [text(' Hi ')] }],
    });
  });

  it('has the system text and the leading system messages as one text, and never as messages too', async () => {
    const messages = [{ system: 'Two.' }, { system: '  ' }, { system: 'Three.' }, user('Hi')];
    expect(await sent({ system: 'One.', messages })).toEqual({
      system: 'One.\n\nTwo.\n\nThree.',
      messages: [{ role: 'user', parts: [text('Hi')] }],
    });
    expect((await sent({ system: 'One.', prompt: 'Hi' })).system).toBe('One.');
    expect((await sent({ system: ' ', prompt: 'Hi' })).system).toBeNull();
  });

  it('reaches reasoning models with its system text too', async () => {
    await using toys = await startToys(MODELS);
    const input = { model: 'plain', system: 'Be brief.', prompt: 'Hi', reasoning: { enabled: true } };
    const { request: asked, model } = await acceptanceOf(toys, input);
    expect([model, asked.system, asked.messages.length]).toEqual(['thinker', 'Be brief.', 1]);
  });

  it('keeps every turn and part in its place, whichever turn leads or follows its like', async () => {
    const messages = [
      { assistant: { text: 'Before.', reasoning: [{ text: 'why', signature: 'sig' }] } },
      { assistant: { text: 'Again.' } },
      user('a', '', 'b'),
      user('c'),
      { system: 'Halfway.' },
      { assistant: {} },
      user('d'),
    ];
    expect(await sent({ messages })).toEqual({
      system: null,
      messages: [
        {
          role: 'assistant',
          parts: [{ type: 'reasoning', text: 'why', opaque: 'sig' }, text('Before.')],
        },
        { role: 'assistant', parts: [text('Again.')] },
        { role: 'user', parts: [text('a'), text(''), text('b')] },
        { role: 'user', parts: [text('c')] },
        { role: 'system', text: 'Halfway.' },
        { role: 'assistant', parts: [] },
        { role: 'user', parts: [text('d')] },
      ],
    });
  });
});

describe('the model', () => {
  it('that is not known ends the check, with what is wrong without it found all the same', async () => {
    await using toys = await startToys(MODELS);
    const problems = await refusalOf(toys, { model: 'toi', prompt: '', temperature: 9 });
    expect(problems.map(describeProblem).join('\n')).toMatchInlineSnapshot(`
      "INVALID_REQUEST input.prompt: The prompt is blank.
        allowed null; no suggestion
      MODEL_NOT_FOUND input.model: There is no model "toi". The nearest names are: toy, old, plain.
        allowed ["toy","old","plain"]; Use one of the nearest names, or list what there is with the query "models"."
    `);
    expect(await previewOf(toys, { model: 'toi', prompt: 'Hi' })).toMatchObject({
      accepted: false,
      resolution: null,
      estimatedInputTokens: null,
      estimatedMaxCost: null,
    });
  });

  it('is swapped for its counterpart when reasoning is asked for, with a warning and a step', async () => {
    await using toys = await startToys(MODELS, { nickname: 'plain' });
    const input = { model: 'nickname', prompt: 'Hi', reasoning: { effort: 'LOW' } };
    const { model, request: asked, warnings } = await acceptanceOf(toys, input);
    expect([model, asked.reasoning]).toEqual(['thinker', { type: 'effort', effort: 'low' }]);
    expect(warnings.map(describeWarning)).toMatchInlineSnapshot(`
      [
        "REASONING_COERCED input.model: The model "plain" cannot reason; its counterpart "thinker" answers. "plain" → "thinker"",
      ]
    `);
    expect((await previewOf(toys, input)).resolution).toMatchInlineSnapshot(`
      {
        "model": {
          "name": "thinker",
        },
        "reasoning": true,
        "requested": "nickname",
        "steps": [
          {
            "from": "nickname",
            "reason": "ALIAS",
            "to": "plain",
          },
          {
            "from": "plain",
            "reason": "REASONING_COUNTERPART",
            "to": "thinker",
          },
        ],
      }
    `);
  });

  it('is not swapped when reasoning is left out or switched off', async () => {
    await using toys = await startToys(MODELS);
    for (const reasoning of [null, {}, { enabled: false }, { effort: 'NONE' }, { budgetTokens: 0 }]) {
      const { model, warnings } = await acceptanceOf(toys, { model: 'plain', prompt: 'Hi', reasoning });
      expect([model, warnings]).toEqual(['plain', []]);
    }
  });

  it('that is deprecated is warned of, whether it is accepted or refused', async () => {
    await using toys = await startToys(MODELS);
    const { warnings } = await acceptanceOf(toys, { model: 'old', prompt: 'Hi' });
    expect(warnings.map(({ code }) => code)).toEqual(['MODEL_DEPRECATED']);
    expect((await previewOf(toys, { model: 'old', prompt: '' })).warnings).toEqual(warnings);
  });

  it('of a provider without credentials is refused, with the variable and the other problems', async () => {
    const toy = createToy(undefined, { credentialVariable: 'TOY_API_KEY' });
    await using app = await startApp({}, toyOverrides(toy, MODELS));
    const toys = { app, toy, [Symbol.asyncDispose]: () => Promise.resolve() };
    const problems = await refusalOf(toys, { model: 'toy', prompt: 'Hi', seed: 1 });
    expect(problems.map(describeProblem).join('\n')).toMatchInlineSnapshot(`
      "PROVIDER_NOT_CONFIGURED input.model: The provider "toy" is not configured on this server: TOY_API_KEY is not set.
        allowed null; Set TOY_API_KEY and restart, or choose an available model: models(where: { available: true }).
      UNSUPPORTED_CAPABILITY input.seed: The model "toy" does not take seed.
        allowed []; Leave seed out."
    `);
  });
});

describe('a request with several problems', () => {
  const input = {
    model: 'toy',
    prompt: ' ',
    messages: [{ system: 'Only this.' }],
    maxOutputTokens: 5_000,
    reasoning: { effort: 'LOW' },
    temperature: 1,
    seed: 1,
  };

  it('is refused with all of them, in the order of the request', async () => {
    await using toys = await startToys(MODELS);
    const problems = await refusalOf(toys, input);
    expect(problems.map(({ code, path }) => `${code} ${path.join('.')}`)).toMatchInlineSnapshot(`
      [
        "INVALID_REQUEST input.prompt",
        "INVALID_REQUEST input.messages",
        "UNSUPPORTED_CAPABILITY input.maxOutputTokens",
        "UNSUPPORTED_CAPABILITY input.reasoning.effort",
        "UNSUPPORTED_CAPABILITY input.temperature",
        "UNSUPPORTED_CAPABILITY input.seed",
      ]
    `);
  });

  it('is refused over WebSocket with the same error', async () => {
    await using toys = await startToys(MODELS);
    const [first] = await refusalOf(toys, input);
    const refused = await collectOverWebSocket(
      toys.app,
      'subscription ($input: GenerateInput!) { generate(input: $input) { sequence } }',
      { input },
    ).catch((errors: unknown) => errors);
    const [error] = (Array.isArray(refused) && 'errors' in refused[0] ? refused[0].errors : refused) as {
      message: string;
      extensions: Record<string, unknown>;
    }[];
    expect(error).toMatchObject({
      message: first?.message,
      extensions: { code: first?.code, path: first?.path, suggestion: first?.suggestion },
    });
    expect(toys.toy.calls).toEqual([]);
  });

  it('is refused for what dropping cannot mend, and warned of the rest', async () => {
    await using toys = await startToys(MODELS);
    const lenient = { ...input, messages: undefined, onUnsupported: 'DROP_WITH_WARNING' };
    expect((await refusalOf(toys, lenient)).map(({ message }) => message)).toEqual(['The prompt is blank.']);
    const { warnings } = await acceptanceOf(toys, { ...lenient, prompt: 'Hi' });
    expect(warnings.map(({ code, path }) => `${code} ${path?.join('.') ?? ''}`)).toMatchInlineSnapshot(`
      [
        "PARAMETER_COERCED input.maxOutputTokens",
        "REASONING_COERCED input.reasoning.effort",
        "PARAMETER_DROPPED input.temperature",
        "PARAMETER_DROPPED input.seed",
      ]
    `);
  });
});

describe('the estimate', () => {
  const pricing = {
    inputPerMillion: 1,
    outputPerMillion: 10,
    cacheReadPerMillion: null,
    cacheWritePerMillion: null,
    audioInputPerMillion: null,
    tiers: [
      {
        aboveInputTokens: 1_000,
        inputPerMillion: 2,
        outputPerMillion: 20,
        cacheReadPerMillion: null,
        cacheWritePerMillion: null,
      },
    ],
    effectiveDate: null,
  } as const;
  const priced = { priced: { pricing }, free: {} } as const satisfies Record<
    string,
    Partial<ModelDefinition>
  >;

  it('is what the whole output limit would cost, at the price of the tier that the input reaches', async () => {
    await using toys = await startToys(priced);
    const estimate = async (prompt: string) => {
      const { estimatedInputTokens: tokens, estimatedMaxCost: cost } = await previewOf(toys, {
        model: 'priced',
        prompt,
        maxOutputTokens: 100,
      });
      return { tokens, cost };
    };
    const short = await estimate('x'.repeat(400));
    expect(short.tokens).toBeGreaterThanOrEqual(100);
    expect(short.tokens).toBeLessThan(150);
    expect(short.cost.input).toBeCloseTo(short.tokens / 1e6, 12);
    expect(short.cost.output).toBeCloseTo(100 * 10e-6, 12);
    expect(short.cost.total).toBeCloseTo(short.cost.input + short.cost.output, 12);
    const long = await estimate('x'.repeat(8_000));
    expect(long.cost.input).toBeCloseTo((2 * long.tokens) / 1e6, 12);
    expect(long.cost.output).toBeCloseTo(100 * 20e-6, 12);
  });

  it('counts the system text, and has no cost where no price is known', async () => {
    await using toys = await startToys(priced);
    const tokens = async (input: Input) =>
      (await previewOf(toys, { model: 'free', prompt: 'Hi', ...input })).estimatedInputTokens;
    expect((await tokens({ system: 'x'.repeat(4_000) })) - (await tokens({}))).toBe(1_000);
    expect((await previewOf(toys, { model: 'free', prompt: 'Hi' })).estimatedMaxCost).toBeNull();
  });
});
