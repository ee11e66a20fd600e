import { expect, test } from 'vitest';
import { createModelgraph, type GenerationEvent } from '../../client/src/index.ts';
import { startApp } from '../support/app/app.ts';
import { createRandom } from '../support/create-random.ts';
import { toArray } from '../support/to-array.ts';
import { type Fault, startFaultyProxy } from './faulty-proxy.ts';
import { createWritingToy } from './writing-toy.ts';

const RECONNECT = { baseDelayMs: 1, maxDelayMs: 8 };
const TRANSPORTS = ['websocket', 'sse', 'auto'] as const;
/** Connections after which the network is well, so that every test ends. */
const MAX_FAULTS = 60;

const textOf = (events: readonly GenerationEvent[]): string =>
  events.map((event) => (event.__typename === 'TextDelta' ? event.text : '')).join('');

const expectOnce = (events: readonly GenerationEvent[]): void => {
  const sequences = events.map(({ sequence }) => sequence);
  expect(sequences).toEqual([...new Set(sequences)].toSorted((a, b) => a - b));
  expect(events.filter(({ __typename }) => __typename === 'GenerationStarted')).toHaveLength(1);
  let length = 0;
  for (const event of events) {
    if (event.__typename !== 'TextDelta') continue;
    expect(event.offset).toBe(length);
    length += event.text.length;
  }
};

const randomFault = (random: () => number): Fault => {
  const pieceBytes = random() < 0.3 ? 1 + Math.floor(random() * 40) : 65_536;
  const kind = random();
  if (kind < 0.15) return { afterSent: Math.floor(random() * 1_500), pieceBytes };
  // The answer to the upgrade, or the head of the stream, has a few hundred bytes.
  if (kind < 0.35) return { afterReceived: Math.floor(random() * 400), pieceBytes };
  return { afterReceived: Math.floor(random() * 9_000), pieceBytes };
};

const CASES = TRANSPORTS.flatMap((transport) => [1, 2, 3, 4, 5].map((seed) => ({ transport, seed })));

test.for(CASES)(
  'connections over $transport that break at random bytes lose and double nothing, and ask once (seed $seed)',
  async ({ transport, seed }) => {
    const toy = createWritingToy(400);
    await using app = await startApp({ coalesceMs: 0 }, toy.overrides);
    const random = createRandom(seed);
    await using proxy = await startFaultyProxy(app.url, (index) =>
      index < MAX_FAULTS ? randomFault(random) : undefined,
    );
    const client = createModelgraph({ url: proxy.url, transport, reconnect: RECONNECT });
    const handle = client.generate({ model: 'toy', prompt: 'Hello' });
    const events = await toArray(handle.events());
    const generation = await handle.result();
    expectOnce(events);
    expect(textOf(events)).toBe(toy.text);
    expect(generation.text).toBe(toy.text);
    expect(handle.snapshot.text).toBe(toy.text);
    expect(handle.snapshot.reasoning).toBe(generation.reasoning);
    expect(toy.calls).toHaveLength(1);
    expect(proxy.connections()).toBeGreaterThan(1);
    client.dispose();
  },
);
