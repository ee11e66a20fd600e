import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { measureBundle } from './bundle-size.ts';

const INDEX = fileURLToPath(new URL('../../client/src/index.ts', import.meta.url));

const PACKAGES = ['eventsource-parser', 'graphql-ws'];

const measure = (names: string, external: readonly string[] = []) =>
  measureBundle(`export ${names} from ${JSON.stringify(INDEX)};`, external);

test('the core has at most 12.5 KiB of its own, compressed, and 16.75 KiB with the two packages of its transports', async () => {
  const own = await measure('{ createModelgraph }', PACKAGES);
  const whole = await measure('{ createModelgraph }');
  process.stdout.write(
    `The core of the client (gzip): ${own.gzipBytes} bytes, ${whole.gzipBytes} with ${PACKAGES.join(' and ')}.\n`,
  );
  expect(own.gzipBytes).toBeLessThanOrEqual(12.5 * 1_024);
  expect(whole.gzipBytes).toBeLessThanOrEqual(16.75 * 1_024);
  expect(whole.packages.toSorted()).toEqual(PACKAGES);
});

test('what is imported alone brings nothing else with it', async () => {
  expect((await measure('{ fold }')).gzipBytes).toBeLessThan(2_500);
  expect((await measure('{ toMessages }')).gzipBytes).toBeLessThan(1_000);
  expect((await measure('{ controls }')).gzipBytes).toBeLessThan(2_500);
  expect((await measure('{ ModelgraphError }')).gzipBytes).toBeLessThan(1_000);
});
