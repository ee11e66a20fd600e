import { describe, expect, test } from 'vitest';
import { collect } from '../../../../src/core/stream-event.ts';
import { providerErrorOf } from '../../../support/upstream/provider-error.ts';
import { sendEventStream, sendJson, startUpstream } from '../../../support/upstream/upstream-server.ts';
import { connect, createConfig, createRequest, never } from './openai-harness.ts';

const error = (code: string | null, type: string, message = 'Words of the vendor.'): object => ({
  error: { message, type, param: null, code },
});

const ANSWERS: readonly [number, object | string, string][] = [
  [400, error('unsupported_value', 'invalid_request_error'), 'PROVIDER_REJECTED'],
  [400, error('context_length_exceeded', 'invalid_request_error'), 'CONTEXT_LENGTH_EXCEEDED'],
  [
    400,
    error(null, 'invalid_request_error', "This model's maximum context length is 131072 tokens."),
    'CONTEXT_LENGTH_EXCEEDED',
  ],
  [400, error('content_policy_violation', 'invalid_request_error'), 'CONTENT_FILTERED'],
  [
    400,
    error(
      'invalid_prompt',
      'invalid_request_error',
      'Invalid prompt: your prompt was flagged as potentially violating our usage policy.',
    ),
    'CONTENT_FILTERED',
  ],
  [400, error('invalid_request_error', 'invalid_request_error', 'Content Exists Risk'), 'CONTENT_FILTERED'],
  [400, { code: 'Client specified an invalid argument', error: 'Words of the vendor.' }, 'PROVIDER_REJECTED'],
  [401, error('invalid_api_key', 'invalid_request_error'), 'PROVIDER_AUTHENTICATION'],
  [403, error(null, 'request_forbidden'), 'PROVIDER_AUTHENTICATION'],
  [404, error('model_not_found', 'invalid_request_error'), 'PROVIDER_REJECTED'],
  [408, error(null, 'timeout'), 'PROVIDER_TIMEOUT'],
  [413, '<html>Words of the vendor.</html>', 'PROVIDER_REJECTED'],
  [422, error(null, 'invalid_request_error'), 'PROVIDER_REJECTED'],
  [429, error('rate_limit_exceeded', 'requests'), 'PROVIDER_RATE_LIMITED'],
  [
    429,
    error(
      'rate_limit_exceeded',
      'tokens',
      'Words of the vendor. Request too large for gpt-6.1-terra in organization org-made0up on tokens per min (TPM): Limit 30000, Requested 342389.',
    ),
    'PROVIDER_REJECTED',
  ],
  [429, error('insufficient_quota', 'insufficient_quota'), 'PROVIDER_AUTHENTICATION'],
  [429, error('credit_balance_exhausted', 'insufficient_quota'), 'PROVIDER_AUTHENTICATION'],
  [500, error(null, 'server_error'), 'PROVIDER_FAILED'],
  [502, '<html>Words of the vendor.</html>', 'PROVIDER_FAILED'],
  [503, error('slow_down', 'server_error'), 'PROVIDER_OVERLOADED'],
  [504, 'Words of the vendor.', 'PROVIDER_TIMEOUT'],
  [529, error(null, 'overloaded'), 'PROVIDER_OVERLOADED'],
];

describe.each(['chat_completion', 'responses_api'] as const)('over %s', (apiType) => {
  test.each(ANSWERS)(
    'HTTP %i with %j is %s, waiting and streaming, sent once',
    async (status, body, code) => {
      await using upstream = await startUpstream((request) =>
        sendJson(request, body, {
          status,
          headers: { 'retry-after': '7', 'x-request-id': 'req_1', 'x-should-retry': 'true' },
        }),
      );
      const provider = connect(upstream.origin, createConfig(apiType));
      const calls = [
        provider.generate(createRequest(), { signal: never() }),
        collect(provider.stream(createRequest(), { signal: never() })),
      ];
      for (const failure of await Promise.all(calls.map(providerErrorOf))) {
        expect(failure).toMatchObject({
          code,
          provider: 'openai',
          providerStatus: status,
          retryAfterMs: 7000,
          requestId: 'req_1',
        });
        expect(failure.vendorMessage).toMatch(
          /Words of the vendor|maximum context length|flagged|Content Exists Risk/,
        );
        expect(failure.vendorMessage).not.toMatch(/org-/);
      }
      expect(upstream.requests).toHaveLength(2);
    },
  );

  test.each([
    ['text/html', '<html>It works!</html>', 'PROVIDER_FAILED'],
    ['application/json', '{"code":"odd","error":"Not today."}', 'PROVIDER_FAILED'],
    ['application/json', JSON.stringify(error('insufficient_quota', 'x')), 'PROVIDER_AUTHENTICATION'],
    ['text/plain', '', 'PROVIDER_FAILED'],
  ])('a success of the type %s with the body %j is %s', async (type, body, code) => {
    await using upstream = await startUpstream(({ response }) => {
      response.writeHead(200, { 'content-type': type });
      response.end(body);
    });
    const provider = connect(upstream.origin, createConfig(apiType));
    const waiting = await providerErrorOf(provider.generate(createRequest(), { signal: never() }));
    const streaming = await providerErrorOf(collect(provider.stream(createRequest(), { signal: never() })));
    expect([waiting.code, streaming.code]).toEqual([code, code]);
  });

  test('a frame that is no JSON is PROVIDER_FAILED', async () => {
    await using upstream = await startUpstream((request) => sendEventStream(request, 'data: {"id":<<\n\n'));
    const stream = connect(upstream.origin, createConfig(apiType)).stream(createRequest(), {
      signal: never(),
    });
    expect((await providerErrorOf(collect(stream))).code).toBe('PROVIDER_FAILED');
  });

  test('an upstream that is not there is PROVIDER_FAILED', async () => {
    const upstream = await startUpstream(() => undefined);
    await upstream[Symbol.asyncDispose]();
    const provider = connect(upstream.origin, createConfig(apiType));
    const failure = await providerErrorOf(provider.generate(createRequest(), { signal: never() }));
    expect(failure).toMatchObject({ code: 'PROVIDER_FAILED', providerStatus: null });
  });
});
