import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import type { TextRequest } from '../../../src/core/text-request.ts';
import { startApp } from '../../support/app/app.ts';
import { openRawSocket } from '../../support/app/clients.ts';
import { FOLLOW_SUBSCRIPTION, GENERATE_SUBSCRIPTION } from '../../support/app/events.ts';
import { finish, toyModel, TOY_INPUT } from '../../support/app/toy-app.ts';
import { createToy, untilAborted } from '../../support/app/toy-provider.ts';

const subscribe = (query: string, variables: Readonly<Record<string, unknown>>, id = 'one') => ({
  type: 'subscribe',
  id,
  payload: { query, variables },
});

const countTimers = (): number =>
  process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;

const SOCKETS = 60;
const EACH = 5;

test('hundreds of silent subscriptions on many sockets keep no timers of their own', async () => {
  // oxlint-disable-next-line require-yield
  const { descriptor } = createToy(async function* ({ signal }) {
    await untilAborted(signal);
  });
  await using app = await startApp({}, { providers: [descriptor], models: [toyModel()], aliases: {} });
  await using sockets = new AsyncDisposableStack();
  const first = sockets.use(await openRawSocket(app));
  first.send(subscribe(GENERATE_SUBSCRIPTION, { input: TOY_INPUT }));
  const { payload } = await first.received(({ type }) => type === 'next');
  const { generationId } = payload.data.generate;
  const before = countTimers();
  for (let index = 0; index < SOCKETS; index += 1) {
    const socket = sockets.use(await openRawSocket(app));
    for (let id = 0; id < EACH; id += 1)
      socket.send(subscribe(FOLLOW_SUBSCRIPTION, { id: generationId }, String(id)));
    for (let id = 0; id < EACH; id += 1)
      await socket.received((message) => message.type === 'next' && message.id === String(id));
  }
  // What the server does besides may have set a few meanwhile; graphql-ws keeps the one for `connection_init` to its end.
  await expect.poll(() => countTimers() - before, { timeout: 30_000 }).toBeLessThan(SOCKETS / 2);
});

test('what an ended generation was asked with is let go of', async () => {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc') as () => void;
  const asked: WeakRef<TextRequest>[] = [];
  const { descriptor, calls } = createToy(async function* ({ request }) {
    asked.push(new WeakRef(request));
    yield { type: 'text-delta', text: 'Hi' };
    yield finish;
  });
  await using app = await startApp({}, { providers: [descriptor], models: [toyModel()], aliases: {} });
  await using raw = await openRawSocket(app);
  raw.send(subscribe(GENERATE_SUBSCRIPTION, { input: TOY_INPUT }));
  await raw.received(({ type }) => type === 'complete');
  await app.logged(({ message }) => message === 'a generation ended');
  expect(calls).toHaveLength(1);
  // The toy's own.
  (calls as unknown[]).length = 0;
  while (asked[0]?.deref() !== undefined) {
    await setImmediate();
    gc();
  }
  expect(asked).toHaveLength(1);
});
