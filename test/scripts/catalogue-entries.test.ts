import { expect, it } from 'vitest';
import { OPENAI_MODELS } from '../../config/providers/openai/models.ts';
import { printEntries } from '../../scripts/catalogue-entries.ts';
import type { PublishedModel } from '../../scripts/read-models-file.ts';

const published: PublishedModel = {
  name: "GPT-7 'Sol'",
  release_date: '2027-02-01',
  reasoning: true,
  reasoning_options: [{ type: 'effort', values: ['low', 'high'] }],
  default_effort: 'high',
  cost: { input: 2, output: 10, cache_read: 0, tiers: [{ tier: { size: 272_000 }, input: 4, output: 15 }] },
  scheduled: [{ from: '2027-03-01', cost: { input: 3, output: 12 } }],
  limit: { context: 2_000_000, output: 128_000 },
};

it('writes an entry in the words of the catalogue for what a list has beside it, and what it says otherwise', () => {
  const differences = {
    provider: 'openai',
    missing: ['gpt-7-sol'],
    changed: [
      { model: 'gpt-5', changes: [{ field: 'price input', here: '1', there: '2', harmless: false }] },
    ],
    retired: [{ model: 'o3', reason: 'deprecated' }],
  } as const;
  const models = Object.values(OPENAI_MODELS);
  const text = printEntries(differences, models, new Map([['gpt-7-sol', published]]), '2027-02-02');
  expect(text).toMatchInlineSnapshot(`
    "// For review: openai, by a list of 2027-02-02. The server does not read this file.
    // gpt-5: price input: 1 → 2
    // o3: deprecated in the list

    export const MISSING = {
      // As gpt-6-sol in all that no list says: media, tools, sampling, caches, batches, family.
      'gpt-7-sol': {
        ...MODELS['gpt-6-sol'],
        displayName: 'GPT-7 \\'Sol\\'',
        description: null,
        apiModel: 'gpt-7-sol',
        releaseDate: '2027-02-01',
        knowledgeCutoff: null,
        limits: {
          contextWindow: 2000000,
          maxInputTokens: null,
          maxOutputTokens: 128000,
          defaultMaxOutputTokens: 32768,
        },
        reasoning: {
          type: 'effort',
          values: ['low', 'high'],
          default: 'high',
        },
        pricing: price('2027-02-02', {
          input: 2,
          output: 10,
          above: {
            inputTokens: 272000,
            input: 4,
            output: 15,
          },
          schedule: [{
            from: '2027-03-01',
            input: 3,
            output: 12,
          }],
        }),
      },
    };
    "
  `);
});
