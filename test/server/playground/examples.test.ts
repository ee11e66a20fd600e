import { readdirSync, readFileSync } from 'node:fs';
import { parse, validate } from 'graphql';
import { expect, test } from 'vitest';
import { createSchema } from '../../../src/schema/index.ts';
import { readExamples } from '../../../src/server/playground/playground.ts';

const FOLDER = new URL('../../../src/server/playground/examples/', import.meta.url);
const files = readdirSync(FOLDER);

test('the playground opens with every example there is', async () => {
  const texts = files.map((file) => readFileSync(new URL(file, FOLDER), 'utf8'));
  expect((await readExamples()).toSorted()).toEqual(texts.toSorted());
});

test.each(files)('%s is valid, and its lines fit the editor of a window of 1,280 pixels', (file) => {
  const text = readFileSync(new URL(file, FOLDER), 'utf8');
  expect(validate(createSchema(), parse(text))).toEqual([]);
  for (const line of text.split('\n')) expect(line.length, line).toBeLessThanOrEqual(84);
});
