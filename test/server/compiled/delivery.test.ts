import { expect, test } from 'vitest';
import { Delivery, type DeliveryOptions } from '../../../src/server/compiled/delivery.ts';
import { createErrorMask } from '../../../src/server/mask-error.ts';

const ignore = (): void => {};
const LOG = { debug: ignore, info: ignore, warn: ignore, error: ignore };

const createOptions = (options: Partial<DeliveryOptions>): DeliveryOptions => ({
  open: async () => ({ data: { hello: 'world' } }),
  controller: new AbortController(),
  maskError: createErrorMask(LOG),
  onEnd: ignore,
  sink: { write: ignore, full: () => undefined },
  ...options,
});

test('an operation comes to its end though what counts its end throws', async () => {
  const written: unknown[] = [];
  const delivery = new Delivery(
    createOptions({
      sink: { write: (result) => void written.push(result), full: () => undefined },
      onEnd: () => {
        throw new Error('the metrics are broken');
      },
    }),
  );
  await delivery.ended;
  expect(written).toEqual([{ data: { hello: 'world' } }]);
});

test('an operation whose result cannot be written ends with an error in its place', async () => {
  const written: unknown[] = [];
  const write = (result: { readonly errors?: unknown }): void => {
    if (result.errors === undefined) throw new RangeError('too deep');
    written.push(result);
  };
  await new Delivery(createOptions({ sink: { write, full: () => undefined } })).ended;
  expect(written).toMatchObject([{ errors: [{ extensions: { code: 'INTERNAL' } }] }]);
});
