import { writeSync } from 'node:fs';
import { GenerationStore } from '../../../src/stores/generations/generation-store.ts';
import { openSqliteDb } from '../../../src/stores/db/sqlite-db.ts';
import { madeGeneration } from '../../support/app/generation.ts';

// A process of its own, for tests that kill it: writes to the directory it is given until then, and says each time what
// has been stored.
const [directory = ''] = process.argv.slice(2);
const store = new GenerationStore(await openSqliteDb(directory), {
  nodeId: `node-${process.pid}`,
  eventRetentionMs: 900_000,
  retentionMs: 86_400_000,
});
const running = madeGeneration({ id: 'running', status: 'running', lastSequence: 0, completedAt: null });
await store.write({ created: [running], blocks: [], changed: [], finished: [] });
for (let sequence = 1; ; sequence += 1) {
  const done = madeGeneration({ id: `done-${sequence}`, text: 'x'.repeat(sequence), lastSequence: 0 });
  await store.write({
    created: [done],
    blocks: [
      {
        generationId: 'running',
        firstSequence: sequence,
        events: [{ type: 'TextDelta', generationId: 'running', sequence, offset: sequence - 1, text: 'x' }],
      },
    ],
    changed: [],
    finished: [done],
  });
  writeSync(1, `${sequence}\n`);
}
