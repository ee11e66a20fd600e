import { expect, test } from 'vitest';
import { ASKED } from '../conformance/recordings.ts';
import { DIFFERENCES } from './differences.ts';
import { listedFor } from './second-reader-tests.ts';

test('a difference is listed of a recording that is read, and once', () => {
  const files = new Set(ASKED.map(({ file }) => file));
  const listed = DIFFERENCES.flatMap(({ turns }) => turns).map(({ file }) => file);
  expect(listed.filter((file) => !files.has(file))).toEqual([]);
  for (const file of files) expect(listedFor(file)).toEqual([...new Set(listedFor(file))]);
});
