import { describe, expect, it } from 'vitest';
import { MODEL_CONFIGS } from '../../../config/providers/index.ts';
import type { ModelDefinition } from '../../../src/core/model-config.ts';
import {
  acceptanceOf,
  describeProblem,
  describeWarning,
  type Input,
  refusalOf,
  startToys,
} from './preview-harness.ts';

const MODELS = { free: { functionCalling: true, forcedToolChoice: false } } as const;
const weather = { function: { name: 'weather', parameters: { type: 'object' } } };

const ask = (more: Input): Input => ({ model: 'free', prompt: 'Hi', tools: [weather], ...more });
const lenient = { onUnsupported: 'DROP_WITH_WARNING' };

describe('a model that cannot be obliged to call a function', () => {
  const forced: readonly [string, object][] = [
    ['"REQUIRED"', { mode: 'REQUIRED' }],
    ['"weather"', { function: 'weather' }],
  ];

  it.each(forced)('refuses the choice %s before its provider is called', async (_from, toolChoice) => {
    await using toys = await startToys(MODELS);
    expect((await refusalOf(toys, ask({ toolChoice }))).map(describeProblem)).toEqual([
      expect.stringMatching(
        /^UNSUPPORTED_CAPABILITY input\.toolChoice: The model "free" cannot be obliged to call a function\./,
      ),
    ]);
  });

  it.each(forced)('is given no choice in place of %s where that was asked for', async (from, toolChoice) => {
    await using toys = await startToys(MODELS);
    const { request: sent, warnings } = await acceptanceOf(toys, ask({ toolChoice, ...lenient }));
    expect(sent).toMatchObject({ toolChoice: null, tools: [{ name: 'weather' }] });
    expect(warnings.map(describeWarning)).toEqual([
      `PARAMETER_DROPPED input.toolChoice: The model "free" cannot be obliged to call a function. ${from} → null`,
    ]);
  });

  it.each([{ mode: 'AUTO' }, { mode: 'NONE' }])('takes the choice %j', async (toolChoice) => {
    await using toys = await startToys(MODELS);
    expect((await acceptanceOf(toys, ask({ toolChoice }))).warnings).toEqual([]);
  });

  it('is each Claude of which its vendor says so, and no other model of the catalogue', () => {
    const unforceable = Object.values(MODEL_CONFIGS)
      .flatMap((configs) => Object.values<ModelDefinition>(configs))
      .filter(({ forcedToolChoice }) => forcedToolChoice === false);
    expect(unforceable.map(({ apiModel }) => apiModel)).toEqual([
      'claude-fable-5-2',
      'claude-fable-5-1',
      'claude-opus-5-5',
      'claude-sonnet-5-5',
    ]);
  });
});
