import { describe, expect, test } from 'vitest';
import { collect } from '../../../../../src/core/stream-event.ts';
import { connectXAI } from '../../../../../src/providers/text/xai/provider.ts';
import { providerErrorOf } from '../../../../support/upstream/provider-error.ts';
import { sendJson, startUpstream } from '../../../../support/upstream/upstream-server.ts';
import { createConfig, createRequest, never } from '../../openai/openai-harness.ts';
import {
  connectTo,
  describeAnswers,
  describeBadArguments,
  describeCases,
  describeFailures,
  RESPONSES_FRAMING,
} from '../../openai-compatible/vendor-suite.ts';
import { XAI_BAD_ARGUMENTS, XAI_CASES, XAI_FAILURES } from '../fixtures/hand-made.ts';

const VENDOR = {
  connect: connectXAI,
  config: createConfig('responses_api', { provider: 'xai' }),
  framing: RESPONSES_FRAMING,
};
const error = (code: string, words: string): object => ({ code, error: words });
const FILTERED =
  'Content violates usage guidelines. Team: 0a1b, API key ID: 2c3d, Model: grok-4.7, Failed check: SAFETY_CHECK_TYPE_BIO';

describe('a turn of xAI with', () => describeCases(VENDOR, XAI_CASES));
describeFailures(VENDOR, XAI_FAILURES);
describeBadArguments(VENDOR, XAI_BAD_ARGUMENTS);
describeAnswers(VENDOR, [
  [
    429,
    error(
      'resource-exhausted',
      'Your team 0a1b has either used all available credits or reached its monthly spending limit.',
    ),
    'PROVIDER_AUTHENTICATION',
  ],
  [
    400,
    error('invalid-argument', 'Incorrect API key provided. You can obtain one.'),
    'PROVIDER_AUTHENTICATION',
  ],
  [400, error('invalid-argument', 'Argument not supported on this model: stop'), 'PROVIDER_REJECTED'],
  [
    400,
    error(
      'invalid-argument',
      "This model's maximum prompt length is 131072 but the request contains 200000 tokens.",
    ),
    'CONTEXT_LENGTH_EXCEEDED',
  ],
  [401, error('unauthenticated', 'No credentials.'), 'PROVIDER_AUTHENTICATION'],
  [403, error('permission-denied', 'The team has no access.'), 'PROVIDER_AUTHENTICATION'],
  [403, error('permission-denied', FILTERED), 'CONTENT_FILTERED'],
  [404, error('not-found', 'The model does not exist.'), 'PROVIDER_REJECTED'],
  [429, error('resource-exhausted', 'Too many requests.'), 'PROVIDER_RATE_LIMITED'],
  [500, error('internal', 'Something broke.'), 'PROVIDER_FAILED'],
  [503, error('unavailable', 'Busy.'), 'PROVIDER_OVERLOADED'],
]);

test("what a filter says is told without this server's account", async () => {
  await using upstream = await startUpstream((request) =>
    sendJson(request, error('permission-denied', FILTERED), { status: 403 }),
  );
  const call = connectTo(VENDOR, upstream.origin).generate(createRequest(), { signal: never() });
  const { message, vendorMessage } = await providerErrorOf(call);
  expect(vendorMessage).toBe(
    'Content violates usage guidelines. Model: grok-4.7, Failed check: SAFETY_CHECK_TYPE_BIO',
  );
  expect(message).toMatch(/SAFETY_CHECK_TYPE_BIO/);
  expect(message).not.toMatch(/0a1b|2c3d/);
});

test.each([
  [error('invalid-argument', 'No such thing.'), 'PROVIDER_REJECTED'],
  [error('resource-exhausted', 'Too many requests.'), 'PROVIDER_RATE_LIMITED'],
  [error('internal', 'Something broke.'), 'PROVIDER_FAILED'],
])('HTTP 200 with the failure %j is %s, to a stream too', async (body, code) => {
  await using upstream = await startUpstream((request) => sendJson(request, body));
  const provider = connectTo(VENDOR, upstream.origin);
  const calls = [
    provider.generate(createRequest(), { signal: never() }),
    collect(provider.stream(createRequest(), { signal: never() })),
  ];
  for (const failure of await Promise.all(calls.map(providerErrorOf)))
    expect(failure).toMatchObject({ code, providerStatus: 200 });
});
