import { describe, expect, test } from 'vitest';
import { collect } from '../../../../src/core/stream-event.ts';
import { readChatEvents } from '../../../../src/providers/text/openai-compatible/chat/read-chat-events.ts';
import { connectXAI } from '../../../../src/providers/text/xai/provider.ts';
import { hasRecordings, openRecordings } from '../../../support/upstream/replay.ts';
import { createConfig } from '../openai/openai-harness.ts';
import { responsesOracle } from '../openai-compatible/recording-oracles.ts';
import { describeRecordings } from '../openai-compatible/recordings-suite.ts';
import { RESPONSES_FRAMING } from '../openai-compatible/vendor-suite.ts';

// The folder's one other recording, of a batch, is of an API of its own that neither generates nor streams.
describeRecordings('xai', {
  vendor: {
    connect: connectXAI,
    config: createConfig('responses_api', { provider: 'xai' }),
    framing: RESPONSES_FRAMING,
  },
  files: [
    'xai-web-search-tool.1.chunks.txt',
    'xai-text-with-reasoning-streaming.1.chunks.txt',
    'chat_streaming_responses_xai_grok-4-1-fast-non-reasoning_supports_streaming_responses.yml',
    'chat_web_search_with_xai_grok-4_3_searches_cites_and_counts_the_sources_it_used.yml',
  ],
  oracle: responsesOracle,
  errors: [
    {
      file: 'chat_error_handling_with_xai_grok-4-1-fast-non-reasoning_raises_appropriate_auth_error.yml',
      code: 'PROVIDER_AUTHENTICATION',
      providerStatus: 400,
    },
  ],
  faulty: 'xai-text-with-reasoning-streaming.1.chunks.txt',
});

describe.skipIf(!hasRecordings)('recordings (skipped where they are absent)', () => {
  // No model here is reached by this API. Its streams are the only ones whose output leaves the reasoning out.
  test.each(['xai-text.chunks.txt', 'xai-tool-call.chunks.txt'])(
    '%s, of the older chat API, has its reasoning tokens counted into the output, once',
    async (file) => {
      const recordings = await openRecordings();
      const [exchange] = await recordings.exchanges(`xai/${file}`);
      const payloads = exchange?.payloads ?? [];
      const { usage: reported } = payloads.at(-1);
      const { usage } = await collect(
        readChatEvents(payloads, {
          provider: 'xai',
          log: { warn: () => undefined },
          usage: { outputIncludesReasoning: false },
        }),
      );
      const reasoning = reported.completion_tokens_details.reasoning_tokens;
      expect(usage).toMatchObject({
        inputTokens: reported.prompt_tokens,
        outputTokens: reported.completion_tokens + reasoning,
        totalTokens: reported.total_tokens,
        reasoningTokens: reasoning,
      });
      expect((usage?.inputTokens ?? 0) + (usage?.outputTokens ?? 0)).toBe(reported.total_tokens);
    },
  );
});
