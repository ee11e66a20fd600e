import { expect, test } from 'vitest';
import { completeConfig } from '../../src/core/complete-config.ts';
import type { ModelConfig } from '../../src/core/model-config.ts';
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
