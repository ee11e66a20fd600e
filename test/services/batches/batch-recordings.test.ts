import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { request, startApp, testSettings } from '../../support/app/app.ts';
import { endedBatch, readItems, requestsOf, submitted } from '../../support/app/batch-requests.ts';
import { hasRecordings, openRecordings, type Replay } from '../../support/upstream/replay.ts';
import { QUICK_TIMING } from '../../support/batch-vendors/toy-batch-vendor.ts';
import { sendJson, startUpstream } from '../../support/upstream/upstream-server.ts';

const WHAT = 'answers_staged_chats_and_appends_the_answers_to_their_conversations';

describe.skipIf(!hasRecordings)('recorded batches (skipped where the recordings are absent)', () => {
  let replay: Replay;
  beforeAll(async () => {
    replay = await (await openRecordings()).start();
  });
  afterAll(() => replay.close());
  // One of the batches had a month to end in.
  beforeEach(() => vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-08-10T12:00:00Z') }));
  afterEach(() => vi.useRealTimers());

  test.each([
    // 36 tokens in, 224 out, each at half of 0.05 and 0.40 dollars a million.
    ['openai', 'gpt-5-nano', `batch_with_openai_gpt-5-nano_${WHAT}`, 0.000_045_7, 'completed'],
    // 39 in, 9 out, at half of 1 and 5.
    ['anthropic', 'claude-haiku-4-5', `batch_with_anthropic_claude-haiku-4-5_${WHAT}`, 0.000_042, 'end_turn'],
    // 26 in, 98 out of which 96 are reasoning, at half of 0.30 and 2.50.
    ['gemini', 'gemini-2.5-flash', `batch_with_gemini_gemini-2_5-flash_${WHAT}`, 0.000_126_4, 'STOP'],
    // Of the time before requests went up as a file. The cost is the one the vendor told, cached tokens and all.
    ['xai', 'grok-4.3', `batch_with_xai_grok-4-1-fast-non-reasoning_${WHAT}`, 0.000_433_2, 'stop'],
  ])(
    'a batch of %s goes from its submission to its results',
    async (provider, model, file, cost, rawFinishReason) => {
      const { providers } = testSettings();
      const recording = replay.url(`${provider}/${file}.yml`);
      await using upstream = await startUpstream(async (exchange) => {
        const { method, path, body } = exchange;
        if (path === '/files') return sendJson(exchange, { id: 'file_hand_made' });
        const answer = await fetch(`${recording}${path}`, { method, ...(method === 'POST' && { body }) });
        return sendJson(exchange, await answer.text(), { status: answer.status });
      });
      const baseUrl = provider === 'xai' ? upstream.origin : recording;
      await using app = await startApp(
        { providers: { ...providers, [provider]: { apiKey: 'sk-test', baseUrl } } },
        { batchTiming: QUICK_TIMING },
      );
      const id = await submitted(app, requestsOf(['0', '1'], { model }));
      const batch = await endedBatch(app, id);
      expect(batch).toMatchObject({
        status: 'COMPLETED',
        mode: 'NATIVE',
        counts: { total: 2, succeeded: 2 },
        error: null,
        cost: { total: expect.closeTo(cost, 12) },
      });
      expect(batch.providerBatchIds).toHaveLength(1);
      const items = await readItems(app, id);
      expect(items.map(({ customId, text }) => [customId, text])).toEqual([
        ['0', expect.stringContaining('4')],
        ['1', expect.stringContaining('Jupiter')],
      ]);
      // Some of the recorded models are deprecated by now; their vendors warned of nothing.
      const query =
        'query ($id: ID!) { batch(id: $id) { model { status } warnings { code } cost { total source listTotal } } }';
      const { model: known, warnings, cost: billed } = (await request(app, query, { id })).data.batch;
      expect(billed.source).toBe(provider === 'xai' ? 'PROVIDER' : 'PRICE_LIST');
      expect(billed.listTotal?.toPrecision(9)).toBe(provider === 'xai' ? cost.toPrecision(9) : undefined);
      const codes = known.status === 'DEPRECATED' ? [{ code: 'MODEL_DEPRECATED' }] : [];
      expect(warnings).toEqual(codes);
      const told = { finishReason: 'STOP', rawFinishReason, citations: [], warnings: codes };
      expect(items).toMatchObject([told, told]);
    },
    60_000,
  );
});
