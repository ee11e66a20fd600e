import { expect, test } from 'vitest';
import { completeConfig } from '../../src/core/complete-config.ts';
import type { ModelConfig } from '../../src/core/model-config.ts';
import { flatPricing } from '../support/app/flat-pricing.ts';
import { madeModel } from '../support/app/generation.ts';

const without = (config: ModelConfig, ...facts: readonly (keyof ModelConfig)[]): ModelConfig =>
  JSON.parse(
    JSON.stringify(
      Object.fromEntries(Object.entries(config).filter(([name]) => !facts.some((fact) => fact === name))),
    ),
  ) as ModelConfig;

test('a config that was stored before a fact was known has it from the catalogue', () => {
  const present = { ...madeModel(), displayName: 'Renamed' };
  const stored = without({ ...madeModel(), displayName: 'As it was' }, 'jsonMode', 'media', 'promptCaches');
  expect(completeConfig(stored, present)).toMatchObject({
    displayName: 'As it was',
    jsonMode: true,
    media: present.media,
    promptCaches: present.promptCaches,
  });
});

test('of a model that has left the catalogue nothing is claimed', () => {
  const stored = without(madeModel(), 'jsonMode', 'media', 'parallelToolCallsCanBeForbidden');
  expect(completeConfig(stored, undefined)).toMatchObject({
    jsonMode: false,
    media: { image: null, audio: null, file: null },
    parallelToolCallsCanBeForbidden: false,
  });
});

test('a whole config is left as it is', () => {
  const stored = madeModel();
  expect(completeConfig(stored, { ...madeModel(), jsonMode: false, displayName: 'Other' })).toEqual(stored);
});

test('prices that were stored before fees were known stand, with the fees of the catalogue', () => {
  const stored = { ...madeModel(), pricing: flatPricing(1, 2) };
  const known = {
    cacheWriteLongPerMillion: 9,
    toolFees: [{ tool: 'web_search', pricePerCall: 0.01, perRequest: false }],
    serviceTiers: [{ tier: 'flex', percent: 50 }],
  } as const;
  const present = { ...madeModel(), pricing: { ...flatPricing(5, 6), ...known } };
  expect(completeConfig(stored, present).pricing).toEqual({ ...flatPricing(1, 2), ...known });
  expect(completeConfig(stored, undefined).pricing).toMatchObject({ toolFees: [], serviceTiers: [] });
  expect(completeConfig({ ...stored, pricing: null }, present).pricing).toBeNull();
});
