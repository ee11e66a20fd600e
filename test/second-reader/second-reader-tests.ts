import { expect, test } from 'vitest';
import { outcomeOf } from '../conformance/outcome.ts';
import type { RecordedCase } from '../conformance/recorded-case.ts';
import { DIFFERENCES } from './differences.ts';
import { hasSecondReader, type Reading, readTurn, toOwnReading } from './read.ts';

/** What is listed of a recording, a line each. */
export const listedFor = (file: string): readonly string[] =>
  DIFFERENCES.flatMap(({ turns }) => turns)
    .filter((different) => different.file === file)
    .flatMap(({ turn, fields }) => fields.map((field) => `turn ${turn}: ${field}`));

const differencesOf = (turn: number, own: Reading, other: Reading): readonly string[] =>
  (Object.keys(own) as (keyof Reading)[])
    .filter((field) => JSON.stringify(own[field]) !== JSON.stringify(other[field]))
    .map((field) => `turn ${turn}: ${field}`);

/** What is expected of a recording that packages of others read as well. */
export const testSecondReader = (recorded: RecordedCase): void => {
  const { recording } = recorded;
  test.skipIf(!hasSecondReader)(
    'a second reader makes of it what this server does, but for what is listed (skipped before npm ci --prefix test/second-reader)',
    async () => {
      const asked = await recorded.asked();
      recorded.replay.resetCassettes();
      const differences: string[] = [];
      for (const [turn, { answer, exchanges }] of asked.entries()) {
        const other = await readTurn(recording, recorded.replay.url(recording.file), exchanges);
        differences.push(...differencesOf(turn, toOwnReading(recording, outcomeOf(answer)), other));
      }
      expect(differences.toSorted()).toEqual(listedFor(recording.file).toSorted());
    },
  );
};
