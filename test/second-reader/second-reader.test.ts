import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { askAll } from '../conformance/ask.ts';
import { outcomeOf } from '../conformance/outcome.ts';
import { ASKED } from '../conformance/recordings.ts';
import { hasRecordings, openRecordings, type Recordings, type Replay } from '../support/upstream/replay.ts';
import { DIFFERENCES } from './differences.ts';
import { hasSecondReader, type Reading, readTurn, toOwnReading } from './read.ts';

const listedFor = (file: string): readonly string[] =>
  DIFFERENCES.flatMap(({ turns }) => turns)
    .filter((different) => different.file === file)
    .flatMap(({ turn, fields }) => fields.map((field) => `turn ${turn}: ${field}`));

const differencesOf = (turn: number, own: Reading, other: Reading): readonly string[] =>
  (Object.keys(own) as (keyof Reading)[])
    .filter((field) => JSON.stringify(own[field]) !== JSON.stringify(other[field]))
    .map((field) => `turn ${turn}: ${field}`);

test('a difference is listed of a recording that is read, and once', () => {
  const files = new Set(ASKED.map(({ file }) => file));
  const listed = DIFFERENCES.flatMap(({ turns }) => turns).map(({ file }) => file);
  expect(listed.filter((file) => !files.has(file))).toEqual([]);
  for (const file of files) expect(listedFor(file)).toEqual([...new Set(listedFor(file))]);
});

describe.skipIf(!hasRecordings || !hasSecondReader)(
  'a second reader (skipped without the recordings, or before npm ci --prefix test/second-reader)',
  () => {
    let recordings: Recordings;
    let replay: Replay;
    beforeAll(async () => {
      recordings = await openRecordings();
      replay = await recordings.start();
    });
    afterAll(() => replay?.close());

    test.each(ASKED)(
      'makes of $file what this server makes of it, but for what is listed',
      async (recording) => {
        const asked = await askAll({ recordings, replay }, recording, 'sse');
        replay.resetCassettes();
        const differences: string[] = [];
        for (const [turn, { answer, exchanges }] of asked.entries()) {
          const other = await readTurn(recording, replay.url(recording.file), exchanges);
          differences.push(...differencesOf(turn, toOwnReading(recording, outcomeOf(answer)), other));
        }
        expect(differences.toSorted()).toEqual(listedFor(recording.file).toSorted());
      },
    );
  },
);
