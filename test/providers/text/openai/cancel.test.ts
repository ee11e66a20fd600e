import { describe, expect, test } from 'vitest';
import type { StreamEvent } from '../../../../src/core/stream-event.ts';
import { providerErrorOf } from '../../../support/upstream/provider-error.ts';
import {
  sendEventStream,
  startUpstream,
  type UpstreamRequest,
} from '../../../support/upstream/upstream-server.ts';
import { connect, createConfig, createRequest } from './openai-harness.ts';

const APIS = {
  chat_completion: 'data: {"choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":null}]}\n\n',
  responses_api:
    'event: response.output_text.delta\n' +
    'data: {"type":"response.output_text.delta","output_index":0,"content_index":0,"delta":"Hi"}\n\n',
} as const;

describe.each(['chat_completion', 'responses_api'] as const)('over %s', (apiType) => {
  const begin = (origin: string, signal: AbortSignal, idleTimeoutMs = 60_000): AsyncIterator<StreamEvent> => {
    const provider = connect(origin, createConfig(apiType), { idleTimeoutMs });
    return provider.stream(createRequest(), { signal })[Symbol.asyncIterator]();
  };
  const answers: Record<string, (request: UpstreamRequest) => void | Promise<void>> = {
    'before the headers': () => undefined,
    'before the first event': (request) => sendEventStream(request, '', { end: false }),
    'between two events': (request) => sendEventStream(request, APIS[apiType], { end: false }),
  };

  test.each(Object.keys(answers))('cancelling a stream %s closes the socket', async (phase) => {
    await using upstream = await startUpstream(async (request) => answers[phase]?.(request));
    const caller = new AbortController();
    const stream = begin(upstream.origin, caller.signal);
    if (phase === 'between two events') expect((await stream.next()).value).toMatchObject({ text: 'Hi' });
    const pending = providerErrorOf(stream.next());
    const request = await upstream.request(0);
    caller.abort();
    expect((await pending).code).toBe('GENERATION_CANCELLED');
    await request.closed;
  });

  test.each(Object.keys(answers))('a consumer that stops %s closes the socket', async (phase) => {
    await using upstream = await startUpstream(async (request) => answers[phase]?.(request));
    const stream = begin(upstream.origin, new AbortController().signal);
    const first = stream.next();
    const request = await upstream.request(0);
    if (phase === 'between two events') await first;
    await stream.return?.();
    expect((await stream.next()).done).toBe(true);
    await request.closed;
  });

  test.each(['before the headers', 'in the body'])(
    'cancelling a waiting call %s closes the socket',
    async (phase) => {
      await using upstream = await startUpstream(({ response }) => {
        if (phase === 'before the headers') return;
        response.writeHead(200, { 'content-type': 'application/json' });
        response.write('{"id":');
      });
      const caller = new AbortController();
      const pending = providerErrorOf(
        connect(upstream.origin, createConfig(apiType)).generate(createRequest(), { signal: caller.signal }),
      );
      const request = await upstream.request(0);
      caller.abort();
      expect((await pending).code).toBe('GENERATION_CANCELLED');
      await request.closed;
    },
  );

  test('a stream that stays silent is stalled, and its socket is closed', async () => {
    await using upstream = await startUpstream((request) =>
      sendEventStream(request, APIS[apiType], { end: false }),
    );
    const stream = begin(upstream.origin, new AbortController().signal, 1_000);
    await stream.next();
    expect((await providerErrorOf(stream.next())).code).toBe('STREAM_STALLED');
    await (await upstream.request(0)).closed;
  });
});
