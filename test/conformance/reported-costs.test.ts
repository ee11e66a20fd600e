import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { XAI_MODELS } from '../../config/providers/xai/models.ts';
import { collectOverWebSocket, startApp, type TestApp } from '../support/app/app.ts';
import { hasRecordings, type Raw } from '../support/upstream/replay.ts';
import { startRecordedApp } from './ask.ts';
import { openForTests } from './open-recordings.ts';
import { ASKED, UNASKED } from './recordings.ts';

/** Of these the price list makes what the vendor bills. By the name of the model that they are asked of. */
const EQUAL: Readonly<Record<string, string>> = {
  'xai/chat_streaming_responses_xai_grok-4-1-fast-non-reasoning_supports_streaming_responses.yml': 'grok-4.3',
  'xai/chat_web_search_with_xai_grok-4_3_searches_cites_and_counts_the_sources_it_used.yml': 'grok-4.3',
};

/** A batch: test/services/batches/batch-recordings.test.ts holds its items and their sum against the price list. */
const BATCH =
  'xai/batch_with_xai_grok-4-1-fast-non-reasoning_answers_staged_chats_and_appends_the_answers_to_their_conversations.yml';

const ROUTED = 'openai/test_tools_streaming_variant_d.yaml';

/** Of these it makes something else, or nothing, and why. docs/cost.md names the kinds. */
const EXCEPTIONS: Readonly<Record<string, string>> = {
  [ROUTED]: 'a model that a router serves and the catalogue does not have: no price list',
  'xai/xai-text.chunks.txt': 'a model that has left the catalogue, of the older chat API: no price list',
  'xai/xai-tool-call.chunks.txt': 'a model that has left the catalogue, of the older chat API: no price list',
};

const REPORTS = /cost_in_usd_ticks|total_cost|\\?"cost\\?": ?[\d{]/;
const TICKS_PER_DOLLAR = 1e10;

/** The amount that a payload reports with its usage, in US dollars. */
const amountIn = (payload: Raw): number | undefined => {
  const usage = payload.usage ?? payload.response?.usage;
  const ticks = usage?.cost_in_usd_ticks;
  return ticks === undefined ? (usage?.cost?.total_cost ?? usage?.cost) : ticks / TICKS_PER_DOLLAR;
};

const GENERATE = `subscription ($input: GenerateInput!) { generate(input: $input) { __typename ... on UsageUpdated {
  cost { total source listTotal input output cacheRead cacheWrite toolFees { amount } }
} } }`;

/** What the first answer of a recording costs, as a client reads it. */
const costOf = async (app: TestApp, model: string): Promise<Raw> => {
  const results = await collectOverWebSocket(app, GENERATE, { input: { model, prompt: 'Hello' } });
  return results.findLast(({ data }) => data.generate.cost)?.data.generate.cost;
};

/** Equal to nine significant digits. */
const digits = (amount: number): string => amount.toPrecision(9);

describe.skipIf(!hasRecordings)(
  'amounts that vendors report (skipped where the recordings are absent)',
  () => {
    const open = openForTests();

    const reportedBy = async (file: string): Promise<number> => {
      const [exchange] = (await open().recordings.exchanges(file)).filter(({ method }) => method === 'POST');
      const amount = exchange?.payloads.map(amountIn).findLast((reported) => reported !== undefined);
      if (amount === undefined) throw new Error(`${file} reports no amount`);
      return amount;
    };

    test('are in these recordings and in no others', () => {
      const folder = new URL('../../../shared/upstreams/recordings/', import.meta.url);
      const reporting = [...ASKED, ...UNASKED]
        .map(({ file }) => file)
        .filter((file) => REPORTS.test(readFileSync(new URL(file, folder), 'utf8')));
      expect(reporting.toSorted()).toEqual([...Object.keys({ ...EQUAL, ...EXCEPTIONS }), BATCH].toSorted());
    });

    test.each(Object.entries(EQUAL))(
      '%s: the total is the amount reported, and so is the total by the list',
      async (file, model) => {
        const reported = digits(await reportedBy(file));
        const { recordings, replay } = open();
        replay.resetCassettes();
        const config = XAI_MODELS[model];
        if (config === undefined) throw new Error(`no model ${model}`);
        const [{ streamed: streaming } = { streamed: false }] = await recordings.exchanges(file);
        const providers = { xai: { apiKey: 'made-up', baseUrl: replay.url(file) } };
        await using app = await startApp({ providers }, { models: [{ ...config, streaming }], aliases: {} });
        const cost = await costOf(app, model);
        const fees = cost.toolFees.map(({ amount }: Raw) => amount);
        const parts = [cost.input, cost.output, cost.cacheRead, cost.cacheWrite, ...fees];
        const sum = parts.reduce((total, part) => total + part, 0);
        expect(cost.source).toBe('PROVIDER');
        expect([cost.total, cost.listTotal, sum].map(digits)).toEqual([reported, reported, reported]);
      },
    );

    test('are the total where no price is known, with no other to compare', async () => {
      const recording = ASKED.find(({ file }) => file === ROUTED);
      if (recording === undefined) throw new Error('it is not asked for');
      const total = await reportedBy(ROUTED);
      const { replay } = open();
      replay.resetCassettes();
      await using app = await startRecordedApp(recording, replay.url(ROUTED));
      expect(await costOf(app, 'streamed')).toMatchObject({
        source: 'PROVIDER',
        total,
        listTotal: null,
        toolFees: [],
      });
    });
  },
);
