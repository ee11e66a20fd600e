import { describe, expect, it } from 'vitest';
import { MODEL_ALIASES } from '../../config/aliases.ts';
import { MODEL_CONFIGS } from '../../config/providers/index.ts';
import { type AppOverrides, buildApp } from '../../src/app.ts';
import { TEXT_PROVIDERS } from '../../src/providers/index.ts';
import { ModelRegistry } from '../../src/registry/model-registry.ts';
import { testSettings } from '../support/app/app.ts';
import { createToy, toyModels } from '../support/app/toy-provider.ts';

describe('a catalogue that cannot be served', () => {
  const fault = async (overrides: AppOverrides): Promise<string> => {
    const log = {
      debug: () => undefined,
      info: () => undefined,
      warn: () => undefined,
      error: () => undefined,
    };
    try {
      await buildApp(testSettings(), log, overrides);
    } catch (error) {
      return (error as Error).message;
    }
    throw new Error('expected the catalogue to be refused');
  };

  it('is refused at the start with every offender named at once', async () => {
    const toy = createToy().descriptor;
    const models = [
      ...toyModels({
        good: {},
        lonely: { reasoning: { type: 'counterpart', model: 'nobody' } },
        misled: { reasoning: { type: 'counterpart', model: 'good' } },
        mute: { reasoning: { type: 'effort', values: [], default: null } },
        astray: { reasoning: { type: 'level', values: ['low', 'high'], default: 'max' } },
        forgotten: { status: { type: 'deprecated', replacement: 'nobody', shutdownDate: null } },
        'upside-down': {
          temperature: { type: 'range', min: 2, max: 1, default: null },
          sampling: {
            topP: { min: 1, max: 0 },
            topK: { min: 9, max: 1 },
            stopSequences: null,
            seed: false,
            presencePenalty: { min: 2, max: -2 },
            frequencyPenalty: { min: 3, max: -3 },
          },
          reasoning: { type: 'budget', min: 10, max: 5, canDisable: true },
          limits: {
            contextWindow: null,
            maxInputTokens: null,
            maxOutputTokens: 10,
            defaultMaxOutputTokens: 20,
          },
        },
        silent: {
          limits: {
            contextWindow: null,
            maxInputTokens: null,
            maxOutputTokens: null,
            defaultMaxOutputTokens: 0,
          },
        },
        stranger: { apiType: 'messages' },
        alien: { apiType: 'telepathy' as 'local' },
        Shouting: {},
        twin: {},
      }),
      ...toyModels({ homeless: {} }, 'nowhere'),
      ...toyModels({ twin: {} }, 'other-toy'),
    ];
    const aliases = {
      good: 'silent',
      dangling: 'nobody',
      hop: 'dangling',
      round: 'about',
      about: 'round',
      Same: 'good',
      same: 'silent',
      'leads-on': 'round',
    };
    expect(
      await fault({ providers: [toy, { ...toy, name: 'other-toy' }], models, aliases }),
    ).toMatchInlineSnapshot(`
      "The model catalogue cannot be served:
      - model "twin" is defined more than once: by "toy" and "other-toy"
      - alias "same" is defined more than once: case and outer spaces make no difference
      - model "lonely": its counterpart "nobody" is no model
      - model "misled": its counterpart "good" cannot reason
      - model "mute": reasoning by effort names no values
      - model "astray": its default reasoning effort "max" is not among its values
      - model "forgotten": its replacement "nobody" is no model
      - model "upside-down": topP has min 1 above max 0
      - model "upside-down": topK has min 9 above max 1
      - model "upside-down": presencePenalty has min 2 above max -2
      - model "upside-down": frequencyPenalty has min 3 above max -3
      - model "upside-down": temperature has min 2 above max 1
      - model "upside-down": reasoning budget has min 10 above max 5
      - model "upside-down": defaultMaxOutputTokens 20 is above maxOutputTokens 10
      - model "silent": defaultMaxOutputTokens must be at least 1
      - model "stranger": provider "toy" does not speak api type "messages"
      - model "alien": unknown api type "telepathy"
      - model "Shouting": its name must be trimmed and lower case
      - model "homeless": no provider "nowhere" is registered
      - alias "good" shadows the model of the same name
      - alias "dangling" leads to "nobody", which is neither a model nor an alias
      - alias "hop" leads to "nobody", which is neither a model nor an alias
      - alias "round" runs into a cycle: round → about → round
      - alias "about" runs into a cycle: about → round → about
      - alias "leads-on" runs into a cycle: leads-on → round → about → round"
    `);
  });

  it('is refused when it lacks the provider of its models altogether', async () => {
    expect(
      (await fault({ providers: [], models: toyModels({ a: {}, b: {} }), aliases: {} })).split('\n'),
    ).toEqual([
      'The model catalogue cannot be served:',
      '- model "a": no provider "toy" is registered',
      '- model "b": no provider "toy" is registered',
    ]);
  });

  it('is not the catalogue of this project', async () => {
    const catalogueModels = Object.values(MODEL_CONFIGS).flatMap((configs) => Object.values(configs));
    expect(
      () =>
        new ModelRegistry({ models: catalogueModels, aliases: MODEL_ALIASES }, Object.values(TEXT_PROVIDERS)),
    ).not.toThrow();
  });
});
