import { describe, expect, test } from 'vitest';
import { collect } from '../../../../../src/core/stream-event.ts';
import { connectGroq } from '../../../../../src/providers/text/groq/provider.ts';
import { providerErrorOf } from '../../../../support/upstream/provider-error.ts';
import { sendEventStream, sendJson, startUpstream } from '../../../../support/upstream/upstream-server.ts';
import { createConfig, createRequest, never } from '../../openai/openai-harness.ts';
import {
  CHAT_FRAMING,
  connectTo,
  describeAnswers,
  describeBadArguments,
  describeCases,
  describeFailures,
} from '../../openai-compatible/vendor-suite.ts';
import { GROQ_BAD_ARGUMENTS, GROQ_CASES, GROQ_FAILURES } from '../fixtures/hand-made.ts';

const VENDOR = {
  connect: connectGroq,
  config: createConfig('chat_completion', { provider: 'groq' }),
  framing: CHAT_FRAMING,
};
const error = (code: string | null, type = 'invalid_request_error'): object => ({
  error: { message: 'Words of the vendor.', type, code },
});

describe('a turn of Groq with', () => describeCases(VENDOR, GROQ_CASES));
describeFailures(VENDOR, GROQ_FAILURES);
describeBadArguments(VENDOR, GROQ_BAD_ARGUMENTS);
describeAnswers(VENDOR, [
  [400, error('unsupported_parameter'), 'PROVIDER_REJECTED'],
  [400, error('tool_use_failed'), 'PROVIDER_FAILED'],
  [400, error('context_length_exceeded'), 'CONTEXT_LENGTH_EXCEEDED'],
  [401, error('invalid_api_key'), 'PROVIDER_AUTHENTICATION'],
  [404, error('model_not_found'), 'PROVIDER_REJECTED'],
  [400, error('blocked_api_access'), 'PROVIDER_AUTHENTICATION'],
  [413, error('rate_limit_exceeded', 'tokens'), 'PROVIDER_REJECTED'],
  [429, error('rate_limit_exceeded', 'tokens'), 'PROVIDER_RATE_LIMITED'],
  [498, error('capacity_exceeded'), 'PROVIDER_OVERLOADED'],
  [503, error(null, 'internal_server_error'), 'PROVIDER_OVERLOADED'],
]);

test('a request above the limit of a minute is refused for good, in words that do not name our account', async () => {
  const message =
    'Request too large for model `gpt-oss-120b` in organization `org_made0up` service tier `on_demand` on tokens per minute (TPM): Limit 8000, Requested 32979, please reduce your message size and try again. Need more tokens? Upgrade to Dev Tier today at https://console.groq.com/settings/billing';
  const body = { error: { message, type: 'tokens', code: 'rate_limit_exceeded' } };
  await using upstream = await startUpstream((request) => sendJson(request, body, { status: 413 }));
  const provider = connectTo(VENDOR, upstream.origin);
  const call = provider.generate(createRequest(), { signal: never() });
  expect(await providerErrorOf(call)).toMatchObject({
    code: 'PROVIDER_REJECTED',
    message:
      'The provider rejected the request: Request too large for model `gpt-oss-120b` on tokens per minute (TPM): Limit 8000, Requested 32979, please reduce your message size and try again.',
  });
});

test('an event named error ends a stream, and nothing of a failed tool call reaches the client', async () => {
  const failure = JSON.stringify({
    error: { message: 'did not match schema', code: 'tool_use_failed', failed_generation: 'Genève' },
  });
  await using upstream = await startUpstream((request) =>
    sendEventStream(request, `event: error\ndata: ${failure}\n\n`),
  );
  const stream = connectTo(VENDOR, upstream.origin).stream(createRequest(), { signal: never() });
  const { code, message, providerStatus } = await providerErrorOf(collect(stream));
  expect([code, providerStatus]).toEqual(['PROVIDER_FAILED', null]);
  expect(message).not.toMatch(/schema|Genève/);
});
