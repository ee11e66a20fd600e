import { describe, expect, test } from 'vitest';
import type { ModelConfig } from '../../../../src/core/model-config.ts';
import { collect } from '../../../../src/core/stream-event.ts';
import type {
  ConnectTextProvider,
  ProviderConnection,
  TextProvider,
} from '../../../../src/core/text-provider.ts';
import type { TextRequest } from '../../../../src/core/text-request.ts';
import { providerErrorOf } from '../../../support/upstream/provider-error.ts';
import { toArray } from '../../../support/to-array.ts';
import { sendEventStream, sendJson, startUpstream } from '../../../support/upstream/upstream-server.ts';
import {
  createConnection,
  createRequest,
  type Framing,
  never,
  startStream,
} from '../openai/openai-harness.ts';

/** A vendor under test, by a model whose config only matters for what the test is about. */
export interface TestedVendor {
  readonly connect: ConnectTextProvider;
  readonly config: ModelConfig;
  /** How the vendor itself puts a stream on the wire. */
  readonly framing: Framing;
}

export interface VendorCase {
  readonly name: string;
  /** The payloads of the stream. */
  readonly payloads: readonly object[];
  /** The same turn as a waiting call gets it. */
  readonly whole: object;
  readonly result: object;
}

export interface VendorFailure {
  readonly name: string;
  readonly payloads: readonly object[];
  readonly code: string;
  /** What the server's log says of it. */
  readonly words: string | null;
  /** The stream ends without its end mark; left out: as the vendor ends it. */
  readonly done?: false;
}

export const CHAT_FRAMING: Framing = { named: false, lineEnd: '\n', done: true };
export const RESPONSES_FRAMING: Framing = { named: true, lineEnd: '\n', done: false };

export const connectTo = (
  { connect, config }: Pick<TestedVendor, 'connect' | 'config'>,
  baseUrl: string,
  connection: Partial<ProviderConnection> = {},
): TextProvider => connect(createConnection(baseUrl, connection))(config);

/** Every case over a real server: streamed in four ways, and waited for. */
export const describeCases = (vendor: TestedVendor, cases: readonly VendorCase[]): void => {
  const { framing } = vendor;
  describe.each(cases)('$name', ({ payloads, whole, result }) => {
    test.each<[string, Framing, number | undefined]>([
      ['as it is', framing, undefined],
      ['byte by byte', framing, 1],
      ['with CRLF, byte by byte', { ...framing, lineEnd: '\r\n' }, 1],
      [
        'with or without [DONE] and event names, the other way round',
        { ...framing, done: !framing.done, named: !framing.named },
        undefined,
      ],
    ])('streamed %s adds up to its result', async (_, wire, split) => {
      await using upstream = await startStream(payloads, wire, split);
      const stream = connectTo(vendor, upstream.origin).stream(createRequest(), { signal: never() });
      expect(await collect(stream)).toEqual(result);
    });

    test('waited for gives the same result', async () => {
      await using upstream = await startUpstream((request) => sendJson(request, whole));
      const provider = connectTo(vendor, upstream.origin);
      expect(await provider.generate(createRequest(), { signal: never() })).toEqual(result);
    });
  });
};

export const describeFailures = (vendor: TestedVendor, failures: readonly VendorFailure[]): void => {
  test.each(failures)('a stream with $name is $code', async ({ payloads, code, words, done }) => {
    const framing = { ...vendor.framing, ...(done === false && { done }) };
    await using upstream = await startStream(payloads, framing);
    const stream = connectTo(vendor, upstream.origin).stream(createRequest(), { signal: never() });
    const error = await providerErrorOf(toArray(stream));
    expect([error.code, error.provider]).toEqual([code, vendor.config.provider]);
    if (words !== null) expect(error.vendorMessage).toContain(words);
  });
};

/** A turn with one call of `weather` whose arguments are `{"city": Genève`. */
export const describeBadArguments = (vendor: TestedVendor, payloads: readonly object[]): void => {
  test('arguments that are no JSON fail the turn, and only the log of the server has them', async () => {
    await using upstream = await startStream(payloads, vendor.framing);
    const logged: object[] = [];
    const log = { warn: (fields: object) => void logged.push(fields) };
    const stream = connectTo(vendor, upstream.origin, { log }).stream(createRequest(), { signal: never() });
    const error = await providerErrorOf(toArray(stream));
    expect(error.code).toBe('PROVIDER_FAILED');
    expect(`${error.message} ${error.vendorMessage}`).not.toContain('Genève');
    expect(logged).toEqual([
      {
        provider: vendor.config.provider,
        callId: 'call_a',
        tool: 'weather',
        arguments: '{"city": Genève',
      },
    ]);
  });
};

export interface SentBodies {
  readonly paths: readonly string[];
  readonly authorization: readonly (string | undefined)[];
  readonly waiting: Readonly<Record<string, unknown>>;
  readonly streaming: Readonly<Record<string, unknown>>;
}

/** What a request becomes on the wire, waited for and streamed. */
export const sendRequest = async (
  vendor: Pick<TestedVendor, 'connect' | 'config'>,
  part: Partial<TextRequest>,
): Promise<SentBodies> => {
  await using upstream = await startUpstream((request) =>
    request.body.includes('"stream":true')
      ? sendEventStream(request, '')
      : sendJson(request, { id: 'x', status: 'in_progress' }),
  );
  const provider = connectTo(vendor, `${upstream.origin}/v1`);
  const request = createRequest(part);
  await providerErrorOf(provider.generate(request, { signal: never() }));
  await providerErrorOf(collect(provider.stream(request, { signal: never() })));
  const [waiting = {}, streaming = {}] = upstream.requests.map(
    ({ body }) => JSON.parse(body) as Readonly<Record<string, unknown>>,
  );
  return {
    paths: upstream.requests.map(({ method, path }) => `${method} ${path}`),
    authorization: upstream.requests.map(({ headers }) => headers.authorization),
    waiting,
    streaming,
  };
};

/** An HTTP answer that is a failure, to a waiting call and to a stream. */
export const describeAnswers = (
  vendor: TestedVendor,
  answers: readonly (readonly [number, unknown, string])[],
): void => {
  test.each(answers)('HTTP %i with %j is %s', async (status, body, code) => {
    await using upstream = await startUpstream((request) =>
      sendJson(request, body, { status, headers: { 'retry-after': '7', 'x-request-id': 'req_1' } }),
    );
    const provider = connectTo(vendor, upstream.origin);
    const calls = [
      provider.generate(createRequest(), { signal: never() }),
      collect(provider.stream(createRequest(), { signal: never() })),
    ];
    for (const failure of await Promise.all(calls.map(providerErrorOf)))
      expect(failure).toMatchObject({
        code,
        provider: vendor.config.provider,
        providerStatus: status,
        retryAfterMs: 7000,
        requestId: 'req_1',
      });
    expect(upstream.requests).toHaveLength(2);
  });
};
