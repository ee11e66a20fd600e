import { afterAll, beforeAll } from 'vitest';
import { openRecordings, type Recordings, type Replay } from '../support/upstream/replay.ts';

export interface OpenRecordings {
  readonly recordings: Recordings;
  readonly replay: Replay;
}

/** Opens the recordings, and a server that replays them, for the tests of the `describe` that calls it. */
export const openForTests = (): (() => OpenRecordings) => {
  let opened: OpenRecordings | undefined;
  beforeAll(async () => {
    const recordings = await openRecordings();
    opened = { recordings, replay: await recordings.start() };
  });
  afterAll(() => opened?.replay.close());
  return () => {
    if (opened === undefined) throw new Error('the recordings are not open');
    return opened;
  };
};
