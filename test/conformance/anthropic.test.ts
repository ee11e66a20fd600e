import type Anthropic from '@anthropic-ai/sdk';
import { expect } from 'vitest';
import { toWholeMessage } from '../providers/text/anthropic/anthropic-harness.ts';
import { toComparable, toExpected } from '../providers/text/anthropic/oracle.ts';
import type { Asked } from './ask.ts';
import { describeRecordings } from './describe-recordings.ts';

const failsWith =
  (code: string, providerStatus: number, words: string) =>
  ([asked]: readonly Asked[]): void => {
    expect(asked?.call.error).toMatchObject({
      code,
      providerStatus,
      requestId: expect.any(String),
      vendorMessage: expect.stringContaining(words),
    });
  };

describeRecordings('anthropic', {
  oracleOf: () => ({ expected: toExpected, comparable: toComparable }),
  toldRequests: 10,
  own: {
    'anthropic/test_pause_turn_web_search_streaming_vcr.yaml': {
      'a recorded pause is gone on with by sending back what was recorded': ([asked]) => {
        const bodies = (asked?.bodies ?? []).map((body) => JSON.parse(body));
        const { content } = toWholeMessage(asked?.exchanges[0]?.payloads ?? []) as {
          content: Anthropic.ContentBlock[];
        };
        expect(bodies).toHaveLength(2);
        const back = bodies[1].messages.at(-1).content as Anthropic.ContentBlock[];
        expect(back.map(({ type }) => type)).toEqual(content.map(({ type }) => type));
        expect(back.filter(({ type }) => type !== 'text')).toEqual(
          content.filter(({ type }) => type !== 'text'),
        );
      },
    },
    'anthropic/chat_error_handling_with_anthropic_claude-haiku-4-5_raises_appropriate_auth_error.yml': {
      'the refusal of a key keeps the request id and the words': failsWith(
        'PROVIDER_AUTHENTICATION',
        401,
        'invalid x-api-key',
      ),
    },
    'anthropic/chat_real_error_scenarios_anthropic_claude-haiku-4-5_handles_context_length_exceeded_errors.yml':
      {
        'the refusal of a prompt that is too long keeps the request id and the words': failsWith(
          'CONTEXT_LENGTH_EXCEEDED',
          400,
          'prompt is too long',
        ),
      },
  },
});
