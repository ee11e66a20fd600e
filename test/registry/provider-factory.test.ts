import { describe, expect, it } from 'vitest';
import { MODEL_CONFIGS } from '../../config/providers/index.ts';
import type { ConnectTextProvider, TextProviderDescriptor } from '../../src/core/text-provider.ts';
import { ProviderFactory } from '../../src/registry/provider-factory.ts';
import { TextProviderRegistry } from '../../src/registry/text-provider-registry.ts';
import { request, startApp } from '../support/app/app.ts';
import { failureOf } from '../support/upstream/provider-error.ts';
import { createToy, toyModels, toyOverrides } from '../support/app/toy-provider.ts';

const GENERATE = `
  mutation ($model: String!) { generate(input: { model: $model, prompt: "Hi" }) { text model { name } } }
`;

const [first, second] = toyModels({ first: {}, second: {} });
if (first === undefined || second === undefined) throw new Error('two toy models were expected');

const createFactory = (descriptor: TextProviderDescriptor, apiKey: string | null = null): ProviderFactory => {
  const registry = new TextProviderRegistry();
  registry.registerTextProvider(descriptor);
  const log = { warn: () => undefined };
  return new ProviderFactory(registry, () => ({
    apiKey,
    baseUrl: null,
    connectTimeoutMs: 10_000,
    firstDeltaTimeoutMs: 60_000,
    idleTimeoutMs: 1,
    demoDelayMs: 0,
    log,
  }));
};

/** A toy whose code is loaded when the test says so, and which counts how often it is loaded and connected. */
const createLoadable = () => {
  const counts = { loads: 0, connections: 0 };
  const connect = Promise.withResolvers<ConnectTextProvider>();
  const { descriptor } = createToy();
  const loadable: TextProviderDescriptor = {
    ...descriptor,
    load: async () => {
      counts.loads += 1;
      return connect.promise;
    },
  };
  const finishLoading = async (): Promise<void> => {
    const toy = await descriptor.load();
    connect.resolve((connection) => {
      counts.connections += 1;
      return toy(connection);
    });
  };
  return { counts, loadable, finishLoading };
};

describe('getting a provider', () => {
  it('attaches the config of the model that was asked for, and no other', async () => {
    const factory = createFactory(createToy().descriptor);
    expect((await factory.getTextProvider(first)).config).toBe(first);
    expect((await factory.getTextProvider(second)).config).toBe(second);
    expect(await factory.getTextProvider(first)).toBe(await factory.getTextProvider(first));
  });

  it('calls with the config of the requested model, alias or not', async () => {
    const toy = createToy();
    await using app = await startApp(
      {},
      { ...toyOverrides(toy, { first: {}, second: {} }), aliases: { nickname: 'second' } },
    );
    await request(app, GENERATE, { model: 'first' });
    await request(app, GENERATE, { model: 'nickname' });
    await request(app, GENERATE, { model: 'second-upstream' });
    expect(toy.calls.map(({ config }) => config.apiModel)).toEqual([
      'first-upstream',
      'second-upstream',
      'second-upstream',
    ]);
  });

  it('loads nothing before the first use, and then once for all models', async () => {
    const { counts, loadable, finishLoading } = createLoadable();
    const factory = createFactory(loadable);
    expect(counts).toEqual({ loads: 0, connections: 0 });
    await finishLoading();
    await factory.getTextProvider(first);
    await factory.getTextProvider(second);
    await factory.warm();
    expect(counts).toEqual({ loads: 1, connections: 1 });
  });

  it('loads once for first calls that come together, and gives equal ones the same provider', async () => {
    const { counts, loadable, finishLoading } = createLoadable();
    const factory = createFactory(loadable);
    const together = Promise.all([
      factory.getTextProvider(first),
      factory.getTextProvider(first),
      factory.getTextProvider(second),
    ]);
    await finishLoading();
    const [one, same, other] = await together;
    expect(counts).toEqual({ loads: 1, connections: 1 });
    expect(same).toBe(one);
    expect(other?.config).toBe(second);
  });

  it('loads again after a load that failed', async () => {
    const { descriptor } = createToy();
    let loads = 0;
    const factory = createFactory({
      ...descriptor,
      load: () => {
        loads += 1;
        return loads === 1 ? Promise.reject(new Error('the package is broken')) : descriptor.load();
      },
    });
    const failures = await Promise.all([
      failureOf(factory.getTextProvider(first)),
      failureOf(factory.getTextProvider(second)),
    ]);
    expect(failures.map(String)).toEqual(Array(2).fill('Error: the package is broken'));
    expect((await factory.getTextProvider(first)).config).toBe(first);
    expect(loads).toBe(2);
  });

  it('answers with a masked error while the code of a provider cannot be loaded, and works once it can', async () => {
    const { descriptor } = createToy();
    let isBroken = true;
    await using app = await startApp(
      {},
      {
        ...toyOverrides({
          calls: [],
          descriptor: {
            ...descriptor,
            load: () =>
              isBroken ? Promise.reject(new Error('no such module: /secret/path')) : descriptor.load(),
          },
        }),
      },
    );
    const refused = await request(app, GENERATE, { model: 'toy' });
    expect(refused.errors?.[0]?.extensions).toMatchObject({ code: 'INTERNAL' });
    expect(JSON.stringify(refused)).not.toContain('/secret/path');
    isBroken = false;
    expect((await request(app, GENERATE, { model: 'toy' })).data.generate.text).toBe('Hello');
  });
});

describe('a provider without a credential', () => {
  it('is not asked for: the error names the variable that is missing', async () => {
    const { loadable, counts } = createLoadable();
    const factory = createFactory({ ...loadable, credentialVariable: 'TOY_API_KEY' });
    expect(factory.isConfigured('toy')).toBe(false);
    expect(await failureOf(factory.getTextProvider(first))).toMatchObject({
      code: 'PROVIDER_NOT_CONFIGURED',
      message: 'The provider "toy" is not configured on this server: TOY_API_KEY is not set.',
    });
    await factory.warm();
    expect(counts).toEqual({ loads: 0, connections: 0 });
  });

  it('is used as soon as there is one', async () => {
    const factory = createFactory({ ...createToy().descriptor, credentialVariable: 'TOY_API_KEY' }, 'a key');
    expect(factory.findMissingCredential('toy')).toBeUndefined();
    expect((await factory.getTextProvider(first)).config).toBe(first);
  });

  it('leaves the other providers working, and is listed all the same', async () => {
    await using app = await startApp();
    const { data } = await request(app, '{ providers { name configured credentialVariable } }');
    expect(data.providers).toHaveLength(Object.keys(MODEL_CONFIGS).length);
    for (const { name, configured, credentialVariable } of data.providers) {
      expect([name, configured]).toEqual([name, name === 'demo']);
      expect([name, credentialVariable]).toEqual([
        name,
        name === 'demo' ? null : `${name.toUpperCase()}_API_KEY`,
      ]);
    }
    const refused = await request(app, GENERATE, { model: 'claude' });
    expect(refused.errors).toMatchObject([
      {
        message: 'The provider "anthropic" is not configured on this server: ANTHROPIC_API_KEY is not set.',
        extensions: { code: 'PROVIDER_NOT_CONFIGURED', path: ['input', 'model'] },
      },
    ]);
    expect((await request(app, GENERATE, { model: 'demo' })).data.generate.text).not.toBe('');
  });

  it('is never one that is not registered: that is a defect and says so', () => {
    expect(() => createFactory(createToy().descriptor).isConfigured('nobody')).toThrow(
      'No provider "nobody" is registered.',
    );
  });
});
