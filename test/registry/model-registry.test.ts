import { describe, expect, it } from 'vitest';
import { MODEL_ALIASES } from '../../config/aliases.ts';
import { MODEL_CONFIGS } from '../../config/providers/index.ts';
import type { ModelConfig } from '../../src/core/model-config.ts';
import { TEXT_PROVIDERS } from '../../src/providers/index.ts';
import { ModelRegistry } from '../../src/registry/model-registry.ts';
import { request, startApp } from '../support/app/app.ts';
import { offeredModels } from '../support/app/offered-models.ts';
import { createToy, toyModels, toyOverrides } from '../support/app/toy-provider.ts';

const catalogueModels: readonly ModelConfig[] = Object.values(MODEL_CONFIGS).flatMap((configs) =>
  Object.values<ModelConfig>(configs),
);

const offered = offeredModels();

const RESOLVE = `
  query ($name: String!, $reasoning: Boolean! = false) {
    resolveModel(name: $name, reasoning: $reasoning) {
      requested model { name } steps { from to reason } reasoning
    }
  }
`;

const HOUSE = {
  plain: { apiModel: 'plain-2026-01-01', reasoning: { type: 'counterpart', model: 'thinker' } },
  thinker: { reasoning: { type: 'effort', values: ['low', 'high'], default: 'low' } },
  simple: {},
  old: { status: { type: 'deprecated', replacement: 'simple', shutdownDate: '2027-01-31' } },
  ancient: { status: { type: 'deprecated', replacement: 'simple', shutdownDate: null } },
} as const;

const startHouse = (aliases: Readonly<Record<string, string>> = {}) =>
  startApp({}, { ...toyOverrides(createToy(), HOUSE), aliases });

describe('resolving a name', () => {
  it('trims it and ignores its case', async () => {
    await using app = await startApp();
    for (const name of ['gpt-4o', 'GPT-4O', ' Gpt-4o ', '\tgpt-4o\n']) {
      const { data } = await request(app, RESOLVE, { name });
      expect(data.resolveModel).toMatchObject({ requested: name, model: { name: 'gpt-4o' } });
      expect((await request(app, `{ model(name: ${JSON.stringify(name)}) { name } }`)).data).toEqual({
        model: { name: 'gpt-4o' },
      });
    }
  });

  it('reports a name that is a model as one exact step', async () => {
    await using app = await startHouse();
    expect((await request(app, RESOLVE, { name: 'simple' })).data).toMatchInlineSnapshot(`
      {
        "resolveModel": {
          "model": {
            "name": "simple",
          },
          "reasoning": false,
          "requested": "simple",
          "steps": [
            {
              "from": "simple",
              "reason": "EXACT",
              "to": "simple",
            },
          ],
        },
      }
    `);
  });

  it('follows an alias through any number of hops and reports each in order', async () => {
    await using app = await startHouse({ one: 'two', two: 'THREE', Three: 'simple' });
    expect((await request(app, RESOLVE, { name: ' ONE ' })).data).toMatchInlineSnapshot(`
      {
        "resolveModel": {
          "model": {
            "name": "simple",
          },
          "reasoning": false,
          "requested": " ONE ",
          "steps": [
            {
              "from": "one",
              "reason": "ALIAS",
              "to": "two",
            },
            {
              "from": "two",
              "reason": "ALIAS",
              "to": "three",
            },
            {
              "from": "three",
              "reason": "ALIAS",
              "to": "simple",
            },
          ],
        },
      }
    `);
  });

  it('follows every alias of the catalogue to a model, and gives that model the alias back', async () => {
    await using app = await startApp();
    const { data } = await request(app, '{ models { nodes { name aliases } } }');
    const found = new Map<string, string>();
    for (const { name, aliases } of data.models.nodes) for (const alias of aliases) found.set(alias, name);
    expect([...found.keys()].toSorted()).toEqual(Object.keys(MODEL_ALIASES).toSorted());
    for (const [alias, name] of found) {
      const answer = await request(app, RESOLVE, { name: alias });
      expect([alias, answer.data.resolveModel.model.name]).toEqual([alias, name]);
    }
  });

  it('takes the alias first and the reasoning counterpart then, and reports both', async () => {
    await using app = await startHouse({ nickname: 'plain' });
    expect((await request(app, RESOLVE, { name: 'nickname', reasoning: true })).data).toMatchInlineSnapshot(`
      {
        "resolveModel": {
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
        },
      }
    `);
  });

  it('swaps no model that can reason itself, and none when reasoning is not asked for', async () => {
    await using app = await startHouse();
    const resolve = async (name: string, reasoning: boolean) =>
      (await request(app, RESOLVE, { name, reasoning })).data.resolveModel;
    expect(await resolve('thinker', true)).toMatchObject({ model: { name: 'thinker' }, reasoning: true });
    expect(await resolve('plain', false)).toMatchObject({ model: { name: 'plain' }, reasoning: false });
    expect(await resolve('simple', true)).toMatchObject({
      model: { name: 'simple' },
      steps: [{ reason: 'EXACT' }],
      reasoning: false,
    });
  });

  it('swaps exactly the models of the catalogue that leave reasoning to a counterpart', async () => {
    await using app = await startApp();
    for (const { name, reasoning } of offered) {
      const { data } = await request(app, RESOLVE, { name, reasoning: true });
      const expected = reasoning.type === 'counterpart' ? reasoning.model : name;
      expect([name, data.resolveModel.model.name]).toEqual([name, expected]);
    }
  });

  it('leads an upstream id to the model that sends it', async () => {
    await using app = await startHouse();
    expect((await request(app, RESOLVE, { name: 'Plain-2026-01-01' })).data).toMatchInlineSnapshot(`
      {
        "resolveModel": {
          "model": {
            "name": "plain",
          },
          "reasoning": false,
          "requested": "Plain-2026-01-01",
          "steps": [
            {
              "from": "plain-2026-01-01",
              "reason": "API_MODEL",
              "to": "plain",
            },
          ],
        },
      }
    `);
    const { data } = await request(app, RESOLVE, { name: 'plain-2026-01-01', reasoning: true });
    expect(data.resolveModel.steps.map(({ reason }: { reason: string }) => reason)).toEqual([
      'API_MODEL',
      'REASONING_COUNTERPART',
    ]);
  });

  it('prefers a name to an upstream id, and of two models with one upstream id the first', () => {
    const registry = new ModelRegistry(
      {
        models: toyModels({
          a: { apiModel: 'shared' },
          b: { apiModel: 'shared' },
          c: { apiModel: 'a' },
        }),
        aliases: {},
      },
      [createToy().descriptor],
    );
    expect(registry.getModelConfig('shared').name).toBe('a');
    expect(registry.getModelConfig('a').name).toBe('a');
  });

  it('answers an unknown name with an error and the three nearest names', async () => {
    await using app = await startApp();
    const { data, errors } = await request(app, RESOLVE, { name: ' gpt-6-lunar' });
    expect(data).toBeNull();
    expect(errors).toMatchInlineSnapshot(`
      [
        {
          "extensions": {
            "allowed": [
              "gpt-6-luna",
              "gpt",
              "gpt-5.6-luna",
            ],
            "code": "MODEL_NOT_FOUND",
            "path": [
              "name",
            ],
            "retryable": false,
            "suggestion": "Use one of the nearest names, or list what there is with the query "models".",
          },
          "locations": [
            {
              "column": 5,
              "line": 3,
            },
          ],
          "message": "There is no model "gpt-6-lunar". The nearest names are: gpt-6-luna, gpt, gpt-5.6-luna.",
          "path": [
            "resolveModel",
          ],
        },
      ]
    `);
    expect((await request(app, '{ model(name: "gpt-6-lunar") { name } }')).data).toEqual({ model: null });
  });

  it.each(['', ' ', 'nothing-like-it', 'gpt-4o\u0000', '__proto__', 'constructor'])(
    'never gives another model for the unknown name %j',
    async (name) => {
      await using app = await startHouse();
      const { errors } = await request(app, RESOLVE, { name });
      expect(errors?.[0]?.extensions).toMatchObject({ code: 'MODEL_NOT_FOUND', path: ['name'] });
      expect(errors?.[0]?.extensions?.['allowed']).toHaveLength(3);
    },
  );
});

describe('listing', () => {
  const registry = new ModelRegistry(
    { models: catalogueModels, aliases: MODEL_ALIASES },
    Object.values(TEXT_PROVIDERS),
  );

  it('gives the models of a provider, and of all, in catalogue order', () => {
    for (const [provider, configs] of Object.entries(MODEL_CONFIGS))
      expect(registry.listModels(provider)).toEqual(Object.keys(configs));
    expect(registry.listModels()).toEqual(catalogueModels.map(({ name }) => name));
    expect(registry.listModels('nobody')).toEqual([]);
  });

  it('gives the providers sorted', () => {
    expect(registry.listProviders()).toEqual(Object.keys(MODEL_CONFIGS).toSorted());
  });

  it('gives clients the same orders', async () => {
    await using app = await startApp();
    const { data } = await request(app, '{ providers { name } models { nodes { name } } }');
    const names = (nodes: readonly { name: string }[]) => nodes.map(({ name }) => name);
    expect(names(data.providers)).toEqual(registry.listProviders());
    expect(names(data.models.nodes)).toEqual(
      registry.listModels().filter((name) => offered.some((config) => config.name === name)),
    );
  });
});

describe('a deprecated model', () => {
  const GENERATE = `
    mutation ($input: GenerateInput!) {
      generate(input: $input) { text model { name } warnings { code message path from to } }
    }
  `;

  it('works, with a warning that names its replacement and its last day', async () => {
    await using app = await startHouse();
    const { data } = await request(app, GENERATE, { input: { model: 'old', prompt: 'Hi' } });
    expect(data).toMatchInlineSnapshot(`
      {
        "generate": {
          "model": {
            "name": "old",
          },
          "text": "Hello",
          "warnings": [
            {
              "code": "MODEL_DEPRECATED",
              "from": "old",
              "message": "The model "old" is deprecated and is shut down on 2027-01-31. Use "simple" instead.",
              "path": [
                "input",
                "model",
              ],
              "to": "simple",
            },
          ],
        },
      }
    `);
  });

  it('is warned of without a day where none is announced', async () => {
    await using app = await startHouse();
    const { data } = await request(app, GENERATE, { input: { model: 'ancient', prompt: 'Hi' } });
    expect(data.generate.warnings[0].message).toBe(
      'The model "ancient" is deprecated. Use "simple" instead.',
    );
  });
});
