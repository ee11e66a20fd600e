import { expect } from 'vitest';
import type { GenerationResult } from '../../src/core/generation.ts';
import { oracle, toComparable } from '../providers/text/gemini/oracle.ts';
import type { Raw } from '../support/upstream/replay.ts';
import type { Asked } from './ask.ts';
import { describeRecordings } from './describe-recordings.ts';

const failsWith =
  (expected: object) =>
  ([asked]: readonly Asked[]): void => {
    expect(asked?.call.error).toMatchObject({
      ...expected,
      vendorMessage: asked?.exchanges[0]?.payloads[0].error.message,
    });
  };

const expectOwnIds = ({ toolCalls }: GenerationResult): void => {
  expect(new Set(toolCalls.map(({ callId }) => callId)).size).toBe(toolCalls.length);
};

describeRecordings('gemini', {
  oracleOf: () => ({
    expected: ([exchange]) => oracle(exchange?.payloads ?? []),
    comparable: toComparable,
    also: expectOwnIds,
  }),
  toldRequests: 6,
  own: {
    'gemini/google-text.chunks.txt': {
      'usage events lead up to the usage of the end': ([asked]) => {
        const totals = asked?.call.events.flatMap((event) =>
          event.type === 'usage' ? [event.usage.totalTokens] : [],
        );
        const recorded = asked?.exchanges[0]?.payloads.map(
          (payload: Raw) => payload.usageMetadata.totalTokenCount,
        );
        expect(totals).toEqual([...new Set(recorded)]);
      },
    },
    'gemini/chat_error_handling_with_gemini_gemini-2_5-flash_raises_appropriate_auth_error.yml': {
      'the refusal of a key is typed, in the words of the vendor': failsWith({
        code: 'PROVIDER_AUTHENTICATION',
        providerStatus: 400,
        retryAfterMs: null,
      }),
    },
    'gemini/chat_real_error_scenarios_gemini_gemini-2_5-flash_handles_context_length_exceeded_errors.yml': {
      'a quota that is used up is typed, with how long to wait, in the words of the vendor': failsWith({
        code: 'PROVIDER_RATE_LIMITED',
        providerStatus: 429,
        retryAfterMs: 48_000,
      }),
    },
  },
});
