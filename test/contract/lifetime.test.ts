import { describe, expect, test } from 'vitest';
import type { StreamEvent } from '../../src/core/stream-event.ts';
import type { TextRequest } from '../../src/core/text-request.ts';
import { never } from '../providers/text/openai/openai-harness.ts';
import { providerErrorOf } from '../support/upstream/provider-error.ts';
import {
  sendEventStream,
  sendJson,
  startUpstream,
  type UpstreamRequest,
} from '../support/upstream/upstream-server.ts';
import { toFrames } from '../support/upstream/vendor-wire.ts';
import { requestFor } from './contract-request.ts';
import { connectLine, sendTurn, startStrictVendor } from './contract-upstream.ts';
import { expectLawful, hear } from './laws.ts';
import { getCell, VENDOR_PROVIDERS, type VendorProvider } from './providers.ts';
import { splitTextTurn } from './text-turn.ts';

type Answer = (request: UpstreamRequest) => void | Promise<void>;

/** The text turn up to its first text, and no further. */
const unfinished = (line: VendorProvider): string =>
  toFrames(splitTextTurn(line).begin, line.wire, { done: false });

/** Where a stream may be when it is no longer wanted, each with a vendor that goes no further. */
const STREAM_PHASES: Readonly<Record<string, (line: VendorProvider) => Answer>> = {
  'before the headers': () => () => undefined,
  'before the first event': () => (request) => sendEventStream(request, '', { end: false }),
  'after the first text': (line) => (request) => sendEventStream(request, unfinished(line), { end: false }),
};

const WAITING_PHASES: Readonly<Record<string, Answer>> = {
  'before the headers': () => undefined,
  'inside the body': ({ response }) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.write('{"id":"x",');
  },
};

/** Failures a client might think worth another try; the vendor says that they are. */
const INVITATIONS: Readonly<Record<string, Answer>> = {
  ...Object.fromEntries(
    [408, 409, 429, 500, 502, 503, 529].map((status): [string, Answer] => [
      `HTTP ${status} that asks to be tried again`,
      (request) =>
        sendJson(
          request,
          { error: { message: 'Again, please.', type: 'server_error' } },
          { status, headers: { 'retry-after': '0', 'retry-after-ms': '1', 'x-should-retry': 'true' } },
        ),
    ]),
  ),
  'a lost connection': ({ response }) => void response.destroy(),
};

/** What is still to come of a stream. */
const restOf = async (stream: AsyncIterator<StreamEvent>): Promise<readonly StreamEvent[]> => {
  const events: StreamEvent[] = [];
  for (let item = await stream.next(); item.done !== true; item = await stream.next())
    events.push(item.value);
  return events;
};

describe.each(VENDOR_PROVIDERS)('$name', (line) => {
  const { config } = getCell(line, 'text');
  const request = requestFor('text', config);
  const connect = (origin: string) => connectLine(line, config, origin);

  describe.each(Object.entries(STREAM_PHASES))('a stream %s', (phase, answer) => {
    /** The stream when it has come that far, with nothing more to be heard. */
    const begin = async (origin: string, signal: AbortSignal) => {
      const stream = (await connect(origin)).stream(request, { signal })[Symbol.asyncIterator]();
      if (phase === 'after the first text')
        for (let item = await stream.next(); item.value?.type !== 'text-delta'; item = await stream.next())
          if (item.done === true) throw new Error('the stream ended before its first text');
      return stream;
    };

    test('that is aborted closes its socket and throws GENERATION_CANCELLED', async () => {
      await using upstream = await startUpstream(answer(line));
      const caller = new AbortController();
      const stream = await begin(upstream.origin, caller.signal);
      const pending = providerErrorOf(restOf(stream));
      const { closed } = await upstream.request(0);
      caller.abort();
      expect(await pending).toMatchObject({
        code: 'GENERATION_CANCELLED',
        provider: line.descriptor.name,
      });
      await closed;
      expect((await stream.next()).done).toBe(true);
    });

    test('that nobody reads on closes its socket', async () => {
      await using upstream = await startUpstream(answer(line));
      const stream = await begin(upstream.origin, never());
      const pending = restOf(stream);
      const { closed } = await upstream.request(0);
      await stream.return?.();
      await closed;
      // The numbers may come with the first text.
      expect((await pending).filter(({ type }) => type !== 'usage')).toEqual([]);
    });
  });

  test.each(Object.entries(WAITING_PHASES))(
    'a waiting call that is aborted %s closes its socket and throws GENERATION_CANCELLED',
    async (_, answer) => {
      await using upstream = await startUpstream(answer);
      const caller = new AbortController();
      const pending = providerErrorOf(
        (await connect(upstream.origin)).generate(request, { signal: caller.signal }),
      );
      const { closed } = await upstream.request(0);
      caller.abort();
      expect((await pending).code).toBe('GENERATION_CANCELLED');
      await closed;
    },
  );

  test('a call whose signal is aborted beforehand sends nothing', async () => {
    await using upstream = await startUpstream(() => undefined);
    const provider = await connect(upstream.origin);
    const options = { signal: AbortSignal.abort() };
    expect((await providerErrorOf(provider.generate(request, options))).code).toBe('GENERATION_CANCELLED');
    const { events, error } = await hear(provider.stream(request, options));
    expect([events, error]).toMatchObject([[], { code: 'GENERATION_CANCELLED' }]);
    expect(upstream.requests).toEqual([]);
  });

  test('a stream that is never read sends nothing', async () => {
    await using upstream = await startUpstream(() => undefined);
    (await connect(upstream.origin)).stream(request, { signal: never() });
    expect(upstream.requests).toEqual([]);
  });

  test('a consumer that breaks out of its loop closes the socket', async () => {
    await using upstream = await startUpstream((incoming) =>
      sendEventStream(incoming, unfinished(line), { end: false }),
    );
    for await (const event of (await connect(upstream.origin)).stream(request, { signal: never() }))
      if (event.type === 'text-delta') break;
    await (await upstream.request(0)).closed;
  });

  test.each(Object.entries(INVITATIONS))('%s is asked once, and is no success', async (_, answer) => {
    await using upstream = await startUpstream(answer);
    const provider = await connect(upstream.origin);
    await providerErrorOf(provider.generate(request, { signal: never() }));
    expect(upstream.requests).toHaveLength(1);
    const heard = await hear(provider.stream(request, { signal: never() }));
    expectLawful(heard);
    expect(heard.error).toBeDefined();
    expect(upstream.requests).toHaveLength(2);
  });

  test('a stream lost in the middle is asked once', async () => {
    await using upstream = await startUpstream(async (incoming) => {
      await sendEventStream(incoming, unfinished(line), { end: false });
      incoming.response.destroy();
    });
    const heard = await hear((await connect(upstream.origin)).stream(request, { signal: never() }));
    expectLawful(heard);
    expect(heard.error).toMatchObject({ code: 'STREAM_TRUNCATED' });
    expect(upstream.requests).toHaveLength(1);
  });

  test('a field nobody knows does not leave', async () => {
    await using upstream = await startStrictVendor(line, (incoming) =>
      sendTurn(line, incoming, getCell(line, 'text').turns[0]),
    );
    const smuggling = { ...request, novelty: 'smuggled', user: 'smuggled' } as TextRequest;
    await (await connect(upstream.origin)).generate(smuggling, { signal: never() });
    expect(upstream.requests[0]?.body).not.toContain('smuggled');
  });
});
