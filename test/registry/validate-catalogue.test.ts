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
          reasoning: { type: 'budget', min: 10, max: 5, canDisable: true, dynamic: true },
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

  it('is refused for what a model is said to take and its API has no field for, every contradiction at once', async () => {
    const toy = createToy(undefined, {
      apiTypes: ['chat_completion', 'responses_api', 'messages', 'generate_content'],
    }).descriptor;
    const range = { min: 0, max: 1 };
    const everything = {
      temperature: { type: 'range', ...range, default: null },
      sampling: {
        topP: range,
        topK: range,
        stopSequences: { max: 1 },
        seed: true,
        presencePenalty: range,
        frequencyPenalty: range,
      },
      verbosity: ['low'],
      inputModalities: ['text', 'image', 'audio', 'file'],
      builtInTools: ['web_search', 'code_interpreter', 'url_context'],
    } as const;
    const models = toyModels({
      chat: {
        ...everything,
        apiType: 'chat_completion',
        reasoning: { type: 'budget', min: 1, max: null, canDisable: true, dynamic: true },
      },
      responses: { ...everything, apiType: 'responses_api', reasoning: { type: 'toggle', default: true } },
      messages: {
        ...everything,
        apiType: 'messages',
        jsonMode: true,
        reasoning: { type: 'adaptive', values: ['minimal', 'low'], default: null, canDisable: true },
      },
      content: {
        ...everything,
        apiType: 'generate_content',
        reasoning: { type: 'level', values: ['none', 'low', 'max'], default: null },
      },
      blind: { inputModalities: ['text', 'image'], media: { image: null, audio: null, file: null } },
      odd: {
        media: {
          image: { mediaTypes: [], fetchesUrls: true, fileIds: true, detail: true },
          audio: { mediaTypes: ['audio/wav', 'audio/midi'], fetchesUrls: true, fileIds: true },
          file: null,
        },
      },
    });
    expect(await fault({ providers: [toy], models, aliases: {} })).toMatchInlineSnapshot(`
      "The model catalogue cannot be served:
      - model "chat": chat_completion has no field for topK
      - model "chat": chat_completion has no field for the built-in tool code_interpreter
      - model "chat": chat_completion has no field for the built-in tool url_context
      - model "chat": chat_completion has no field for reasoning by budget
      - model "responses": responses_api has no field for audio input
      - model "responses": responses_api has no field for topK
      - model "responses": responses_api has no field for stopSequences
      - model "responses": responses_api has no field for seed
      - model "responses": responses_api has no field for presencePenalty
      - model "responses": responses_api has no field for frequencyPenalty
      - model "responses": responses_api has no field for the built-in tool url_context
      - model "responses": responses_api has no field for reasoning by toggle
      - model "messages": messages has no field for audio input
      - model "messages": messages has no field for temperature
      - model "messages": messages has no field for topP
      - model "messages": messages has no field for topK
      - model "messages": messages has no field for seed
      - model "messages": messages has no field for presencePenalty
      - model "messages": messages has no field for frequencyPenalty
      - model "messages": messages has no field for verbosity
      - model "messages": messages has no field for JSON output without a schema
      - model "messages": messages has no field for the reasoning effort minimal
      - model "content": generate_content has no field for verbosity
      - model "content": generate_content has no field for the reasoning effort none
      - model "content": generate_content has no field for the reasoning effort max
      - model "blind": provider "toy" does not speak api type "local"
      - model "blind": it reads image input, and its API is said to have no place for it
      - model "odd": provider "toy" does not speak api type "local"
      - model "odd": image input names no media types
      - model "odd": audio input names audio/midi, which is none of audio/wav, audio/mpeg, audio/flac, audio/ogg, audio/mp4"
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
