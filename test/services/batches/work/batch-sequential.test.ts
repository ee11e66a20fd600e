import { expect, test } from 'vitest';
import { ProviderError } from '../../../../src/core/errors.ts';
import { startApp } from '../../../support/app/app.ts';
import {
  cancelBatch,
  endedBatch,
  followBatch,
  readItems,
  requestsOf,
  submitted,
} from '../../../support/app/batch-requests.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';
import { QUICK_TIMING } from '../../../support/batch-vendors/toy-batch-vendor.ts';
import {
  createToy,
  finishEvent,
  textDelta,
  type ToyAnswer,
  type ToyCall,
  toyOverrides,
  untilAborted,
} from '../../../support/app/toy-provider.ts';
import { flatPricing } from '../../../support/app/flat-pricing.ts';
import { usageOf } from '../../generations/run/run-harness.ts';

const promptOf = ({ request }: ToyCall): string => {
  const [message] = request.messages;
  const [part] = message?.role === 'user' ? message.parts : [];
  return part?.type === 'text' ? part.text : '';
};

const names = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `item-${index}`);

const overridesFor = (answer: ToyAnswer, model: Parameters<typeof toyOverrides>[1] = { toy: {} }) => {
  const toy = createToy(answer);
  return { toy, overrides: { ...toyOverrides(toy, model), batchTiming: QUICK_TIMING } };
};

const PRICING = flatPricing(1_000, 1_000);

test('a model without a batch API answers the requests of a batch one by one, at full price', async () => {
  const { overrides } = overridesFor(
    async function* (call) {
      yield textDelta(`Answer to ${promptOf(call)}`);
      yield finishEvent({ usage: usageOf(10, 10) });
    },
    { toy: { pricing: PRICING } },
  );
  await using app = await startApp({}, overrides);
  const id = await submitted(app, requestsOf(names(40)));
  expect(await endedBatch(app, id)).toMatchObject({
    status: 'COMPLETED',
    mode: 'SEQUENTIAL',
    providerBatchIds: [],
    submittedAt: expect.any(String),
    counts: { total: 40, succeeded: 40, pending: 0 },
    usage: { inputTokens: 400, outputTokens: 400 },
    cost: { total: expect.closeTo(0.8) },
  });
  const items = await readItems(app, id);
  expect(items.map(({ text }) => text)).toEqual(names(40).map((name) => `Answer to ${name}`));
  expect(items[0]).toMatchObject({ status: 'SUCCEEDED', finishReason: 'STOP', cost: { total: 0.02 } });
});

test('no more requests are under way at a time than the setting says, over all batches', async () => {
  let active = 0;
  let most = 0;
  const { overrides } = overridesFor(async function* () {
    active += 1;
    most = Math.max(most, active);
    await new Promise(setImmediate);
    yield textDelta('Hi');
    yield finishEvent();
    active -= 1;
  });
  await using app = await startApp({ batchConcurrency: 3 }, overrides);
  const ids = [await submitted(app, requestsOf(names(20))), await submitted(app, requestsOf(names(20)))];
  await Promise.all(ids.map((id) => endedBatch(app, id)));
  expect(most).toBe(3);
});

test('a request that fails fails alone, and tool calls are an answer', async () => {
  const { overrides } = overridesFor(
    async function* (call) {
      if (promptOf(call) === 'bad')
        throw new ProviderError('PROVIDER_REJECTED', {
          provider: 'toy',
          providerStatus: 400,
          vendorMessage: 'too bad',
        });
      if (promptOf(call) === 'tool') {
        yield {
          type: 'tool-call',
          toolCall: { callId: '1', name: 'look', arguments: {}, builtIn: false, result: null, opaque: null },
        };
        yield finishEvent({ reason: 'tool-calls' });
        return;
      }
      yield textDelta('Hi');
      yield finishEvent();
    },
    { toy: { functionCalling: true } },
  );
  await using app = await startApp({}, overrides);
  const id = await submitted(app, requestsOf(['good', 'bad', 'tool']));
  expect(await endedBatch(app, id)).toMatchObject({
    status: 'COMPLETED',
    counts: { succeeded: 2, failed: 1 },
  });
  expect(await readItems(app, id)).toMatchObject([
    { status: 'SUCCEEDED', text: 'Hi', error: null },
    {
      status: 'FAILED',
      text: null,
      error: { code: 'PROVIDER_REJECTED', message: 'The provider rejected the request: too bad' },
    },
    { status: 'SUCCEEDED', finishReason: 'TOOL_CALLS', toolCalls: [{ name: 'look' }] },
  ]);
});

test('a cancelled batch closes what is under way, and keeps what is done', async () => {
  const closed: string[] = [];
  const { toy, overrides } = overridesFor(async function* (call) {
    const prompt = promptOf(call);
    if (prompt !== 'item-0') {
      yield textDelta('Half');
      await untilAborted(call.signal).finally(() => closed.push(prompt));
    }
    yield textDelta('Whole');
    yield finishEvent();
  });
  await using app = await startApp({ batchConcurrency: 2 }, overrides);
  const id = await submitted(app, requestsOf(names(10)));
  await followBatch(app, id, ({ counts }) => counts.succeeded === 1);
  expect((await cancelBatch(app, id)).status).toMatch(/^CANCELL(ING|ED)$/);
  expect(await endedBatch(app, id)).toMatchObject({
    status: 'CANCELLED',
    counts: { succeeded: 1, cancelled: 9, pending: 0 },
  });
  expect(closed.toSorted()).toEqual(toy.calls.slice(1).map(promptOf).toSorted());
  const [first, second, ...others] = await readItems(app, id);
  expect(first).toMatchObject({ status: 'SUCCEEDED', text: 'Whole' });
  expect(second).toMatchObject({ status: 'CANCELLED', text: 'Half' });
  expect(others.at(-1)).toMatchObject({ status: 'CANCELLED', text: null });
});

test('after a restart only the requests without a result are asked', async () => {
  await using folder = temporaryFolder();
  let isStuck = true;
  const { toy, overrides } = overridesFor(async function* (call) {
    if (isStuck && promptOf(call) === 'item-3') await untilAborted(call.signal);
    yield textDelta(promptOf(call));
    yield finishEvent();
  });
  const settings = { dataDirectory: folder.path, batchConcurrency: 1 };
  const first = await startApp(settings, overrides);
  const id = await submitted(first, requestsOf(names(6)));
  await followBatch(first, id, ({ counts }) => counts.succeeded === 3);
  await first.close();
  isStuck = false;
  await using second = await startApp(settings, overrides);
  expect(await endedBatch(second, id)).toMatchObject({ status: 'COMPLETED', counts: { succeeded: 6 } });
  expect(toy.calls.map(promptOf).filter((prompt) => prompt !== 'item-3')).toEqual([
    'item-0',
    'item-1',
    'item-2',
    'item-4',
    'item-5',
  ]);
});

test('requests wait for a provider whose circuit is open, and none fails for that', async () => {
  let calls = 0;
  const { overrides } = overridesFor(async function* () {
    calls += 1;
    if (calls === 1) throw new ProviderError('PROVIDER_OVERLOADED', { provider: 'toy', providerStatus: 503 });
    yield textDelta('Hi');
    yield finishEvent();
  });
  const circuitTiming = { openMs: 500 };
  await using app = await startApp(
    { batchConcurrency: 1, circuitFailures: 1 },
    { ...overrides, circuitTiming },
  );
  const id = await submitted(app, requestsOf(names(3)));
  expect(await endedBatch(app, id)).toMatchObject({ counts: { failed: 1, succeeded: 2 } });
});

test('a batch whose submission was cancelled before anything was asked asks nothing', async () => {
  const release = Promise.withResolvers<void>();
  const { toy, overrides } = overridesFor(async function* (call) {
    await Promise.race([release.promise, untilAborted(call.signal)]);
    yield finishEvent();
  });
  await using app = await startApp({ batchConcurrency: 1 }, overrides);
  const first = await submitted(app, requestsOf(['a']));
  await followBatch(app, first, ({ status }) => status === 'RUNNING');
  const second = await submitted(app, requestsOf(['b']));
  await cancelBatch(app, second);
  expect(await endedBatch(app, second)).toMatchObject({ status: 'CANCELLED', counts: { cancelled: 1 } });
  release.resolve();
  await endedBatch(app, first);
  expect(toy.calls.map(promptOf)).toEqual(['a']);
});
