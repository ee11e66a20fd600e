import { expect, test } from 'vitest';
import { createModelgraph, toMessages } from '../../client/src/index.ts';
import { request, startApp } from '../support/app/app.ts';
import { createSteppedToy } from '../support/app/stepped-toy.ts';
import { textDelta, toyOverrides } from '../support/app/toy-provider.ts';
import { toArray } from '../support/to-array.ts';
import { startFaultyProxy } from './faulty-proxy.ts';
import { errorOf, until } from './waiting.ts';

const RECONNECT = { baseDelayMs: 1, maxDelayMs: 8 };
const TRANSPORTS = ['websocket', 'sse'] as const;
const ASKED = { model: 'toy', prompt: 'Hello' } as const;

const open = async (settings: { readonly disconnectGraceMs?: number } = {}) => {
  const toy = createSteppedToy();
  const app = await startApp({ disconnectGraceMs: 60_000, ...settings }, toyOverrides(toy));
  return { toy, app, [Symbol.asyncDispose]: () => app.close() };
};

test.for(TRANSPORTS)(
  'cancel over %s reaches the provider and ends as cancelled, with what had come',
  async (transport) => {
    await using server = await open();
    const client = createModelgraph({ url: server.app.url, transport });
    const handle = client.generate(ASKED);
    await server.toy.give(textDelta('Half '));
    await until(handle, () => handle.snapshot.text === 'Half ');
    await handle.cancel();
    await server.toy.aborted(0);
    expect(handle.status).toBe('cancelled');
    const error = await errorOf(handle.result());
    expect(error).toMatchObject({ code: 'GENERATION_CANCELLED', generationId: handle.id });
    expect(error.partial?.text).toBe('Half ');
    expect((await toArray(handle.events())).at(-1)?.__typename).toBe('GenerationCancelled');
  },
);

test('cancel in the turn of its start asks nobody', async () => {
  await using server = await open();
  const client = createModelgraph({ url: server.app.url });
  const handle = client.generate(ASKED);
  await handle.cancel();
  expect(handle.status).toBe('cancelled');
  expect(await errorOf(handle.result())).toMatchObject({ code: 'CANCELLED' });
  expect(server.toy.calls).toHaveLength(0);
});

test.for(TRANSPORTS)('cancel over %s before the id is known is sent as soon as it is', async (transport) => {
  await using server = await open();
  await using proxy = await startFaultyProxy(server.app.url);
  const client = createModelgraph({ url: proxy.url, transport, reconnect: RECONNECT });
  const connected = proxy.connected();
  const handle = client.generate(ASKED);
  await connected;
  expect(handle.id).toBeUndefined();
  await handle.cancel();
  expect(handle.status).toBe('cancelled');
  expect(handle.id).toBeDefined();
  const generation = await client.generation(handle.id ?? '');
  expect(generation?.status).toBe('CANCELLED');
  expect(server.toy.calls.length).toBeLessThanOrEqual(1);
});

test.for(TRANSPORTS)(
  'cancel over %s while the connection is away is sent once it is back',
  async (transport) => {
    await using server = await open();
    await using proxy = await startFaultyProxy(server.app.url);
    const client = createModelgraph({ url: proxy.url, transport, reconnect: RECONNECT });
    const handle = client.generate(ASKED);
    await server.toy.give(textDelta('Half '));
    await until(handle, () => handle.snapshot.text === 'Half ');
    proxy.close();
    proxy.cut();
    await until(handle, () => handle.status === 'reconnecting');
    expect(client.connection.state).toBe('server-away');
    const cancelled = handle.cancel();
    await until(handle, () => handle.status === 'reconnecting');
    proxy.reopen();
    client.connection.retryNow();
    await cancelled;
    await server.toy.aborted(0);
    expect(handle.status).toBe('cancelled');
    expect(server.toy.calls).toHaveLength(1);
    expect(client.connection.state).toBe('idle');
  },
);

test('an aborted signal cancels the generation', async () => {
  await using server = await open();
  const controller = new AbortController();
  const client = createModelgraph({ url: server.app.url });
  const handle = client.generate(ASKED, { signal: controller.signal });
  await server.toy.give(textDelta('Half '));
  await until(handle, () => handle.snapshot.text === 'Half ');
  controller.abort();
  await server.toy.aborted(0);
  await toArray(handle.events());
  expect(handle.status).toBe('cancelled');
});

test('a signal that was aborted before asks nobody', async () => {
  await using server = await open();
  const handle = createModelgraph({ url: server.app.url }).generate(ASKED, { signal: AbortSignal.abort() });
  expect(await errorOf(handle.result())).toMatchObject({ code: 'CANCELLED' });
  expect(server.toy.calls).toHaveLength(0);
});

test.for(TRANSPORTS)(
  'a detached generation over %s runs on, and is followed from its cursor and snapshot',
  async (transport) => {
    await using server = await open();
    const client = createModelgraph({ url: server.app.url, transport });
    const first = client.generate({ ...ASKED, onDisconnect: 'CANCEL' });
    await server.toy.give(textDelta('Half '));
    await until(first, () => first.snapshot.text === 'Half ');
    first.detach();
    expect(first.status).toBe('detached');
    expect(await errorOf(first.result())).toMatchObject({ code: 'DETACHED', generationId: first.id });
    expect((await toArray(first.events())).at(-1)?.__typename).toBe('TextDelta');
    const second = client.follow(first.id ?? '', { after: first.cursor ?? '', from: first.snapshot });
    expect(second.snapshot.text).toBe('Half ');
    await server.toy.give(textDelta('and half'));
    await server.toy.finish();
    expect((await second.result()).text).toBe('Half and half');
    const events = await toArray(second.events());
    expect(events.map(({ __typename }) => __typename)).toEqual(['TextDelta', 'GenerationCompleted']);
    expect(second.snapshot.parts).toEqual([{ type: 'text', text: 'Half and half', state: 'done' }]);
    expect(server.toy.calls).toHaveLength(1);
  },
);

test('following after a cursor without its snapshot begins with the state so far', async () => {
  await using server = await open();
  const client = createModelgraph({ url: server.app.url });
  const first = client.generate(ASKED);
  await server.toy.give(textDelta('Half '));
  await until(first, () => first.snapshot.text === 'Half ');
  const second = client.follow(first.id ?? '', { after: first.cursor ?? '' });
  await until(second, () => second.snapshot.text === 'Half ');
  await server.toy.give(textDelta('and half'));
  await server.toy.finish();
  const [begun, ...rest] = await toArray(second.events());
  expect(begun?.__typename).toBe('GenerationSnapshot');
  expect(rest.at(-1)?.__typename).toBe('GenerationCompleted');
  expect(second.snapshot.text).toBe('Half and half');
  expect((await first.result()).text).toBe('Half and half');
});

test('following a generation that has ended gives its end, also after its last event', async () => {
  await using server = await open();
  const client = createModelgraph({ url: server.app.url });
  const first = client.generate(ASKED);
  await server.toy.give(textDelta('All'));
  await server.toy.finish();
  await first.result();
  const id = first.id ?? '';
  expect((await client.follow(id).result()).text).toBe('All');
  expect((await client.follow(id, { after: first.cursor ?? '' }).result()).text).toBe('All');
  const known = client.follow(id, { after: first.cursor ?? '', from: first.snapshot });
  expect((await known.result()).text).toBe('All');
});

test('a generation that is unknown, or of another, cannot be followed', async () => {
  await using server = await open();
  const client = createModelgraph({ url: server.app.url });
  const handle = client.follow('nothing');
  expect(await errorOf(handle.result())).toMatchObject({ code: 'NOT_FOUND', retryable: false });
  expect(handle.status).toBe('failed');
  await expect(toArray(handle.events())).rejects.toMatchObject({ code: 'NOT_FOUND' });
});

test('a refused input is an error with every problem, before anything is asked', async () => {
  await using server = await open();
  const client = createModelgraph({ url: server.app.url });
  for (const transport of TRANSPORTS) {
    const handle = createModelgraph({ url: server.app.url, transport }).generate({
      ...ASKED,
      temperature: 9,
      topP: 9,
    });
    const error = await errorOf(handle.result());
    expect(error).toMatchObject({ code: 'UNSUPPORTED_CAPABILITY', path: 'temperature', retryable: false });
    expect(error.problems.map(({ path }) => path)).toEqual(['temperature', 'topP']);
    expect(error.partial).toBeUndefined();
  }
  const preview = await client.preview({ ...ASKED, temperature: 9 });
  expect(preview).toMatchObject({ accepted: false, problems: [{ path: ['input', 'temperature'] }] });
  expect(server.toy.calls).toHaveLength(0);
});

test('a result that is read by nothing leaves no unhandled rejection', async () => {
  await using server = await open();
  const seen: unknown[] = [];
  const note = (error: unknown): number => seen.push(error);
  process.on('unhandledRejection', note);
  const client = createModelgraph({ url: server.app.url });
  const handles = [
    client.generate({ ...ASKED, temperature: 9 }),
    client.follow('nothing'),
    client.generate(ASKED, { signal: AbortSignal.abort() }),
    createModelgraph({ url: 'no address' }).generate(ASKED),
  ];
  await Promise.all(
    handles.map((handle) => until(handle, () => ['failed', 'cancelled'].includes(handle.status))),
  );
  await request(server.app, '{ providers { name } }');
  process.off('unhandledRejection', note);
  expect(seen).toEqual([]);
});

test('what an iterator leaves goes on, and a reader that begins late gets everything', async () => {
  await using server = await open();
  const handle = createModelgraph({ url: server.app.url }).generate(ASKED);
  for await (const event of handle.events()) {
    expect(event.__typename).toBe('GenerationStarted');
    break;
  }
  await server.toy.give(textDelta('one '), textDelta('two '));
  await server.toy.finish();
  await handle.result();
  const events = await toArray(handle.events());
  expect(events[0]?.__typename).toBe('GenerationStarted');
  expect(events.at(-1)?.__typename).toBe('GenerationCompleted');
  const each = await toArray(handle.snapshots({ throttleMs: 0 }));
  expect(each).toHaveLength(events.length);
  expect(each.at(-1)).toBe(handle.snapshot);
});

test('the caller may change its input while it is being sent', async () => {
  await using server = await open();
  await using proxy = await startFaultyProxy(server.app.url, (index) =>
    index === 0 ? { afterReceived: 60 } : undefined,
  );
  const client = createModelgraph({ url: proxy.url, transport: 'sse', reconnect: RECONNECT });
  const messages = [{ user: [{ text: 'Hello' }] }];
  const handle = client.generate({ model: 'toy', messages });
  messages.push({ user: [{ text: 'Changed' }] });
  await server.toy.give(textDelta('Hi'));
  await server.toy.finish();
  const generation = await handle.result();
  expect(generation.text).toBe('Hi');
  expect(server.toy.calls).toHaveLength(1);
  expect(toMessages(generation)).toEqual([{ assistant: { text: 'Hi' } }]);
});

test('dispose detaches what is open and closes its connections', async () => {
  await using server = await open();
  const client = createModelgraph({ url: server.app.url });
  const handle = client.generate(ASKED);
  await server.toy.give(textDelta('Half '));
  await until(handle, () => handle.snapshot.text === 'Half ');
  client.dispose();
  expect(handle.status).toBe('detached');
  const { promise, resolve } = Promise.withResolvers<void>();
  const check = (): void => {
    if (client.connection.state === 'idle') resolve();
  };
  client.connection.subscribe(check);
  check();
  await promise;
});
