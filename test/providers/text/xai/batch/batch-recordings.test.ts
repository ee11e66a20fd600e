import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { connectXAI } from '../../../../../src/providers/text/xai/provider.ts';
import { hasRecordings, openRecordings } from '../../../../support/upstream/replay.ts';
import { sendJson, startUpstream } from '../../../../support/upstream/upstream-server.ts';
import { toArray } from '../../../../support/to-array.ts';
import { connectBatches, NATIVE_BATCH, toRequests } from '../../openai-compatible/batch/batch-harness.ts';
import { createConfig, never } from '../../openai/openai-harness.ts';

const FILE =
  'xai/batch_with_xai_grok-4-1-fast-non-reasoning_answers_staged_chats_and_appends_the_answers_to_their_conversations.yml';

describe.skipIf(!hasRecordings)('a recorded batch (skipped where the recordings are absent)', () => {
  // The batch had a month to end in.
  beforeEach(() => vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-08-10T12:00:00Z') }));
  afterEach(() => vi.useRealTimers());

  test('goes from its creation to its results', async () => {
    const replay = await (await openRecordings()).start();
    onTestFinished(() => replay.close());
    // The recorded client handed its requests over without a file: the upload alone is answered by hand.
    await using vendor = await startUpstream(async (request) => {
      if (request.path === '/files') return sendJson(request, { id: 'file_hand_made' });
      const answer = await fetch(`${replay.url(FILE)}${request.path}`, {
        method: request.method,
        ...(request.method === 'POST' && { body: request.body }),
      });
      return sendJson(request, await answer.text(), { status: answer.status });
    });
    const config = createConfig('responses_api', { provider: 'xai', batch: NATIVE_BATCH });
    const batches = connectBatches(connectXAI, config, vendor.origin);
    const options = { signal: never() };

    let batch = await batches.submit(toRequests({ 0: {}, 1: {} }), { key: 'key-1', ...options });
    expect(batch).toMatchObject({ id: 'batch_6cf19793-7856-44ab-86ec-c112af1b4054', state: 'running' });
    let polls = 0;
    for (; batch.state !== 'ended' && polls < 20; polls += 1) batch = await batches.poll(batch.id, options);
    expect(polls).toBe(3);
    expect(batch).toMatchObject({ outcome: 'completed', counts: { total: 2, succeeded: 2, failed: 0 } });

    expect(await toArray(batches.results(batch.id, options))).toMatchObject([
      {
        customId: '0',
        status: 'succeeded',
        result: {
          text: '4',
          reasoning: 'The question is: "What is 2 + 2? Just the number."\n',
          usage: {
            inputTokens: 204,
            outputTokens: 83,
            totalTokens: 287,
            reasoningTokens: 82,
            cacheReadTokens: 192,
          },
        },
      },
      {
        customId: '1',
        status: 'succeeded',
        result: { text: 'Jupiter', usage: { outputTokens: 64, totalTokens: 268, reasoningTokens: 62 } },
      },
    ]);
  });
});
