import { describe, expect, test } from 'vitest';
import type { ApiType } from '../../../src/core/model-config.ts';
import { request, startApp, type TestApp } from '../../support/app/app.ts';
import { endedBatch, requestsOf, submitted } from '../../support/app/batch-requests.ts';
import { toyModels } from '../../support/app/toy-provider.ts';
import { QUICK_TIMING } from '../../support/batch-vendors/toy-batch-vendor.ts';
import { hasRecordings, openRecordings, type Raw } from '../../support/upstream/replay.ts';
import { json, jsonLines, type Routes, startVendor } from '../../support/upstream/vendor-routes.ts';
import * as messages from '../../providers/text/anthropic/fixtures/hand-made-batches.ts';
import * as operations from '../../providers/text/gemini/fixtures/hand-made-batches.ts';
import * as files from '../../providers/text/openai/fixtures/hand-made-batches.ts';
import * as groks from '../../providers/text/xai/fixtures/hand-made-batches.ts';

/** One vendor's API for a model: the whole answer to a single request, and the same answer in a batch of one. */
interface Wire {
  readonly provider: string;
  readonly apiType: ApiType;
  readonly basePath: string;
  readonly routes: (answer: unknown) => Routes;
}

const MODEL = 'tested-upstream';

const fileWire = (provider: 'openai' | 'groq', basePath: string, apiType: ApiType, path: string): Wire => ({
  provider,
  apiType,
  basePath,
  routes: (answer) => ({
    [`POST ${basePath}${path}`]: json(answer),
    [`POST ${basePath}/files`]: json({ id: files.INPUT_FILE, object: 'file' }),
    [`POST ${basePath}/batches`]: json(files.batchBody({ status: 'validating' })),
    [`GET ${basePath}/batches/${files.BATCH_ID}`]: json(
      files.batchBody({
        output_file_id: files.OUTPUT_FILE,
        request_counts: { total: 1, completed: 1, failed: 0 },
      }),
    ),
    [`GET ${basePath}/files/${files.OUTPUT_FILE}/content`]: jsonLines(
      JSON.parse(files.resultLine('a', { body: answer })),
    ),
  }),
});

const anthropic: Wire = {
  provider: 'anthropic',
  apiType: 'messages',
  basePath: '',
  routes: (answer) => ({
    'POST /v1/messages': json(answer),
    'POST /v1/messages/batches': json(messages.batchBody({ processing_status: 'in_progress' })),
    [`GET /v1/messages/batches/${messages.BATCH_ID}`]: json(
      messages.batchBody({ request_counts: { ...messages.NO_COUNTS, succeeded: 1 } }),
    ),
    [`GET /v1/messages/batches/${messages.BATCH_ID}/results`]: jsonLines(messages.succeeded('a', answer)),
  }),
};

const gemini: Wire = {
  provider: 'gemini',
  apiType: 'generate_content',
  basePath: '',
  routes: (answer) => {
    const output = operations.inlined({ metadata: { custom_id: 'a' }, response: answer });
    return {
      [`POST /v1beta/models/${MODEL}:generateContent`]: json(answer),
      [`POST /v1beta/models/${MODEL}:batchGenerateContent`]: json(operations.operation()),
      [`GET /v1beta/${operations.BATCH}`]: json(operations.ended(output)),
    };
  },
};

const xai: Wire = {
  provider: 'xai',
  apiType: 'responses_api',
  basePath: '/v1',
  routes: (answer) => ({
    'POST /v1/responses': json(answer),
    'POST /v1/files': json({ id: 'file_xai' }),
    'POST /v1/batches': json(groks.batchBody()),
    [`GET /v1/batches/${groks.BATCH_ID}`]: json(groks.batchBody({ num_requests: 1, num_success: 1 })),
    [`GET /v1/batches/${groks.BATCH_ID}/results`]: json({
      results: [groks.succeeded('a', answer, 'responses')],
    }),
  }),
};

const TOLD = `
  text reasoning finishReason rawFinishReason output
  toolCalls { name arguments builtIn result }
  citations { url title snippet startIndex endIndex }
  warnings { code message path from to }
  usage { inputTokens outputTokens totalTokens cacheReadTokens cacheWriteTokens reasoningTokens audioInputTokens source }`;

const generate = async (app: TestApp, input: object): Promise<Raw> => {
  const query = `mutation ($input: GenerateInput!) { generate(input: $input) { ${TOLD} } }`;
  return (await request(app, query, { input })).data.generate;
};

const readItem = async (app: TestApp, id: string): Promise<Raw> => {
  const query = `query ($id: ID!) { batch(id: $id) { item(customId: "a") { status ${TOLD} } } }`;
  return (await request(app, query, { id })).data.batch.item;
};

const startTested = async (wire: Wire, origin: string): Promise<TestApp> =>
  startApp(
    { providers: { [wire.provider]: { apiKey: 'made-up', baseUrl: `${origin}${wire.basePath}` } } },
    {
      aliases: {},
      batchTiming: QUICK_TIMING,
      models: toyModels(
        {
          tested: {
            apiType: wire.apiType,
            apiModel: MODEL,
            streaming: false,
            functionCalling: true,
            structuredOutput: true,
            batch: { type: 'native', maxRequests: 10, maxFileSizeMb: 1, discountPercent: null },
          },
        },
        wire.provider,
      ),
    },
  );

const openaiChat = fileWire('openai', '/v1', 'chat_completion', '/chat/completions');
const openaiResponses = fileWire('openai', '/v1', 'responses_api', '/responses');
const groq = fileWire('groq', '/openai/v1', 'chat_completion', '/chat/completions');

interface Recorded {
  readonly wire: Wire;
  readonly file: string;
  readonly hasCitations?: boolean;
  readonly wantsJson?: boolean;
}

describe.skipIf(!hasRecordings)(
  'a recorded answer in a batch tells what it tells by itself (skipped where the recordings are absent)',
  () => {
    test.each<Recorded>([
      { wire: openaiChat, file: 'openai/openai-text.json' },
      {
        wire: openaiChat,
        file: 'openai/chat_citations_with_openai_gpt-4o-mini-search-preview_returns_url_citations_when_web_search_is_enabled.yml',
        hasCitations: true,
      },
      {
        wire: openaiResponses,
        file: 'openai/chat_with_schema_with_openai_gpt-5-nano_accepts_a_json_schema_and_returns_structured_output.yml',
        wantsJson: true,
      },
      { wire: groq, file: 'openai/openai-text.json' },
      { wire: anthropic, file: 'anthropic/anthropic-claude-opus-5-reasoning-high.1.json' },
      {
        wire: gemini,
        file: 'gemini/chat_with_schema_with_gemini_gemini-3-flash-preview_accepts_a_json_schema_and_returns_structured_output.yml',
        wantsJson: true,
      },
      {
        wire: xai,
        file: 'xai/chat_web_search_with_xai_grok-4_3_searches_cites_and_counts_the_sources_it_used.yml',
        hasCitations: true,
      },
    ])(
      'at $wire.provider ($wire.apiType): $file',
      async ({ wire, file, hasCitations = false, wantsJson = false }) => {
        const exchanges = await (await openRecordings()).exchanges(file);
        const answer: unknown = exchanges.find(({ streamed, status }) => !streamed && status === 200)
          ?.payloads[0];
        await using vendor = await startVendor(wire.routes(answer));
        await using app = await startTested(wire, vendor.origin);
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
