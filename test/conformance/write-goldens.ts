// Writes goldens.json anew: `node test/conformance/write-goldens.ts`. What changes is then to be compared with the
// recordings by hand: the file says what somebody has looked at, not what the code happens to give.
import { hasRecordings, openRecordings } from '../support/upstream/replay.ts';
import { askAll } from './ask.ts';
import { type Digest, toDigest } from './digest.ts';
import { writeGoldens } from './goldens.ts';
import { ASKED } from './recordings.ts';

if (import.meta.main) {
  if (!hasRecordings) throw new Error('The recordings are absent.');
  const recordings = await openRecordings();
  const replay = await recordings.start();
  const goldens: Record<string, readonly Digest[]> = {};
  for (const recording of ASKED) {
    const asked = await askAll({ recordings, replay }, recording, 'websocket');
    goldens[recording.file] = asked.map(({ answer }) => toDigest(answer));
  }
  writeGoldens(goldens);
  await replay.close();
}
