import { describe, expect, test } from 'vitest';
import { collect } from '../../../../src/core/stream-event.ts';
import { readChatEvents } from '../../../../src/providers/text/openai-compatible/chat/read-chat-events.ts';
import { hasRecordings, openRecordings } from '../../../support/upstream/replay.ts';

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
        readChatEvents([payloads], {
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
