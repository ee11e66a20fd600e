import { describe, expect, test } from 'vitest';
import { testSecondReader } from '../second-reader/second-reader-tests.ts';
import { hasRecordings } from '../support/upstream/replay.ts';
import { testOtherWays } from './asking-tests.ts';
import { readGoldens } from './goldens.ts';
import { openForTests } from './open-recordings.ts';
import { testReading } from './reading-tests.ts';
import { type Oracle, type OwnTests, RecordedCase } from './recorded-case.ts';
import { ASKED, type AskedRecording } from './recordings.ts';
import { testRequests } from './request-tests.ts';

export interface DescribedRecordings {
  readonly oracleOf: (recording: AskedRecording) => Oracle;
  readonly own?: OwnTests;
  /** How many of the recorded requests can be told in the words of this server, at least. */
  readonly toldRequests: number;
}

const describeOne = (recorded: RecordedCase, own: OwnTests, compared: () => void): void => {
  testReading(recorded);
  testOtherWays(recorded);
  testRequests(recorded, compared);
  testSecondReader(recorded);
  test.each(Object.entries(own[recorded.recording.file] ?? {}))('%s', async (_, holds) => {
    await holds(await recorded.asked());
  });
};

/** Every recording of a provider: asked for through the API once, and all that is expected of it held against that. */
export const describeRecordings = (
  provider: string,
  { oracleOf, own = {}, toldRequests }: DescribedRecordings,
): void => {
  describe.skipIf(!hasRecordings)(`recordings of ${provider} (skipped where they are absent)`, () => {
    const goldens = readGoldens();
    const open = openForTests();
    let compared = 0;

    const files = ASKED.filter((recording) => recording.provider === provider);
    describe.each(files)('$file', (recording) => {
      const digests = goldens[recording.file] ?? [];
      describeOne(
        new RecordedCase(recording, oracleOf(recording), digests, open),
        own,
        () => (compared += 1),
      );
    });

    test('so many of the requests could be told in the words of this server', () => {
      expect(compared).toBeGreaterThanOrEqual(toldRequests);
    });

    test('every expectation of one recording is of a recording that is read', () => {
      const names = files.map(({ file }) => file);
      expect(Object.keys(own).filter((file) => !names.includes(file))).toEqual([]);
    });
  });
};
