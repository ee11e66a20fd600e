import { expect, test } from 'vitest';
import {
  GenerationStore,
  type GenerationWrites,
} from '../../../../src/stores/generations/generation-store.ts';
import { createSteppedToy } from '../../../support/app/stepped-toy.ts';
import { textDelta } from '../../../support/app/toy-provider.ts';
import { callerOf, inputOf, openGenerations, SOMEBODY, STORE_OPTIONS } from '../generations-harness.ts';

const HOUR_MS = 3_600_000;
const TIMING = { flushMs: 5, fewEventsFlushMs: HOUR_MS, leaseMs: HOUR_MS, pollMs: 10, answerMs: 5_000 };

/** A store that keeps what it is given to write. */
const recording = () => {
  const written: GenerationWrites[] = [];
  class RecordingStore extends GenerationStore {
    override write(writes: GenerationWrites) {
      written.push(writes);
      return super.write(writes);
    }
  }
  const textsOf = (id: string): readonly string[] =>
    written
      .flatMap(({ blocks }) => blocks)
      .filter(({ generationId }) => generationId === id)
      .flatMap(({ events }) => events.flatMap((event) => (event.type === 'TextDelta' ? event.text : [])));
  return {
    createStore: (db: ConstructorParameters<typeof GenerationStore>[0]) =>
      new RecordingStore(db, STORE_OPTIONS),
    textsOf,
    /** Whether it is stored as one that runs. */
    runs: (id: string) =>
      written
        .flatMap(({ created, changed }) => [...created, ...changed])
        .some((each) => each.id === id && each.status === 'running'),
  };
};

const WAIT = { timeout: 60_000, interval: 1 };

test('few events of a generation wait while another one begins, many are stored soon, and all at the end', async () => {
  const toy = createSteppedToy();
  const { createStore, textsOf, runs } = recording();
  await using node = await openGenerations(toy, { createStore, timing: TIMING });
  const begin = async (): Promise<string> => {
    const { id } = await node.service.start(
      inputOf({ onDisconnect: 'continue' }),
      callerOf(),
      AbortSignal.timeout(60_000),
    );
    await expect.poll(() => runs(id), WAIT).toBe(true);
    return id;
  };
  const letters = 'a b c d e f g h'.split(' ');
  const first = await begin();
  await toy.give(...letters.slice(0, 3).map(textDelta));
  const second = await begin();
  await toy.give(...letters.map(textDelta));
  await expect.poll(() => textsOf(second), WAIT).toEqual(letters);
  expect(textsOf(first)).toEqual([]);
  await node.stop(0);
  expect((await node.there.find(first))?.generation).toMatchObject({ principalId: SOMEBODY.id, text: 'abc' });
});
