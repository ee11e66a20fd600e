import { describe, expect, test } from 'vitest';
import { collect } from '../../../../../src/core/stream-event.ts';
import { connectDeepSeek } from '../../../../../src/providers/text/deepseek/provider.ts';
import { providerErrorOf } from '../../../../support/upstream/provider-error.ts';
import { toArray } from '../../../../support/to-array.ts';
import { sendEventStream, sendJson, startUpstream } from '../../../../support/upstream/upstream-server.ts';
import { createConfig, createRequest, frame, never, startStream } from '../../openai/openai-harness.ts';
import {
  CHAT_FRAMING,
  connectTo,
  describeAnswers,
  describeBadArguments,
  describeCases,
  describeFailures,
} from '../../openai-compatible/vendor-suite.ts';
import { DEEPSEEK_BAD_ARGUMENTS, DEEPSEEK_CASES, DEEPSEEK_FAILURES } from '../fixtures/hand-made.ts';

const VENDOR = {
  connect: connectDeepSeek,
  config: createConfig('chat_completion', { provider: 'deepseek' }),
  framing: CHAT_FRAMING,
};
const error = (message: string, code = 'invalid_request_error', type = code): object => ({
  error: { message, type, param: null, code },
});

describe('a turn of DeepSeek with', () => describeCases(VENDOR, DEEPSEEK_CASES));
describeFailures(VENDOR, DEEPSEEK_FAILURES);
describeBadArguments(VENDOR, DEEPSEEK_BAD_ARGUMENTS);
describeAnswers(VENDOR, [
  [400, error('The `reasoning_content` in the thinking mode must be passed back.'), 'PROVIDER_REJECTED'],
  [
    400,
    error("This model's maximum context length is 1048565 tokens. However, you requested 1250025 tokens."),
    'CONTEXT_LENGTH_EXCEEDED',
  ],
  [
    401,
    error('Authentication Fails', 'invalid_request_error', 'authentication_error'),
    'PROVIDER_AUTHENTICATION',
  ],
  [402, error('Insufficient Balance'), 'PROVIDER_AUTHENTICATION'],
  [422, error('Invalid Parameters'), 'PROVIDER_REJECTED'],
  [429, error('Rate Limit Reached'), 'PROVIDER_RATE_LIMITED'],
  [500, error('Server Error'), 'PROVIDER_FAILED'],
  [503, error('Server Overloaded'), 'PROVIDER_OVERLOADED'],
]);

const [TEXT] = DEEPSEEK_CASES;
if (TEXT === undefined) throw new Error('no case');

test('comments and blank lines before and between the chunks, sent while the request waits, change nothing', async () => {
  const waiting = ': keep-alive\n\n\n: keep-alive\n\n';
  const body = TEXT.payloads.map(
    (payload) => `${waiting}${frame([payload], { ...CHAT_FRAMING, done: false })}`,
  );
  await using upstream = await startUpstream((request) =>
    sendEventStream(request, `${body.join('')}data: [DONE]\n\n`),
  );
  const stream = connectTo(VENDOR, upstream.origin).stream(createRequest(), { signal: never() });
  expect(await collect(stream)).toEqual(TEXT.result);
});

test('a waiting answer that blank lines come before is read', async () => {
  await using upstream = await startUpstream((request) =>
    sendJson(request, `\n\n\n${JSON.stringify(TEXT.whole)}`),
  );
  const provider = connectTo(VENDOR, upstream.origin);
  expect(await provider.generate(createRequest(), { signal: never() })).toEqual(TEXT.result);
});

test('what was said before resources ran out is told before the failure', async () => {
  const { payloads = [] } = DEEPSEEK_FAILURES.find(({ code }) => code === 'PROVIDER_OVERLOADED') ?? {};
  await using upstream = await startStream(payloads, CHAT_FRAMING);
  const stream = connectTo(VENDOR, upstream.origin).stream(createRequest(), { signal: never() });
  expect(await stream[Symbol.asyncIterator]().next()).toEqual({
    done: false,
    value: { type: 'text-delta', text: 'Hi' },
  });
  expect((await providerErrorOf(toArray(stream))).code).toBe('PROVIDER_OVERLOADED');
});
