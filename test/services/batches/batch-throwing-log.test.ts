import { expect, test, vi } from 'vitest';
import { buildApp } from '../../../src/app.ts';
import type { ServiceLog } from '../../../src/core/service-log.ts';
import { request, testSettings } from '../../support/app/app.ts';
import { endedBatch, requestsOf, submitted } from '../../support/app/batch-requests.ts';
import { createToy, toyOverrides } from '../../support/app/toy-provider.ts';
import { createToyBatchVendor, QUICK_TIMING } from '../../support/batch-vendors/toy-batch-vendor.ts';

const fail = (): never => {
  throw new Error('the disk is full');
};

test('a server whose log always throws generates, works on batches, and stops', async () => {
  const written = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  const log: ServiceLog = { debug: fail, info: fail, warn: fail, error: fail };
  const vendor = createToyBatchVendor({
    before: (call) => {
      // It is logged that the vendor failed, and that results are of no request.
      if (call === 'results' && vendor.calls.filter((made) => made === 'results').length === 1)
        throw new Error('the vendor failed');
    },
  });
  const native = await buildApp(testSettings(), log, vendor.overrides);
  const nativeUrl = await native.listen();
  const id = await submitted({ url: nativeUrl }, requestsOf(['a', 'b']));
  expect(await endedBatch({ url: nativeUrl }, id)).toMatchObject({
    status: 'COMPLETED',
    counts: { succeeded: 2 },
  });
  await native.close();

  const overrides = { ...toyOverrides(createToy()), batchTiming: QUICK_TIMING };
  const single = await buildApp(testSettings(), log, overrides);
  const url = await single.listen();
  const query = 'mutation { generate(input: { model: "toy", prompt: "Hi" }) { text } }';
  expect(await request({ url }, query)).toMatchObject({ data: { generate: { text: 'Hello' } } });
  const sequential = await submitted({ url }, requestsOf(['a']));
  expect(await endedBatch({ url }, sequential)).toMatchObject({ status: 'COMPLETED' });
  await single.close();
  expect(written).toHaveBeenCalled();
  written.mockRestore();
});
