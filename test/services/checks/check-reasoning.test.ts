import { describe, expect, it } from 'vitest';
import { MODEL_CONFIGS } from '../../../config/providers/index.ts';
import { request, startApp } from '../../support/app/app.ts';
import { offeredModels } from '../../support/app/offered-models.ts';
import {
  acceptanceOf,
  describeProblem,
  type Input,
  previewOf,
  refusalOf,
  startToys,
} from './preview-harness.ts';

const EFFORTS = ['NONE', 'MINIMAL', 'LOW', 'MEDIUM', 'HIGH', 'XHIGH', 'MAX'];

describe('wishes that contradict themselves', () => {
  it.each([
    [{ budgetTokens: -1 }, 'budgetTokens must not be negative.'],
    [
      { effort: 'LOW', budgetTokens: 400 },
      'Give an effort or budgetTokens, not both: they are two ways to say one thing.',
    ],
    [{ enabled: false, effort: 'HIGH' }, 'enabled: false contradicts the effort or budget beside it.'],
    [{ enabled: false, budgetTokens: 400 }, 'enabled: false contradicts the effort or budget beside it.'],
    [{ enabled: true, effort: 'NONE' }, 'enabled: true contradicts the effort or budget beside it.'],
    [{ enabled: true, budgetTokens: 0 }, 'enabled: true contradicts the effort or budget beside it.'],
  ])('%j is refused for every kind of model, dropping asked for or not', async (reasoning, message) => {
    await using toys = await startToys({
      none: {},
      effort: { reasoning: { type: 'effort', values: ['none', 'low', 'high'], default: null } },
      budget: { reasoning: { type: 'budget', min: 1, max: null, canDisable: true, dynamic: true } },
    });
    for (const model of ['none', 'effort', 'budget'])
      for (const onUnsupported of ['REJECT', 'DROP_WITH_WARNING'])
        expect(await refusalOf(toys, { model, prompt: 'Hi', reasoning, onUnsupported })).toMatchObject([
          { code: 'INVALID_REQUEST', path: ['input', 'reasoning'], message },
        ]);
  });
});

describe('a budget', () => {
  it('has to leave room for an answer within maxOutputTokens', async () => {
    await using toys = await startToys({
      model: { reasoning: { type: 'budget', min: 200, max: 900, canDisable: true, dynamic: true } },
    });
    const input = (maxOutputTokens: number, reasoning: Input): Input => ({
      model: 'model',
      prompt: 'Hi',
      maxOutputTokens,
      reasoning,
    });
    expect((await acceptanceOf(toys, input(401, { budgetTokens: 400 }))).request.reasoning).toEqual({
      type: 'budget',
      tokens: 400,
    });
    expect(
      (await refusalOf(toys, input(400, { budgetTokens: 400 }))).map(describeProblem).join('\n'),
    ).toMatchInlineSnapshot(`
      "UNSUPPORTED_CAPABILITY input.reasoning.budgetTokens: The model "model" takes a reasoning budget from 200 to 399 tokens here, not 400.
        allowed ["200 to 399"]; Give a budget from 200 to 399."
    `);
    expect(
      (await refusalOf(toys, input(200, { enabled: true }))).map(describeProblem).join('\n'),
    ).toMatchInlineSnapshot(`
      "INVALID_REQUEST input.maxOutputTokens: The model "model" reasons with at least 200 tokens, which maxOutputTokens must exceed.
        allowed null; Give maxOutputTokens above 200, or switch reasoning off."
    `);
    expect((await acceptanceOf(toys, input(200, { enabled: false }))).request.reasoning.type).toBe('off');
  });
});

describe('every model of the catalogue', () => {
  it('takes each effort it lists, and refuses each other one with the list', async () => {
    const unreachable = { apiKey: 'test key', baseUrl: 'http://127.0.0.1:9' };
    await using app = await startApp({
      providers: Object.fromEntries(Object.keys(MODEL_CONFIGS).map((name) => [name, unreachable])),
    });
    const { data } = await request(
      app,
      '{ models { nodes { name capabilities { reasoning { efforts counterpart { name } } } } } }',
    );
    expect(data.models.nodes).toHaveLength(offeredModels().length);
    for (const { name, capabilities } of data.models.nodes) {
      if (capabilities.reasoning?.counterpart != null) continue;
      const listed: readonly string[] = capabilities.reasoning?.efforts ?? [];
      if (listed.length === 0) continue;
      for (const effort of EFFORTS) {
        const { accepted, problems } = await previewOf(
          { app },
          { model: name, prompt: 'Hi', reasoning: { effort } },
        );
        expect([name, effort, accepted]).toEqual([name, effort, listed.includes(effort)]);
        if (!accepted) expect([name, problems[0].allowed]).toEqual([name, listed]);
      }
    }
  });
});
