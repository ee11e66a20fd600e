import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connectOpenAI } from '../../../../../src/providers/text/openai/provider.ts';
import { hasRecordings, openRecordings, type Replay } from '../../../../support/upstream/replay.ts';
import { toArray } from '../../../../support/to-array.ts';
import { connectBatches, NATIVE_BATCH, toRequests } from '../../openai-compatible/batch/batch-harness.ts';
import { createConfig, never } from '../openai-harness.ts';

const FILE =
  'openai/batch_with_openai_gpt-5-nano_answers_staged_chats_and_appends_the_answers_to_their_conversations.yml';

describe.skipIf(!hasRecordings)('a recorded batch (skipped where the recordings are absent)', () => {
  let replay: Replay;
  beforeAll(async () => {
    replay = await (await openRecordings()).start();
  });
  afterAll(() => replay.close());

  test('goes from its requests to its results', async () => {
    const config = createConfig('responses_api', { apiModel: 'gpt-5-nano', batch: NATIVE_BATCH });
    const batches = connectBatches(connectOpenAI, config, replay.url(FILE));
    const options = { signal: never() };
    const submitted = await batches.submit(toRequests({ 0: {}, 1: {} }), { key: 'key-1', ...options });
    expect(submitted).toMatchObject({
      id: 'batch_6a85c08a63188190982c56b42faa4ff5',
      state: 'running',
      counts: null,
    });
    expect(submitted.createdAt).toEqual(new Date('2026-08-19T14:41:14Z'));

    let batch = submitted;
    let polls = 0;
    for (; batch.state !== 'ended' && polls < 20; polls += 1) batch = await batches.poll(batch.id, options);
    expect(polls).toBe(10);
    expect(batch).toMatchObject({
      outcome: 'completed',
      error: null,
      counts: { total: 2, succeeded: 2, failed: 0 },
    });

    const results = await toArray(batches.results(batch.id, options));
    expect(results.map(({ customId, status }) => [customId, status])).toEqual([
      ['0', 'succeeded'],
      ['1', 'succeeded'],
    ]);
    const texts = results.map((result) => (result.status === 'succeeded' ? result.result.text : null));
    expect(texts).toEqual(['4', 'Jupiter']);
    const usage = results.map((result) => (result.status === 'succeeded' ? result.result.usage : null));
    const total = (field: 'inputTokens' | 'outputTokens' | 'totalTokens' | 'reasoningTokens'): number =>
      usage.reduce((sum, each) => sum + (each?.[field] ?? 0), 0);
    // What the vendor says of the batch as a whole.
    expect([
      total('inputTokens'),
      total('outputTokens'),
      total('totalTokens'),
      total('reasoningTokens'),
    ]).toEqual([36, 224, 260, 128]);
    const states = results.map((result) => (result.status === 'succeeded' ? result.result.state : null));
    for (const state of states) expect(JSON.stringify(state)).toContain('encrypted_content');
  });
});
