import { describe, expect, it } from 'vitest';
import { request, startApp, type TestApp } from '../../support/app/app.ts';
import { openEventStream, openRawSocket, type RawSocket } from '../../support/app/clients.ts';
import { FOLLOW_SUBSCRIPTION, GENERATE_ONCE, GENERATE_SUBSCRIPTION } from '../../support/app/events.ts';
import { createLoadingToy } from '../../support/app/loading-toy.ts';
import { createSteppedToy } from '../../support/app/stepped-toy.ts';
import { finishEvent, textDelta, toyOverrides } from '../../support/app/toy-provider.ts';
import { callOf } from './tool-results-harness.ts';

/** Longer than any test: what ends a generation here is not that its grace period is over. */
const NEVER_OVER = { disconnectGraceMs: 3_600_000 };
const READ = `query ($id: ID!) { generation(id: $id) { status text } }`;
const WAIT = `mutation ($input: GenerateInput!, $key: String) { generate(input: $input, idempotencyKey: $key) { id } }`;
const input = { model: 'toy', prompt: 'Hi' };

const subscribe = (
  raw: RawSocket,
  id: string,
  query = GENERATE_SUBSCRIPTION,
  variables: object = { input },
) => raw.send({ type: 'subscribe', id, payload: { query, variables } });

const eventOf = ({ payload }: { readonly payload?: { readonly data?: Record<string, never> } }) =>
  (payload?.data?.['generate'] ?? payload?.data?.['generationEvents']) as
    | { readonly __typename: string; readonly generationId: string; readonly text?: string }
    | undefined;

/** The generation of an operation on a socket, once the event has come to it. */
const seen = async (raw: RawSocket, operation: string, name: string): Promise<string> => {
  const message = await raw.received(
    ({ id, ...rest }) => id === operation && eventOf(rest)?.__typename === name,
  );
  return eventOf(message)?.generationId ?? '';
};

const ended = async (app: TestApp): Promise<unknown> =>
  (await app.logged(({ message }) => message === 'a generation ended')).fields['status'];

const statusOf = async (app: TestApp, id: string): Promise<unknown> =>
  (await request(app, READ, { id })).data.generation;

describe('a subscriber that completes its operation over WebSocket, and is the last one', () => {
  it('has its generation cancelled at once while it runs, and its text is kept', async () => {
    const toy = createSteppedToy();
    await using app = await startApp(NEVER_OVER, toyOverrides(toy));
    await using raw = await openRawSocket(app);
    subscribe(raw, 'one');
    await toy.give(textDelta('Hel'));
    const id = await seen(raw, 'one', 'TextDelta');
    raw.send({ type: 'complete', id: 'one' });
    await toy.aborted(0);
    expect(await ended(app)).toBe('cancelled');
    expect(await statusOf(app, id)).toEqual({ status: 'CANCELLED', text: 'Hel' });
    // The socket is as good as before.
    subscribe(raw, 'two', '{ __typename }', {});
    await raw.received(({ id: operation, type }) => operation === 'two' && type === 'complete');
  });

  it('has it cancelled at once while it is queued, and its provider is never asked', async () => {
    const toy = createLoadingToy();
    await using app = await startApp(NEVER_OVER, toyOverrides(toy));
    await using raw = await openRawSocket(app);
    subscribe(raw, 'one');
    await seen(raw, 'one', 'GenerationStarted');
    await toy.asked;
    raw.send({ type: 'complete', id: 'one' });
    expect(await ended(app)).toBe('cancelled');
    toy.finishLoading();
    await app.close();
    expect(toy.calls).toEqual([]);
  });

  it('has it cancelled at once while it waits for the results of tools', async () => {
    const toy = createSteppedToy();
    await using app = await startApp(NEVER_OVER, toyOverrides(toy, { toy: { functionCalling: true } }));
    await using raw = await openRawSocket(app);
    const tools = [{ function: { name: 'weather', parameters: { type: 'object' } } }];
    subscribe(raw, 'one', GENERATE_SUBSCRIPTION, { input: { ...input, tools } });
    await toy.give(callOf('call_1'), finishEvent({ reason: 'tool-calls', rawReason: 'tool_calls' }));
    const id = await seen(raw, 'one', 'ActionRequired');
    raw.send({ type: 'complete', id: 'one' });
    expect(await ended(app)).toBe('cancelled');
    expect(await statusOf(app, id)).toMatchObject({ status: 'CANCELLED' });
  });

  it('has it cancelled at once where it came in the message after the operation', async () => {
    const toy = createSteppedToy();
    await using app = await startApp(NEVER_OVER, toyOverrides(toy));
    await using raw = await openRawSocket(app);
    subscribe(raw, 'one');
    raw.send({ type: 'complete', id: 'one' });
    expect(await ended(app)).toBe('cancelled');
  });

  it('has it cancelled at once where it was a mutation that waits, under a key too', async () => {
    const toy = createSteppedToy();
    await using app = await startApp(NEVER_OVER, toyOverrides(toy));
    await using raw = await openRawSocket(app);
    subscribe(raw, 'one', WAIT, { input, key: 'once' });
    await toy.give(textDelta('Hel'));
    raw.send({ type: 'complete', id: 'one' });
    await toy.aborted(0);
    expect(await ended(app)).toBe('cancelled');
  });

  it('has it cancelled at once where it closes its socket right after', async () => {
    const toy = createSteppedToy();
    await using app = await startApp(NEVER_OVER, toyOverrides(toy));
    await using raw = await openRawSocket(app);
    subscribe(raw, 'one');
    await toy.give(textDelta('Hel'));
    await seen(raw, 'one', 'TextDelta');
    raw.send({ type: 'complete', id: 'one' });
    raw.socket.close(1000);
    await toy.aborted(0);
    expect(await ended(app)).toBe('cancelled');
  });

  it('leaves it running with CONTINUE', async () => {
    const toy = createSteppedToy();
    await using app = await startApp(NEVER_OVER, toyOverrides(toy));
    await using raw = await openRawSocket(app);
    subscribe(raw, 'one', GENERATE_SUBSCRIPTION, { input: { ...input, onDisconnect: 'CONTINUE' } });
    await toy.give(textDelta('Hel'));
    await seen(raw, 'one', 'TextDelta');
    raw.send({ type: 'complete', id: 'one' });
    raw.send({ type: 'ping' });
    await raw.received(({ type }) => type === 'pong');
    await toy.give(textDelta('lo'));
    await toy.finish();
    expect(await ended(app)).toBe('completed');
  });
});

describe('a subscriber that completes its operation over WebSocket, and is not the last one', () => {
  it.each(['another socket', 'the same socket', 'an event stream'])(
    'leaves it to one on %s',
    async (other) => {
      const toy = createSteppedToy();
      await using app = await startApp(NEVER_OVER, toyOverrides(toy));
      await using first = await openRawSocket(app);
      await using another = await openRawSocket(app);
      subscribe(first, 'one');
      await toy.give(textDelta('Hel'));
      const id = await seen(first, 'one', 'TextDelta');
      const second = other === 'the same socket' ? first : another;
      const stream =
        other === 'an event stream'
          ? await openEventStream(app, { query: FOLLOW_SUBSCRIPTION, variables: { id } })
          : undefined;
      if (stream === undefined) {
        subscribe(second, 'two', FOLLOW_SUBSCRIPTION, { id });
        await seen(second, 'two', 'TextDelta');
      } else await stream.received(/TextDelta/);
      first.send({ type: 'complete', id: 'one' });
      first.send({ type: 'ping' });
      await first.received(({ type }) => type === 'pong');
      await toy.give(textDelta('lo'));
      expect(await statusOf(app, id)).toEqual({ status: 'RUNNING', text: 'Hello' });
      if (stream === undefined) {
        second.send({ type: 'complete', id: 'two' });
        await toy.aborted(0);
        expect(await ended(app)).toBe('cancelled');
      } else {
        await toy.finish();
        expect(await stream.ended).toContain('GenerationCompleted');
      }
    },
  );
});

const LEAVINGS: Readonly<Record<string, (raw: RawSocket) => unknown>> = {
  'closes its socket with 1000': (raw) => raw.socket.close(1000),
  'closes its socket with 1001': (raw) => raw.socket.close(1001),
  'closes its socket with 4000': (raw) => raw.socket.close(4_000),
  'loses its socket': (raw) => raw.socket.terminate(),
  'breaks the protocol': (raw) => raw.send({ type: 'connection_init' }),
};

describe('a subscriber that may come back', () => {
  it.each(Object.entries(LEAVINGS))('finds its generation running when it %s', async (_name, leave) => {
    const toy = createSteppedToy();
    await using app = await startApp(NEVER_OVER, toyOverrides(toy));
    await using raw = await openRawSocket(app);
    subscribe(raw, 'one', GENERATE_ONCE, { input, key: 'once' });
    await toy.give(textDelta('Hel'));
    const id = await seen(raw, 'one', 'TextDelta');
    leave(raw);
    await raw.closed;
    await using again = await openRawSocket(app);
    subscribe(again, 'two', GENERATE_ONCE, { input, key: 'once' });
    expect(await seen(again, 'two', 'TextDelta')).toBe(id);
    await toy.give(textDelta('lo'));
    await toy.finish();
    await seen(again, 'two', 'GenerationCompleted');
    expect(toy.calls).toHaveLength(1);
  });

  it('finds it running when its event stream ends', async () => {
    const toy = createSteppedToy();
    await using app = await startApp(NEVER_OVER, toyOverrides(toy));
    const stream = await openEventStream(app, { query: GENERATE_SUBSCRIPTION, variables: { input } });
    await toy.give(textDelta('Hel'));
    await stream.received(/TextDelta/);
    const [, id = ''] = /"generationId":"([^"]+)"/.exec(stream.text()) ?? [];
    stream.leave();
    await toy.give(textDelta('lo'));
    expect(await statusOf(app, id)).toEqual({ status: 'RUNNING', text: 'Hello' });
    await request(app, 'mutation ($id: ID!) { cancelGeneration(id: $id) { id } }', { id });
  });
});
