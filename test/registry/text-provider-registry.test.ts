import { describe, expect, expectTypeOf, it } from 'vitest';
import type { MODEL_CONFIGS } from '../../config/providers/index.ts';
import { buildApp } from '../../src/app.ts';
import { TEXT_PROVIDERS } from '../../src/providers/index.ts';
import { TextProviderRegistry } from '../../src/registry/text-provider-registry.ts';
import { testSettings } from '../support/app/app.ts';
import { createToy, toyModels } from '../support/app/toy-provider.ts';

describe('registering providers', () => {
  it('refuses a name that is taken, and keeps the first', () => {
    const registry = new TextProviderRegistry();
    const first = createToy().descriptor;
    registry.registerTextProvider(first);
    expect(() => registry.registerTextProvider(createToy().descriptor)).toThrow(
      'A provider "toy" is registered already.',
    );
    expect(registry.findDescriptor('toy')).toBe(first);
  });

  it('stops the start of a server that has two providers of one name', async () => {
    const log = {
      debug: () => undefined,
      info: () => undefined,
      warn: () => undefined,
      error: () => undefined,
    };
    const providers = [createToy().descriptor, createToy().descriptor];
    await expect(
      buildApp(testSettings(), log, { providers, models: toyModels({ toy: {} }), aliases: {} }),
    ).rejects.toThrow('A provider "toy" is registered already.');
  });

  it('lists them by name, whichever order they came in', () => {
    const registry = new TextProviderRegistry();
    for (const name of ['b', 'c', 'a']) registry.registerTextProvider({ ...createToy().descriptor, name });
    expect(registry.descriptors().map(({ name }) => name)).toEqual(['a', 'b', 'c']);
    expect(registry.findDescriptor('d')).toBeUndefined();
  });

  it('has each provider of this project under the name it gives itself, and one for every set of models', () => {
    for (const [name, descriptor] of Object.entries(TEXT_PROVIDERS)) expect(descriptor.name).toBe(name);
    expectTypeOf<keyof typeof TEXT_PROVIDERS>().toEqualTypeOf<keyof typeof MODEL_CONFIGS>();
  });
});
