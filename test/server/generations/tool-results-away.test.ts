import { describe, expect, it } from 'vitest';
import { GENERATE_SUBSCRIPTION, toEvents } from '../../support/app/events.ts';
import { openEventStream, openRawSocket } from '../../support/app/clients.ts';
import {
  STREAMS,
  TRANSPORTS,
  input,
  callOf,
  calls,
  inTurns,
  startCaller,
  submit,
  read,
  endOf,
  typesOf,
} from './tool-results-harness.ts';

describe.each(TRANSPORTS)('tool results, for a stream over %s', (transport) => {
  it('are not waited for when a client that has left cannot give them', async () => {
    await using caller = await startCaller(inTurns(calls(callOf('a'))));
    const events = toEvents(
      await STREAMS[transport](
        caller.app,
        GENERATE_SUBSCRIPTION,
        { input },
        {
          until: ({ data }) => data?.generate.__typename === 'ActionRequired',
        },
      ),
    );
    const id = events[0]?.['generationId'] as string;
    expect(await endOf(caller.app, id)).toBe('cancelled');
    expect(await read(caller.app, id)).toMatchObject({ status: 'CANCELLED', toolCalls: [{ callId: 'a' }] });
    expect((await submit(caller.app, id, [{ callId: 'a', output: 1 }])).errors).toMatchObject([
      { message: 'The generation does not wait for tool results.' },
    ]);
    expect(caller.toy.calls).toHaveLength(1);
  });

  it('end the generation as cancelled when nobody gives them in time', async () => {
    await using caller = await startCaller(inTurns(calls(callOf('a'))), { timeoutMs: 1_500 });
    const events = toEvents(
      await STREAMS[transport](caller.app, GENERATE_SUBSCRIPTION, { input }, { until: () => false }),
    );
    expect(typesOf(events)).toEqual([
      'GenerationStarted',
      'ToolCallReady',
      'ActionRequired',
      'GenerationCancelled',
    ]);
    expect(events.at(-1)).toMatchObject({
      generation: { status: 'CANCELLED', toolCalls: [{ callId: 'a' }], error: null },
    });
  });
});

describe('a client that leaves while its tool results are waited for', () => {
  const subscription = { query: GENERATE_SUBSCRIPTION, variables: { input } };

  it.each(['complete', 'close', 'terminate'] as const)('over WebSocket, by %s, cancels', async (how) => {
    await using caller = await startCaller(inTurns(calls(callOf('a'))));
    await using raw = await openRawSocket(caller.app);
    raw.send({ type: 'subscribe', id: 'one', payload: subscription });
    const { payload } = await raw.received(
      (message) => message.payload?.data?.generate.__typename === 'ActionRequired',
    );
    if (how === 'complete') raw.send({ type: 'complete', id: 'one' });
    else raw.socket[how]();
    expect(await endOf(caller.app, payload.data.generate.generationId)).toBe('cancelled');
  });

  it('over SSE cancels', async () => {
    await using caller = await startCaller(inTurns(calls(callOf('a'))));
    const stream = await openEventStream(caller.app, subscription);
    await stream.received(/ActionRequired/);
    stream.leave();
    const { fields } = await caller.app.logged(({ message }) => message === 'a generation ended');
    expect(fields).toMatchObject({ status: 'cancelled' });
  });
});
