import { describe, expect, test } from 'vitest';
import { connectPerplexity } from '../../../../../src/providers/text/perplexity/provider.ts';
import { toArray } from '../../../../support/to-array.ts';
import { createConfig, createRequest, never, startStream } from '../../openai/openai-harness.ts';
import {
  connectTo,
  describeAnswers,
  describeBadArguments,
  describeCases,
  describeFailures,
  RESPONSES_FRAMING,
} from '../../openai-compatible/vendor-suite.ts';
import { PERPLEXITY_BAD_ARGUMENTS, PERPLEXITY_CASES, PERPLEXITY_FAILURES } from '../fixtures/hand-made.ts';

const VENDOR = {
  connect: connectPerplexity,
  config: createConfig('responses_api', { provider: 'perplexity' }),
  framing: RESPONSES_FRAMING,
};
const error = (type: string, code: number, message = 'Words of the vendor.'): object => ({
  error: { message, type, code },
});

describe('a turn of Perplexity with', () => describeCases(VENDOR, PERPLEXITY_CASES));
describeFailures(VENDOR, PERPLEXITY_FAILURES);
describeBadArguments(VENDOR, PERPLEXITY_BAD_ARGUMENTS);
describeAnswers(VENDOR, [
  [400, error('invalid_request', 400, 'unknown field "store"'), 'PROVIDER_REJECTED'],
  [400, error('too_many_prompt_tokens', 400), 'CONTEXT_LENGTH_EXCEEDED'],
  [401, error('invalid_api_key', 401), 'PROVIDER_AUTHENTICATION'],
  [429, error('rate_limit_exceeded', 429), 'PROVIDER_RATE_LIMITED'],
  [500, error('error', 500), 'PROVIDER_FAILED'],
  [503, error('error', 503), 'PROVIDER_OVERLOADED'],
]);

test('a search is told before the answer it is for', async () => {
  const { payloads = [] } = PERPLEXITY_CASES.find(({ name }) => name === 'a search and what it found') ?? {};
  await using upstream = await startStream(payloads, VENDOR.framing);
  const stream = connectTo(VENDOR, upstream.origin).stream(createRequest(), { signal: never() });
  expect((await toArray(stream)).map(({ type }) => type)).toEqual([
    'tool-call',
    'citation',
    'citation',
    'text-delta',
    'text-delta',
    'finish',
  ]);
});
