import { describe, expect, test } from 'vitest';
import { collect } from '../../src/core/stream-event.ts';
import { never } from '../providers/text/openai/openai-harness.ts';
import { providerErrorOf } from '../support/upstream/provider-error.ts';
import { startSilentServer } from '../support/upstream/silent-server.ts';
import { startUpstream } from '../support/upstream/upstream-server.ts';
import { requestFor } from './contract-request.ts';
import { connectLine } from './contract-upstream.ts';
import { VENDOR_PROVIDERS } from './providers.ts';

const SHORT_MS = 50;
/** Long enough for a request to arrive on a busy machine. */
const ARRIVAL_MS = 2_000;
const LONG_MS = 60_000;

// At the same time, since each of them is about waiting.
describe.concurrent.each(VENDOR_PROVIDERS)('a vendor of $name that does not answer', (line) => {
  const request = requestFor('text', line.model);

  test('is given up when the connection does not open in time, streaming and waiting', async () => {
    await using silent = await startSilentServer();
    const origin = silent.origin.replace('http:', 'https:');
    const provider = await connectLine(line, line.model, origin, { connectTimeoutMs: SHORT_MS });
    const calls = [
      collect(provider.stream(request, { signal: never() })),
      provider.generate(request, { signal: never() }),
    ];
    const errors = await Promise.all(calls.map(providerErrorOf));
    for (const error of errors)
      expect(error).toMatchObject({ code: 'PROVIDER_TIMEOUT', provider: line.descriptor.name });
    await Promise.all([silent.closed(0), silent.closed(1)]);
  });

  test('is given up when a stream has no headers in the time for the first delta, and is asked once', async () => {
    await using upstream = await startUpstream(() => undefined);
    const provider = await connectLine(line, line.model, upstream.origin, {
      firstDeltaTimeoutMs: ARRIVAL_MS,
      idleTimeoutMs: LONG_MS,
    });
    const error = await providerErrorOf(collect(provider.stream(request, { signal: never() })));
    expect(error).toMatchObject({ code: 'PROVIDER_TIMEOUT', provider: line.descriptor.name });
    await (await upstream.request(0)).closed;
    expect(upstream.requests).toHaveLength(1);
  });
});
