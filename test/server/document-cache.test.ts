import { expect, it } from 'vitest';
import { createDocumentCache } from '../../src/server/document-cache.ts';

it('keeps what has been made of a document, by its text', () => {
  const cache = createDocumentCache<string>();
  cache.set('{ a }', 'made of a');
  expect(cache.get('{ a }')).toBe('made of a');
  expect(cache.get('{ b }')).toBeUndefined();
});

it('keeps no long document, such as one with a prompt or an image in its text', () => {
  const cache = createDocumentCache<string>();
  const long = `{ previewGeneration(input: { model: "demo", prompt: "${'x'.repeat(10_000)}" }) { accepted } }`;
  cache.set(long, 'made of it');
  expect(cache.get(long)).toBeUndefined();
});

it('forgets the oldest of many', () => {
  const cache = createDocumentCache<number>();
  for (let index = 0; index <= 1_000; index += 1) cache.set(`{ a${index} }`, index);
  expect(cache.get('{ a0 }')).toBeUndefined();
  expect([cache.get('{ a1 }'), cache.get('{ a1000 }')]).toEqual([1, 1_000]);
});
