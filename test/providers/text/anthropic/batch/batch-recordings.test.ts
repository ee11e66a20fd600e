import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasRecordings, openRecordings, type Replay } from '../../../../support/upstream/replay.ts';
import { toArray } from '../../../../support/to-array.ts';
import { NATIVE_BATCH, toRequests } from '../../openai-compatible/batch/batch-harness.ts';
import { anthropicConfig, never } from '../anthropic-harness.ts';
import { connectBatches } from './batch-routes.ts';

const recording = (what: string): string => `anthropic/batch_with_anthropic_claude-haiku-4-5_${what}.yml`;

const CONFIG = anthropicConfig({ apiModel: 'claude-haiku-4-5', batch: NATIVE_BATCH });
const CALL = { signal: never };
const SUBMIT = { key: 'key-1', signal: never };

describe.skipIf(!hasRecordings)('recorded batches (skipped where the recordings are absent)', () => {
  let replay: Replay;
  beforeAll(async () => {
    replay = await (await openRecordings()).start();
  });
  afterAll(() => replay.close());

  test.each([
    [
      'answers_staged_chats_and_appends_the_answers_to_their_conversations',
      'msgbatch_01GUqGVJfUzZfBnjRymfPdV3',
      { 0: '4', 1: 'Jupiter' },
      [25, 23],
    ],
    [
      'reloads_a_batch_by_id_and_collects_messages_without_the_chats',
      'msgbatch_01GSR2pUkGcad188iHy2BkZH',
      { 0: '6' },
      [25],
    ],
  ])('goes from its requests to its results: %s', async (what, id, answers, totalTokens) => {
    const { batches } = connectBatches(replay.url(recording(what)), CONFIG);
    const total = Object.keys(answers).length;
    const requests = toRequests(Object.fromEntries(Object.keys(answers).map((customId) => [customId, {}])));
    const submitted = await batches.submit(requests, SUBMIT);
    expect(submitted).toMatchObject({ id, state: 'running', counts: { total, succeeded: null } });

    let batch = submitted;
    const hints: (number | null)[] = [];
    while (batch.state !== 'ended' && hints.length < 20) {
      batch = await batches.poll(id, CALL);
      hints.push(batch.retryAfterMs);
    }
    expect(hints.length).toBeGreaterThan(1);
    expect(hints.pop()).toBeNull();
    expect(new Set(hints)).toEqual(new Set([10_000]));
    expect(batch).toMatchObject({
      outcome: 'completed',
      counts: { total, succeeded: total, failed: 0, cancelled: 0, expired: 0 },
    });

    const results = await toArray(batches.results(id, CALL));
    const texts = results.map((result) => [
      result.customId,
      result.status === 'succeeded' ? result.result.text : null,
    ]);
    expect(texts).toEqual(Object.entries(answers));
    expect(
      results.map((result) => (result.status === 'succeeded' ? result.result.usage?.totalTokens : null)),
    ).toEqual(totalTokens);
  });

  test('is cancelled', async () => {
    const { batches } = connectBatches(replay.url(recording('cancels_a_running_batch')), CONFIG);
    const { id } = await batches.submit(toRequests({ 0: {} }), SUBMIT);
    expect(await batches.cancel(id, CALL)).toMatchObject({
      id: 'msgbatch_016z7nD8oj5sT4pMEcEnvJQQ',
      state: 'cancelling',
      outcome: null,
      createdAt: new Date('2026-08-19T14:49:30.044Z'),
    });
  });
});
