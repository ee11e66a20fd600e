import { describe, expect, it } from 'vitest';
import type { ModelDefinition } from '../../../src/core/model-config.ts';
import { request } from '../../support/app/app.ts';
import {
  acceptanceOf,
  describeProblem,
  describeWarning,
  type Input,
  refusalOf,
  startToys,
  type ToyApp,
} from './preview-harness.ts';

const MODELS = {
  taker: {
    temperature: { type: 'range', min: 0, max: 2, default: 1 },
    sampling: {
      topP: { min: 0, max: 1 },
      topK: { min: 1, max: 100 },
      stopSequences: { max: 2 },
      seed: true,
      presencePenalty: { min: -2, max: 2 },
      frequencyPenalty: { min: -1.5, max: 1.5 },
    },
    verbosity: ['low', 'high'],
    limits: {
      contextWindow: null,
      maxInputTokens: null,
      maxOutputTokens: 1_000,
      defaultMaxOutputTokens: 500,
    },
  },
  refuser: {
    limits: { contextWindow: null, maxInputTokens: null, maxOutputTokens: null, defaultMaxOutputTokens: 700 },
  },
  cooler: {
    temperature: { type: 'onlyWithoutReasoning', min: 0, max: 2 },
    reasoning: { type: 'effort', values: ['none', 'low', 'high'], default: 'low' },
  },
  cool: {
    temperature: { type: 'onlyWithoutReasoning', min: 0, max: 2 },
    reasoning: { type: 'effort', values: ['none', 'low', 'high'], default: 'none' },
  },
} as const satisfies Record<string, Partial<ModelDefinition>>;

/** Each parameter with values the taking model takes, bounds first, and values it does not. */
const PARAMETERS: Readonly<
  Record<string, { readonly taken: readonly unknown[]; readonly refused: readonly unknown[] }>
> = {
  temperature: { taken: [0, 2, 0.7], refused: [-0.1, 2.1] },
  topP: { taken: [0, 1], refused: [-0.5, 1.5] },
  topK: { taken: [1, 100], refused: [0, 101] },
  stopSequences: { taken: [['a', 'b'], ['\n']], refused: [['a', 'b', 'c']] },
  seed: { taken: [0, -7, 2_147_483_647], refused: [] },
  presencePenalty: { taken: [-2, 2, 0], refused: [-2.01, 3] },
  frequencyPenalty: { taken: [-1.5, 1.5], refused: [1.6] },
  verbosity: { taken: ['LOW', 'HIGH'], refused: ['MEDIUM'] },
};

const inputOf = (model: string, parameter: string, value: unknown): Input => ({
  model,
  prompt: 'Hi',
  [parameter]: value,
});

const lenient = { onUnsupported: 'DROP_WITH_WARNING' };

const received = (sent: object, parameter: string): unknown => {
  const value = Object.entries(sent).find(([name]) => name === parameter)?.[1] as unknown;
  return parameter === 'verbosity' && typeof value === 'string' ? value.toUpperCase() : value;
};

const refusals = async (toys: ToyApp, inputs: readonly Input[]): Promise<string> => {
  const lines: string[] = [];
  for (const input of inputs) lines.push(...(await refusalOf(toys, input)).map(describeProblem));
  return lines.join('\n');
};

/** What is warned of; everything else of the request must be as if the parameter had not been given. */
const drops = async (toys: ToyApp, inputs: readonly Input[]): Promise<string> => {
  const lines: string[] = [];
  for (const input of inputs) {
    const { request: sent, warnings } = await acceptanceOf(toys, { ...input, ...lenient });
    const plain = await acceptanceOf(toys, { model: input['model'], prompt: 'Hi' });
    expect(sent).toEqual(plain.request);
    lines.push(...warnings.map(describeWarning));
  }
  return lines.join('\n');
};

describe('a parameter', () => {
  it.each(Object.entries(PARAMETERS))(
    '%s within its range reaches the provider as it is',
    async (name, { taken }) => {
      await using toys = await startToys(MODELS);
      for (const value of taken) {
        for (const changes of [{}, lenient]) {
          const input = { ...inputOf('taker', name, value), ...changes };
          const { request: sent, warnings } = await acceptanceOf(toys, input);
          expect([name, received(sent, name)]).toEqual([name, value]);
          expect(warnings).toEqual([]);
        }
      }
    },
  );

  it('that is not given reaches the provider as not given', async () => {
    await using toys = await startToys(MODELS);
    for (const model of ['taker', 'refuser']) {
      const { request: sent } = await acceptanceOf(toys, { model, prompt: 'Hi', stopSequences: [] });
      for (const name of Object.keys(PARAMETERS)) expect([name, received(sent, name)]).toEqual([name, null]);
    }
  });

  it('outside its range is refused with the range and what to do', async () => {
    await using toys = await startToys(MODELS);
    const inputs = Object.entries(PARAMETERS).flatMap(([name, { refused }]) =>
      refused.map((value) => inputOf('taker', name, value)),
    );
    expect(await refusals(toys, inputs)).toMatchInlineSnapshot(`
      "UNSUPPORTED_CAPABILITY input.temperature: The model "taker" takes temperature from 0 to 2, not -0.1.
        allowed ["0 to 2"]; Give a value from 0 to 2.
      UNSUPPORTED_CAPABILITY input.temperature: The model "taker" takes temperature from 0 to 2, not 2.1.
        allowed ["0 to 2"]; Give a value from 0 to 2.
      UNSUPPORTED_CAPABILITY input.topP: The model "taker" takes topP from 0 to 1, not -0.5.
        allowed ["0 to 1"]; Give a value from 0 to 1.
      UNSUPPORTED_CAPABILITY input.topP: The model "taker" takes topP from 0 to 1, not 1.5.
        allowed ["0 to 1"]; Give a value from 0 to 1.
      UNSUPPORTED_CAPABILITY input.topK: The model "taker" takes topK from 1 to 100, not 0.
        allowed ["1 to 100"]; Give a value from 1 to 100.
      UNSUPPORTED_CAPABILITY input.topK: The model "taker" takes topK from 1 to 100, not 101.
        allowed ["1 to 100"]; Give a value from 1 to 100.
      UNSUPPORTED_CAPABILITY input.stopSequences: The model "taker" takes at most 2 stop sequences, not 3.
        allowed ["at most 2"]; Give at most 2.
      UNSUPPORTED_CAPABILITY input.presencePenalty: The model "taker" takes presencePenalty from -2 to 2, not -2.01.
        allowed ["-2 to 2"]; Give a value from -2 to 2.
      UNSUPPORTED_CAPABILITY input.presencePenalty: The model "taker" takes presencePenalty from -2 to 2, not 3.
        allowed ["-2 to 2"]; Give a value from -2 to 2.
      UNSUPPORTED_CAPABILITY input.frequencyPenalty: The model "taker" takes frequencyPenalty from -1.5 to 1.5, not 1.6.
        allowed ["-1.5 to 1.5"]; Give a value from -1.5 to 1.5.
      UNSUPPORTED_CAPABILITY input.verbosity: The model "taker" does not take the verbosity MEDIUM.
        allowed ["LOW","HIGH"]; Give one of LOW, HIGH."
    `);
  });

  it('outside its range is dropped with a warning where that is asked for', async () => {
    await using toys = await startToys(MODELS);
    const inputs = Object.entries(PARAMETERS).flatMap(([name, { refused }]) =>
      refused.map((value) => inputOf('taker', name, value)),
    );
    expect(await drops(toys, inputs)).toMatchInlineSnapshot(`
      "PARAMETER_DROPPED input.temperature: The model "taker" takes temperature from 0 to 2, not -0.1. -0.1 → null
      PARAMETER_DROPPED input.temperature: The model "taker" takes temperature from 0 to 2, not 2.1. 2.1 → null
      PARAMETER_DROPPED input.topP: The model "taker" takes topP from 0 to 1, not -0.5. -0.5 → null
      PARAMETER_DROPPED input.topP: The model "taker" takes topP from 0 to 1, not 1.5. 1.5 → null
      PARAMETER_DROPPED input.topK: The model "taker" takes topK from 1 to 100, not 0. 0 → null
      PARAMETER_DROPPED input.topK: The model "taker" takes topK from 1 to 100, not 101. 101 → null
      PARAMETER_DROPPED input.stopSequences: The model "taker" takes at most 2 stop sequences, not 3. ["a","b","c"] → null
      PARAMETER_DROPPED input.presencePenalty: The model "taker" takes presencePenalty from -2 to 2, not -2.01. -2.01 → null
      PARAMETER_DROPPED input.presencePenalty: The model "taker" takes presencePenalty from -2 to 2, not 3. 3 → null
      PARAMETER_DROPPED input.frequencyPenalty: The model "taker" takes frequencyPenalty from -1.5 to 1.5, not 1.6. 1.6 → null
      PARAMETER_DROPPED input.verbosity: The model "taker" does not take the verbosity MEDIUM. "MEDIUM" → null"
    `);
  });

  it('that the model does not take is refused, whatever its value', async () => {
    await using toys = await startToys(MODELS);
    const inputs = Object.entries(PARAMETERS).map(([name, { taken }]) => inputOf('refuser', name, taken[0]));
    expect(await refusals(toys, inputs)).toMatchInlineSnapshot(`
      "UNSUPPORTED_CAPABILITY input.temperature: The model "refuser" does not take temperature.
        allowed []; Leave temperature out.
      UNSUPPORTED_CAPABILITY input.topP: The model "refuser" does not take topP.
        allowed []; Leave topP out.
      UNSUPPORTED_CAPABILITY input.topK: The model "refuser" does not take topK.
        allowed []; Leave topK out.
      UNSUPPORTED_CAPABILITY input.stopSequences: The model "refuser" does not take stopSequences.
        allowed []; Leave stopSequences out.
      UNSUPPORTED_CAPABILITY input.seed: The model "refuser" does not take seed.
        allowed []; Leave seed out.
      UNSUPPORTED_CAPABILITY input.presencePenalty: The model "refuser" does not take presencePenalty.
        allowed []; Leave presencePenalty out.
      UNSUPPORTED_CAPABILITY input.frequencyPenalty: The model "refuser" does not take frequencyPenalty.
        allowed []; Leave frequencyPenalty out.
      UNSUPPORTED_CAPABILITY input.verbosity: The model "refuser" does not take verbosity.
        allowed []; Leave verbosity out."
    `);
  });

  it('that the model does not take is dropped with a warning where that is asked for', async () => {
    await using toys = await startToys(MODELS);
    const inputs = Object.entries(PARAMETERS).map(([name, { taken }]) => inputOf('refuser', name, taken[0]));
    expect(await drops(toys, inputs)).toMatchInlineSnapshot(`
      "PARAMETER_DROPPED input.temperature: The model "refuser" does not take temperature. 0 → null
      PARAMETER_DROPPED input.topP: The model "refuser" does not take topP. 0 → null
      PARAMETER_DROPPED input.topK: The model "refuser" does not take topK. 1 → null
      PARAMETER_DROPPED input.stopSequences: The model "refuser" does not take stopSequences. ["a","b"] → null
      PARAMETER_DROPPED input.seed: The model "refuser" does not take seed. 0 → null
      PARAMETER_DROPPED input.presencePenalty: The model "refuser" does not take presencePenalty. -2 → null
      PARAMETER_DROPPED input.frequencyPenalty: The model "refuser" does not take frequencyPenalty. -1.5 → null
      PARAMETER_DROPPED input.verbosity: The model "refuser" does not take verbosity. "LOW" → null"
    `);
  });

  it('is refused with what the catalogue says of it', async () => {
    await using toys = await startToys(MODELS);
    const { data } = await request(
      toys.app,
      '{ model(name: "taker") { parameters { parameter supported min max values } } }',
    );
    const constraints = new Map<string, { min: number; max: number; values: string[] | null }>(
      data.model.parameters.map((constraint: { parameter: string }) => [constraint.parameter, constraint]),
    );
    for (const name of ['temperature', 'topP', 'topK', 'presencePenalty', 'frequencyPenalty', 'verbosity']) {
      const constraint = constraints.get(name.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase());
      const [problem] = await refusalOf(toys, inputOf('taker', name, PARAMETERS[name]?.refused[0]));
      expect([name, problem?.allowed]).toEqual([
        name,
        constraint?.values ?? [`${constraint?.min} to ${constraint?.max}`],
      ]);
    }
  });

  it('that makes no sense for any model is refused even where dropping is asked for', async () => {
    await using toys = await startToys(MODELS);
    for (const changes of [{}, lenient]) {
      expect(
        await refusals(toys, [
          { ...inputOf('taker', 'stopSequences', ['a', '']), ...changes },
          { ...inputOf('refuser', 'stopSequences', ['']), ...changes },
          { ...inputOf('taker', 'maxOutputTokens', 0), ...changes },
          { ...inputOf('taker', 'maxOutputTokens', -5), ...changes },
        ]),
      ).toBe(
        [
          'INVALID_REQUEST input.stopSequences: A stop sequence must not be empty.',
          'INVALID_REQUEST input.stopSequences: A stop sequence must not be empty.',
          'INVALID_REQUEST input.maxOutputTokens: maxOutputTokens must be at least 1, not 0.',
          'INVALID_REQUEST input.maxOutputTokens: maxOutputTokens must be at least 1, not -5.',
        ]
          .map((line) => `${line}\n  allowed null; no suggestion`)
          .join('\n'),
      );
    }
  });
});

describe('temperature of a model that takes it only while it does not reason', () => {
  const at = (model: string, reasoning?: Input): Input => ({
    ...inputOf(model, 'temperature', 0.5),
    ...(reasoning && { reasoning }),
  });

  it('is taken while reasoning is switched off, by the request or by default', async () => {
    await using toys = await startToys(MODELS);
    for (const input of [at('cool'), at('cooler', { enabled: false }), at('cooler', { effort: 'NONE' })])
      expect((await acceptanceOf(toys, input)).request.temperature).toBe(0.5);
    expect((await refusalOf(toys, { ...at('cool'), temperature: 3 })).map(({ allowed }) => allowed)).toEqual([
      ['0 to 2'],
    ]);
  });

  it('is refused, or dropped, as soon as the model reasons', async () => {
    await using toys = await startToys(MODELS);
    const inputs = [at('cooler'), at('cool', { effort: 'LOW' }), at('cool', { enabled: true })];
    for (const input of inputs) {
      const problems = await refusalOf(toys, input);
      expect(problems).toHaveLength(1);
      const { request: sent, warnings } = await acceptanceOf(toys, { ...input, ...lenient });
      expect(sent.temperature).toBeNull();
      expect(warnings).toMatchObject([{ code: 'PARAMETER_DROPPED', from: 0.5, to: null }]);
    }
    expect(await refusals(toys, inputs.slice(0, 1))).toMatchInlineSnapshot(`
      "UNSUPPORTED_CAPABILITY input.temperature: The model "cooler" takes temperature only while it does not reason.
        allowed []; Leave temperature out, or switch reasoning off with reasoning: { enabled: false }."
    `);
  });
});

describe('maxOutputTokens', () => {
  it('is the default of the model when it is left out', async () => {
    await using toys = await startToys(MODELS);
    const sent = async (model: string) =>
      (await acceptanceOf(toys, { model, prompt: 'Hi' })).request.maxOutputTokens;
    expect([await sent('taker'), await sent('refuser')]).toEqual([500, 700]);
  });

  it('may be anything from 1 to the limit of the model, or anything where that is not known', async () => {
    await using toys = await startToys(MODELS);
    for (const [model, value] of [
      ['taker', 1],
      ['taker', 1_000],
      ['refuser', 2_000_000_000],
    ] as const)
      expect(
        (await acceptanceOf(toys, inputOf(model, 'maxOutputTokens', value))).request.maxOutputTokens,
      ).toBe(value);
  });

  it('above the limit is refused, or lowered to it with a warning', async () => {
    await using toys = await startToys(MODELS);
    const input = inputOf('taker', 'maxOutputTokens', 1_001);
    expect(await refusals(toys, [input])).toMatchInlineSnapshot(`
      "UNSUPPORTED_CAPABILITY input.maxOutputTokens: The model "taker" puts out at most 1000 tokens, not 1001.
        allowed ["1 to 1000"]; Give at most 1000."
    `);
    const { request: sent, warnings } = await acceptanceOf(toys, { ...input, ...lenient });
    expect(sent.maxOutputTokens).toBe(1_000);
    expect(warnings.map(describeWarning)).toMatchInlineSnapshot(`
      [
        "PARAMETER_COERCED input.maxOutputTokens: The model "taker" puts out at most 1000 tokens, not 1001. 1001 → 1000",
      ]
    `);
  });
});
