import { expect, test, vi } from 'vitest';
import { buildApp } from '../../src/app.ts';
import type { ServiceLog } from '../../src/core/service-log.ts';
import { createSafeLog } from '../../src/telemetry/safe-log.ts';
import { request, testSettings } from '../support/app/app.ts';
import { endedBatch, requestsOf, submitted } from '../support/app/batch-requests.ts';
import { createToy, toyOverrides } from '../support/app/toy-provider.ts';
import { createToyBatchVendor, QUICK_TIMING } from '../support/batch-vendors/toy-batch-vendor.ts';

const fail = (): never => {
  throw new Error('the disk is full');
};

test('a line that cannot be written is reported without its fields, and never thrown', () => {
  const lines: unknown[] = [];
  const write =
    (level: string) =>
    (fields: Readonly<Record<string, unknown>>, message: string): void => {
      if ('broken' in fields) fail();
      lines.push([level, fields, message]);
    };
  const log = createSafeLog({
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
  });
  log.info({ a: 1 }, 'well');
  log.warn({ broken: true, secret: 1 }, 'not so well');
  expect(lines).toEqual([
    ['info', { a: 1 }, 'well'],
    ['error', { line: 'not so well', reason: 'the disk is full' }, 'a log line could not be written'],
  ]);
});

test('a log that takes no line at all is reported to the standard error output', () => {
  const written = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  const log = createSafeLog({ debug: fail, info: fail, warn: fail, error: fail });
  log.error({ secret: 1 }, 'lost');
  const text = written.mock.calls.map(([line]) => String(line)).join('');
  written.mockRestore();
  expect(text).toBe('a log line could not be written: {"line":"lost","reason":"the disk is full"}\n');
});

test('a server whose log always throws generates, works on batches, and stops', async () => {
  const written = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  const log: ServiceLog = { debug: fail, info: fail, warn: fail, error: fail };
  try {
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
  } finally {
    written.mockRestore();
  }
});
