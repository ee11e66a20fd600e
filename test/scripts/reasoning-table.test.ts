import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { MODEL_CONFIGS } from '../../config/providers/index.ts';
import { printReasoningTable } from '../../scripts/reasoning-table.ts';

const MODELS = Object.values(MODEL_CONFIGS).flatMap((models) => Object.keys(models));

const TABLE = await printReasoningTable();

const rowOf = (model: string): readonly string[] => {
  const rows = TABLE.split('\n').filter(
    (line) => line.startsWith('| ') && line.split(' | ')[0]?.slice(2).split('<br>').includes(model),
  );
  expect(rows).toHaveLength(1);
  return (rows[0] ?? '').slice(2, -2).split(' | ').slice(1);
};

test('docs/reasoning.md is what the catalogue and the code make of it', async () => {
  const file = new URL('../../docs/reasoning.md', import.meta.url);
  expect(await readFile(file, 'utf8'), 'write it anew: npm run reasoning').toBe(TABLE);
});

test.each(MODELS)('%s has one row, with a cell for every way to ask', (model) => {
  expect(rowOf(model)).toHaveLength(11);
});

test('a level the model has is shown as its vendor takes it, one it lacks as refused with the nearest', () => {
  expect(rowOf('gpt-5')).toEqual([
    'nothing',
    '`reasoning.effort: medium`',
    '✗ → `reasoning.effort: minimal`',
    '✗ → `reasoning.effort: minimal`',
    '`reasoning.effort: minimal`',
    '`reasoning.effort: low`',
    '`reasoning.effort: medium`',
    '`reasoning.effort: high`',
    '✗ → `reasoning.effort: high`',
    '✗ → `reasoning.effort: high`',
    '✗ → `reasoning.effort: medium`',
  ]);
});
