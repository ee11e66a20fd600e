import { describe, expect, test } from 'vitest';
import { json, startVendor } from '../../../support/upstream/vendor-routes.ts';
import { NATIVE_BATCH, toRequests, twoRequests } from '../../text/openai-compatible/batch/batch-harness.ts';
import { CALLED_VENDORS, submitTwo } from './vendor-calls.ts';

const never = new AbortController().signal;

async function* toAsync<T>(value: T): AsyncGenerator<T> {
  yield value;
}

describe.each(CALLED_VENDORS)('$name', ({ name, connect, calls, submission }) => {
  test.each(calls)('is asked once where it limits the rate of $what', async (call) => {
    const { route, before, callsBefore, run } = call;
    const limited = json(
      { error: { message: 'Slow down, org-secret.', type: 'rate_limit_error', code: 'rate_limit_exceeded' } },
      { status: 429, headers: { 'retry-after': '7' } },
    );
    await using vendor = await startVendor({ ...before, [route]: limited });
    await expect(run(connect(vendor.origin), never)).rejects.toMatchObject({
      code: 'PROVIDER_RATE_LIMITED',
      message: expect.not.stringContaining('secret'),
      provider: name,
      providerStatus: 429,
      retryAfterMs: 7_000,
    });
    expect(vendor.requests).toHaveLength(callsBefore + 1);
  });

  test.each(calls)('is asked once where it fails in $what', async ({ route, before, callsBefore, run }) => {
    const failed = json({ error: { message: 'Oops.', type: 'api_error' } }, { status: 500 });
    await using vendor = await startVendor({ ...before, [route]: failed });
    await expect(run(connect(vendor.origin), never)).rejects.toMatchObject({
      code: 'PROVIDER_FAILED',
      providerStatus: 500,
    });
    expect(vendor.requests).toHaveLength(callsBefore + 1);
  });

  const makers = calls.filter(({ what }) => /^the (upload|creation)/.test(what));
  test.each(makers)('is not believed where it names nothing after $what', async (call) => {
    const { route, before, callsBefore, run } = call;
    const nameless = json({ object: 'thing', id: '', batch_id: '', name: '', file: {} });
    await using vendor = await startVendor({ ...before, [route]: nameless });
    await expect(run(connect(vendor.origin), never)).rejects.toMatchObject({
      code: 'PROVIDER_FAILED',
      provider: name,
      vendorMessage: expect.stringMatching(/has no name|got no (id|name)$/),
    });
    expect(vendor.requests).toHaveLength(callsBefore + 1);
  });

  test('is not asked to make a batch by a caller who may no longer go on', async () => {
    await using vendor = await startVendor(submission);
    const batches = connect(vendor.origin);
    const pass = { key: 'key-1', signal: never, beforeCreate: () => Promise.resolve() };
    await batches.submit(twoRequests(), pass);
    const sent = vendor.requests.length;
    const tooLate = new Error('it is somebody else’s by now');
    const stop = { ...pass, beforeCreate: () => Promise.reject(tooLate) };
    await expect(batches.submit(twoRequests(), stop)).rejects.toBe(tooLate);
    expect(vendor.requests).toHaveLength(2 * sent - 1);
  });

  test('is sent as many requests as the model takes; with one more nothing', async () => {
    await using vendor = await startVendor(submission);
    const batches = connect(vendor.origin, { ...NATIVE_BATCH, maxRequests: 2 });
    await submitTwo(batches, never);
    const sent = vendor.requests.length;
    const three = toRequests({ a: {}, b: {}, c: {} });
    await expect(batches.submit(three, { key: 'key-2', signal: never })).rejects.toMatchObject({
      code: 'INVALID_REQUEST',
      message: expect.stringContaining('at most 2 requests'),
    });
    expect(vendor.requests).toHaveLength(sent);
  });

  // Gemini's requests are written by its SDK: their size is known when they are.
  test.skipIf(name === 'gemini')(
    'is sent as many bytes as the model takes; with one more nothing',
    async () => {
      await using vendor = await startVendor(submission);
      const batches = connect(vendor.origin, { ...NATIVE_BATCH, maxFileSizeMb: 1 });
      const submitOf = async (bytes: number): Promise<unknown> => {
        const request = async (system: string) => {
          const { value } = await toRequests({ a: { system } }).next();
          if (value === undefined) throw new Error('there is no request');
          return value;
        };
        const rest = bytes - batches.sizeOf(await request('é'));
        const whole = await request(`é${'x'.repeat(rest)}`);
        expect(batches.sizeOf(whole)).toBe(bytes);
        return batches.submit(toAsync(whole), { key: 'key-1', signal: never });
      };
      await submitOf(1024 * 1024);
      const sent = vendor.requests.length;
      expect(sent).toBeGreaterThan(0);
      await expect(submitOf(1024 * 1024 + 1)).rejects.toMatchObject({
        code: 'INVALID_REQUEST',
        message: expect.stringContaining('at most 1 MB (1048576 bytes)'),
      });
      expect(vendor.requests).toHaveLength(sent);
    },
  );
});
