import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { hasRecordings } from '../support/upstream/replay.ts';
import { readGoldens } from './goldens.ts';
import { ASKED, UNASKED } from './recordings.ts';

const files = [...ASKED, ...UNASKED].map(({ file }) => file);

test('every recording that is asked for has been looked at', () => {
  expect(Object.keys(readGoldens()).toSorted()).toEqual(ASKED.map(({ file }) => file).toSorted());
});

test('a golden holds figures and names, nothing of what was said', () => {
  for (const digests of Object.values(readGoldens()))
    for (const { text, reasoning, citations } of digests)
      for (const digest of [text, reasoning ?? text, citations]) expect(digest).toMatch(/^\d+ [0-9a-f]{16}$/);
});

describe.skipIf(!hasRecordings)('the recordings (skipped where they are absent)', () => {
  const folder = new URL('../../../shared/upstreams/', import.meta.url);

  test('are all either asked for or left out for a reason', () => {
    const [, ...rows] = readFileSync(new URL('recordings.tsv', folder), 'utf8').trim().split('\n');
    const recorded = rows.map((row) => row.split('\t')[0] ?? '');
    expect(files.toSorted()).toEqual(recorded.toSorted());
  });

  test('are where the table says', () => {
    expect(files.filter((file) => !existsSync(new URL(`recordings/${file}`, folder)))).toEqual([]);
  });
});
