import { expect, test } from 'vitest';
import { createModelgraph } from '../../client/src/index.ts';
import { toArray } from '../support/to-array.ts';
import { startApp } from '../support/app/app.ts';

const TRANSPORTS = ['websocket', 'sse', 'auto'] as const;

test.for(TRANSPORTS)(
  'a generation over %s gives its events, its snapshots and its result',
  async (transport) => {
    await using app = await startApp();
    const client = createModelgraph({ url: app.url, transport });
    const handle = client.generate({ model: 'demo-reasoning', prompt: 'Is 7 a prime number?' });
    const events = await toArray(handle.events());
    const generation = await handle.result();
    expect(events[0]?.__typename).toBe('GenerationStarted');
    expect(events.at(-1)?.__typename).toBe('GenerationCompleted');
    expect(events.map((event) => (event.__typename === 'TextDelta' ? event.text : '')).join('')).toBe(
      generation.text,
    );
    expect(handle.snapshot).toMatchObject({
      status: 'COMPLETED',
      text: generation.text,
      reasoning: generation.reasoning,
    });
    const snapshots = await toArray(handle.snapshots());
    expect(snapshots.at(-1)).toBe(handle.snapshot);
    expect(handle.status).toBe('completed');
  },
);
