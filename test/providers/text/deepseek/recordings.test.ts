import { describe, expect, test } from 'vitest';
import { collect } from '../../../../src/core/stream-event.ts';
import { connectDeepSeek } from '../../../../src/providers/text/deepseek/provider.ts';
import { readResponsesEvents } from '../../../../src/providers/text/openai-compatible/responses/read-responses-events.ts';
import { hasRecordings, openRecordings } from '../../../support/upstream/replay.ts';
import { createConfig } from '../openai/openai-harness.ts';
import { chatOracle } from '../openai-compatible/recording-oracles.ts';
import { describeRecordings } from '../openai-compatible/recordings-suite.ts';
import { CHAT_FRAMING } from '../openai-compatible/vendor-suite.ts';

describeRecordings('deepseek', {
  vendor: {
    connect: connectDeepSeek,
    config: createConfig('chat_completion', { provider: 'deepseek' }),
    framing: CHAT_FRAMING,
  },
  files: [
    'deepseek-text.chunks.txt',
    'deepseek-reasoning.chunks.txt',
    'deepseek-tool-call.chunks.txt',
    'chat_streaming_responses_deepseek_deepseek-chat_supports_streaming_responses.yml',
  ],
  oracle: chatOracle,
  errors: [
    {
      file: 'chat_error_handling_with_deepseek_deepseek-chat_raises_appropriate_auth_error.yml',
      code: 'PROVIDER_AUTHENTICATION',
      providerStatus: 401,
    },
    {
      file: 'chat_real_error_scenarios_deepseek_deepseek-chat_handles_context_length_exceeded_errors.yml',
      code: 'CONTEXT_LENGTH_EXCEEDED',
      providerStatus: 400,
    },
  ],
  faulty: 'deepseek-reasoning.chunks.txt',
});

describe.skipIf(!hasRecordings)('recordings (skipped where they are absent)', () => {
  test("DeepSeek's own Responses API, which no model here uses, is read all the same, with its raw reasoning", async () => {
    const recordings = await openRecordings();
    const [exchange] = await recordings.exchanges('deepseek/test_deepseek_responses-text_stream-.yaml');
    const payloads = exchange?.payloads ?? [];
    const deltasOf = (type: string): string =>
      payloads
        .filter((payload) => payload.type === type)
        .map((payload) => payload.delta)
        .join('');
    const events = readResponsesEvents(payloads, {
      provider: 'deepseek',
      log: { warn: () => undefined },
      usage: { outputIncludesReasoning: true },
    });
    const { text, reasoning, finishReason } = await collect(events);
    expect({ text, reasoning, finishReason }).toEqual({
      text: deltasOf('response.output_text.delta'),
      reasoning: deltasOf('response.reasoning_text.delta'),
      finishReason: 'stop',
    });
    expect(text).not.toBe('');
    expect(reasoning).not.toBe('');
  });
});
