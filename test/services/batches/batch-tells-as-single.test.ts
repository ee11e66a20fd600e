import { describe, expect, test } from 'vitest';
import type { ApiType } from '../../../src/core/model-config.ts';
import { request, startApp, type TestApp } from '../../support/app/app.ts';
import { endedBatch, requestsOf, submitted } from '../../support/app/batch-requests.ts';
import { toyModels } from '../../support/app/toy-provider.ts';
import { QUICK_TIMING } from '../../support/batch-vendors/toy-batch-vendor.ts';
import { hasRecordings, openRecordings, type Raw } from '../../support/upstream/replay.ts';
import { json } from '../../support/upstream/vendor-routes.ts';
import { startBatchVendor } from '../../support/batch-vendors/batch-vendor.ts';
import type { BatchWire } from '../../support/batch-vendors/batch-wire.ts';
import { ANTHROPIC_BATCHES } from '../../providers/text/anthropic/batch/batch-wire.ts';
import { GEMINI_BATCHES } from '../../providers/text/gemini/batch/batch-wire.ts';
import { GROQ_BATCHES } from '../../providers/text/groq/batch/batch-wire.ts';
import { OPENAI_BATCHES } from '../../providers/text/openai/batch/batch-wire.ts';
import { XAI_BATCHES } from '../../providers/text/xai/batch/batch-wire.ts';

/** One vendor's API for a model, and its batches. */
interface Tested {
  readonly provider: BatchWire['name'];
  readonly apiType: ApiType;
  readonly wire: BatchWire;
}

const toTested = (wire: BatchWire, apiType: ApiType): Tested => ({ provider: wire.name, apiType, wire });

const MODEL = 'tested-upstream';

/** A vendor that gives the same whole answer to a single request and to every request of a batch. */
const startAnswering = ({ wire }: Tested, answer: unknown) =>
  startBatchVendor(wire, {
    standing: ({ customIds }) => ({
      how: 'completed',
      ends: customIds.map((customId) => [customId, { type: 'recorded', answer }]),
    }),
    otherwise: json(answer),
  });

const TOLD = `
  text reasoning finishReason rawFinishReason output
  toolCalls { name arguments builtIn result }
  citations { url title snippet startIndex endIndex }
  warnings { code message path from to }
  messages {
    assistant { text reasoning { text signature provider } toolCalls { callId name arguments signature } }
    tool { callId } user { text } system
  }
  outputViolations { path message }
  usage { inputTokens outputTokens totalTokens cacheReadTokens cacheWriteTokens reasoningTokens audioInputTokens source }`;

const generate = async (app: TestApp, input: object): Promise<Raw> => {
  const query = `mutation ($input: GenerateInput!) { generate(input: $input) { ${TOLD} } }`;
  return (await request(app, query, { input })).data.generate;
};

const readItem = async (app: TestApp, id: string): Promise<Raw> => {
  const query = `query ($id: ID!) { batch(id: $id) { item(customId: "a") { status ${TOLD} } } }`;
  return (await request(app, query, { id })).data.batch.item;
};

const startTested = async ({ provider, apiType }: Tested, baseUrl: string): Promise<TestApp> =>
  startApp(
    { providers: { [provider]: { apiKey: 'made-up', baseUrl } } },
    {
      aliases: {},
      batchTiming: QUICK_TIMING,
      models: toyModels(
        {
          tested: {
            apiType,
            apiModel: MODEL,
            streaming: false,
            functionCalling: true,
            structuredOutput: true,
            batch: { type: 'native', maxRequests: 10, maxFileSizeMb: 1, discountPercent: null },
          },
        },
        provider,
      ),
    },
  );

const openaiChat = toTested(OPENAI_BATCHES, 'chat_completion');
const openaiResponses = toTested(OPENAI_BATCHES, 'responses_api');
const groq = toTested(GROQ_BATCHES, 'chat_completion');
const anthropic = toTested(ANTHROPIC_BATCHES, 'messages');
const gemini = toTested(GEMINI_BATCHES, 'generate_content');
const xai = toTested(XAI_BATCHES, 'responses_api');

interface Recorded {
  readonly tested: Tested;
  readonly file: string;
  readonly hasCitations?: boolean;
  readonly wantsJson?: boolean;
}

describe.skipIf(!hasRecordings)(
  'a recorded answer in a batch tells what it tells by itself (skipped where the recordings are absent)',
  () => {
    test.each<Recorded>([
      { tested: openaiChat, file: 'openai/openai-text.json' },
      {
        tested: openaiChat,
        file: 'openai/chat_citations_with_openai_gpt-4o-mini-search-preview_returns_url_citations_when_web_search_is_enabled.yml',
        hasCitations: true,
      },
      {
        tested: openaiResponses,
        file: 'openai/chat_with_schema_with_openai_gpt-5-nano_accepts_a_json_schema_and_returns_structured_output.yml',
        wantsJson: true,
      },
      { tested: groq, file: 'openai/openai-text.json' },
      { tested: anthropic, file: 'anthropic/anthropic-claude-opus-5-reasoning-high.1.json' },
      {
        tested: gemini,
        file: 'gemini/chat_with_schema_with_gemini_gemini-3-flash-preview_accepts_a_json_schema_and_returns_structured_output.yml',
        wantsJson: true,
      },
      {
        tested: xai,
        file: 'xai/chat_web_search_with_xai_grok-4_3_searches_cites_and_counts_the_sources_it_used.yml',
        hasCitations: true,
      },
    ])(
      'at $tested.provider ($tested.apiType): $file',
      async ({ tested, file, hasCitations = false, wantsJson = false }) => {
        const exchanges = await (await openRecordings()).exchanges(file);
        const answer: unknown = exchanges.find(({ streamed, status }) => !streamed && status === 200)
          ?.payloads[0];
        await using vendor = await startAnswering(tested, answer);
        await using app = await startTested(tested, vendor.url);
        const output = wantsJson ? { output: { json: true } } : {};
        const single = await generate(app, { model: 'tested', prompt: 'a', ...output });
        const id = await submitted(app, requestsOf(['a'], { model: 'tested', ...output }));
        expect(await endedBatch(app, id)).toMatchObject({ status: 'COMPLETED', mode: 'NATIVE' });
        expect(await readItem(app, id)).toEqual({ status: 'SUCCEEDED', ...single });
        expect(single.rawFinishReason).toEqual(expect.any(String));
        expect(single.citations.length > 0).toBe(hasCitations);
        expect(single.output !== null).toBe(wantsJson);
      },
      60_000,
    );
  },
);
