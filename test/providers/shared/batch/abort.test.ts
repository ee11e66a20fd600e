import { describe, expect, test } from 'vitest';
import { halfLine, type Route, silent, startVendor } from '../../../support/upstream/vendor-routes.ts';
import { startUnreadUpload } from './unread-upload.ts';
import { NATIVE_BATCH, toRequests } from '../../text/openai-compatible/batch/batch-harness.ts';
import { CALLED_VENDORS, submitTwo } from './vendor-calls.ts';

/** The client is in this process: what was written has come to it after a few turns. */
const comeThrough = async (): Promise<void> => {
  for (let turns = 0; turns < 20; turns += 1) await new Promise(setImmediate);
};

const LARGE_BATCH = { ...NATIVE_BATCH, maxFileSizeMb: 64 };

describe.each(CALLED_VENDORS)('aborting at $name', ({ name, connect, calls, submission }) => {
  const phases = calls.flatMap((call) => [
    [`${call.what}, before it is answered`, call, silent] as const,
    ...(call.ignoresBody ? [] : [[`${call.what}, while it is answered`, call, halfLine] as const]),
  ]);

  test.each<readonly [string, (typeof calls)[number], Route]>(phases)(
    '%s, closes the socket',
    async (_phase, { route, before, callsBefore, run }, answer) => {
      await using vendor = await startVendor({ ...before, [route]: answer });
      const controller = new AbortController();
      const running = run(connect(vendor.origin), controller.signal);
      running.catch(() => undefined);
      const last = await vendor.request(callsBefore);
      if (answer === halfLine) await comeThrough();
      controller.abort(new Error('enough'));
      await expect(running).rejects.toMatchObject({ code: 'GENERATION_CANCELLED', provider: name });
      await last.closed;
      expect(last.response.writableFinished).toBe(false);
      expect(vendor.requests).toHaveLength(callsBefore + 1);
    },
  );

  test('a body that is being sent closes the socket', async () => {
    const path = { anthropic: '/v1/messages/batches', gemini: '/uploading', groq: '/openai/v1/files' }[name];
    await using vendor = await startUnreadUpload(path ?? '/v1/files', (origin) => ({
      'x-goog-upload-url': `${origin}/uploading`,
    }));
    const controller = new AbortController();
    const large = toRequests({ a: { system: 'x'.repeat(20_000_000) } });
    const batches = connect(vendor.origin, LARGE_BATCH);
    const running = batches.submit(large, { key: 'key-1', signal: controller.signal });
    running.catch(() => undefined);
    await vendor.upload;
    controller.abort();
    await expect(running).rejects.toMatchObject({ code: 'GENERATION_CANCELLED' });
    expect(await vendor.end()).toBe(false);
  });

  test('while the requests are being read sends nothing', async () => {
    await using vendor = await startVendor(submission);
    const controller = new AbortController();
    const reading = Promise.withResolvers<void>();
    const hanging = async function* (): ReturnType<typeof toRequests> {
      yield* toRequests({ a: {} });
      reading.resolve();
      await new Promise(() => undefined);
    };
    const batches = connect(vendor.origin);
    const running = batches.submit(hanging(), { key: 'key-1', signal: controller.signal });
    await reading.promise;
    controller.abort();
    await expect(running).rejects.toMatchObject({ code: 'GENERATION_CANCELLED' });
    expect(vendor.requests).toEqual([]);
  });

  test('beforehand sends nothing', async () => {
    await using vendor = await startVendor(submission);
    const batches = connect(vendor.origin);
    for (const run of [submitTwo, ...calls.map((call) => call.run)])
      await expect(run(batches, AbortSignal.abort())).rejects.toMatchObject({ code: 'GENERATION_CANCELLED' });
    expect(vendor.requests).toEqual([]);
  });
});
