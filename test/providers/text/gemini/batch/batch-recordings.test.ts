import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasRecordings, openRecordings, type Replay } from '../../../../support/upstream/replay.ts';
import { toArray } from '../../../../support/to-array.ts';
import { NATIVE_BATCH, toRequests } from '../../openai-compatible/batch/batch-harness.ts';
import { connectBatches } from './batch-routes.ts';
import { createConfig, never } from '../gemini-harness.ts';

const FILE =
  'gemini/batch_with_gemini_gemini-2_5-flash_answers_staged_chats_and_appends_the_answers_to_their_conversations.yml';

describe.skipIf(!hasRecordings)('a recorded batch (skipped where the recordings are absent)', () => {
  let replay: Replay;
  beforeAll(async () => {
    replay = await (await openRecordings()).start();
  });
  afterAll(() => replay.close());

  test('goes from its requests to its results', async () => {
    const config = createConfig({ apiModel: 'gemini-2.5-flash', batch: NATIVE_BATCH });
    const batches = connectBatches(replay.url(FILE), config);
    const call = { signal: never() };
    const submitted = await batches.submit(toRequests({ 0: {}, 1: {} }), { key: 'key-1', ...call });
    expect(submitted).toMatchObject({
      id: 'batches/31u18uq6dr4ods3957z38i1mbfa581k01xcq',
      state: 'running',
      counts: { total: 2, succeeded: 0, failed: 0 },
      createdAt: new Date('2026-08-19T14:34:12.267Z'),
    });

    let batch = submitted;
    let polls = 0;
    for (; batch.state !== 'ended' && polls < 40; polls += 1) batch = await batches.poll(batch.id, call);
    expect(polls).toBeGreaterThan(20);
    expect(batch).toMatchObject({
      outcome: 'completed',
      error: null,
      counts: { total: 2, succeeded: 2, failed: 0, cancelled: null, expired: null },
    });

    const results = await toArray(batches.results(batch.id, call));
    expect(results).toMatchObject([
      {
        customId: '0',
        status: 'succeeded',
        result: {
          text: '4',
          finishReason: 'stop',
          usage: { inputTokens: 13, outputTokens: 44, reasoningTokens: 43, totalTokens: 57 },
        },
      },
      {
        customId: '1',
        status: 'succeeded',
        result: { text: 'Jupiter', usage: { outputTokens: 54, reasoningTokens: 53, totalTokens: 67 } },
      },
    ]);
  });
});
