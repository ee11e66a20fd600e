import type { BatchOperations } from '../../../../src/core/vendor-batch.ts';
import type { BatchSupport } from '../../../../src/core/model-config.ts';
import { connectGroq } from '../../../../src/providers/text/groq/provider.ts';
import { connectOpenAI } from '../../../../src/providers/text/openai/provider.ts';
import { connectXAI } from '../../../../src/providers/text/xai/provider.ts';
import { toArray } from '../../../support/to-array.ts';
import { json, type Routes } from '../../../support/upstream/vendor-routes.ts';
import { anthropicConfig } from '../../text/anthropic/anthropic-harness.ts';
import * as anthropic from '../../text/anthropic/batch/batch-routes.ts';
import * as messages from '../../text/anthropic/fixtures/hand-made-batches.ts';
import * as gemini from '../../text/gemini/batch/batch-routes.ts';
import * as contents from '../../text/gemini/fixtures/hand-made-batches.ts';
import { createConfig as geminiConfig } from '../../text/gemini/gemini-harness.ts';
import {
  connectBatches,
  NATIVE_BATCH,
  toRequests,
  twoRequests,
} from '../../text/openai-compatible/batch/batch-harness.ts';
import * as files from '../../text/openai/fixtures/hand-made-batches.ts';
import { createConfig } from '../../text/openai/openai-harness.ts';
import * as grok from '../../text/xai/fixtures/hand-made-batches.ts';

/** One call to a vendor, and how to come to it. */
export interface VendorCall {
  readonly what: string;
  /** By method and path. */
  readonly route: string;
  /** What the vendor answers to the calls before. */
  readonly before: Routes;
  readonly callsBefore: number;
  /** The head of the answer says all. */
  readonly ignoresBody?: true;
  readonly run: (batches: BatchOperations, signal: AbortSignal) => Promise<unknown>;
}

export interface CalledVendor {
  readonly name: string;
  readonly connect: (origin: string, batch?: BatchSupport) => BatchOperations;
  readonly calls: readonly VendorCall[];
  /** Takes a submission of a few requests. */
  readonly submission: Routes;
}

type Run = VendorCall['run'];

export const submitTwo: Run = (batches, signal) => batches.submit(twoRequests(), { key: 'key-1', signal });
/** More than Gemini is sent along with the call that creates a batch. */
const submitMany: Run = (batches, signal) => {
  const ids = Array.from({ length: 1_001 }, (_, index) => `r${index}`);
  const requests = toRequests(Object.fromEntries(ids.map((id) => [id, {}])));
  return batches.submit(requests, { key: 'key-1', signal });
};
const find: Run = (batches, signal) =>
  batches.find('key-1', { since: new Date(0), total: 2, hasCustomId: () => true }, { signal });

interface Paths {
  readonly id: string;
  /** The calls of a submission, in order. */
  readonly submission: readonly (readonly [what: string, route: string])[];
  readonly answers: Routes;
  readonly get: string;
  readonly cancel: string;
  readonly list: string;
  /** Where results are, once the batch is `ended`. */
  readonly results: string;
  readonly ended: object;
}

const submissionCalls = (steps: Paths['submission'], before: Routes, run: Run): readonly VendorCall[] =>
  steps.map(([what, route], callsBefore) => ({ what, route, before, callsBefore, run }));

const callsOf = ({
  id,
  submission,
  answers,
  get,
  cancel,
  list,
  results,
  ended,
}: Paths): readonly VendorCall[] => {
  const first = { before: {}, callsBefore: 0 };
  const read: Run = (batches, signal) => toArray(batches.results(id, { signal }));
  return [
    ...submissionCalls(submission, answers, submitTwo),
    { what: 'a poll', route: get, ...first, run: (batches, signal) => batches.poll(id, { signal }) },
    {
      what: 'a cancellation',
      route: cancel,
      ...first,
      run: (batches, signal) => batches.cancel(id, { signal }),
    },
    { what: 'a search', route: list, ...first, run: find },
    { what: 'the start of results', route: get, ...first, run: read },
    { what: 'the results', route: results, before: { [get]: json(ended) }, callsBefore: 1, run: read },
  ];
};

/** Vendors that take their requests as a file; their first call is the upload. */
const fileVendor = (
  name: string,
  path: string,
  connect: CalledVendor['connect'],
  paths: Pick<Paths, 'id' | 'results' | 'ended' | 'cancel'> & { readonly created: object },
): CalledVendor => {
  const submission = {
    [`POST ${path}/files`]: json({ id: files.INPUT_FILE, object: 'file' }),
    [`POST ${path}/batches`]: json(paths.created),
  };
  return {
    name,
    connect: (origin, batch) => connect(`${origin}${path}`, batch),
    submission,
    calls: callsOf({
      ...paths,
      submission: [
        ['the upload', `POST ${path}/files`],
        ['the creation', `POST ${path}/batches`],
      ],
      answers: submission,
      get: `GET ${path}/batches/${paths.id}`,
      list: `GET ${path}/batches`,
    }),
  };
};

const openAIShaped = (
  name: 'openai' | 'groq',
  path: string,
  connect: CalledVendor['connect'],
): CalledVendor =>
  fileVendor(name, path, connect, {
    id: files.BATCH_ID,
    cancel: `POST ${path}/batches/${files.BATCH_ID}/cancel`,
    results: `GET ${path}/files/${files.OUTPUT_FILE}/content`,
    created: files.batchBody({ status: 'validating' }),
    ended: files.batchBody({ output_file_id: files.OUTPUT_FILE }),
  });

/** Every vendor that has batches, with every call that is made to it. */
export const CALLED_VENDORS: readonly CalledVendor[] = [
  openAIShaped('openai', '/v1', (baseUrl, batch = NATIVE_BATCH) =>
    connectBatches(connectOpenAI, createConfig('responses_api', { batch }), baseUrl),
  ),
  openAIShaped('groq', '/openai/v1', (baseUrl, batch = NATIVE_BATCH) =>
    connectBatches(connectGroq, createConfig('chat_completion', { provider: 'groq', batch }), baseUrl),
  ),
  fileVendor(
    'xai',
    '/v1',
    (baseUrl, batch = NATIVE_BATCH) =>
      connectBatches(connectXAI, createConfig('responses_api', { provider: 'xai', batch }), baseUrl),
    {
      id: grok.BATCH_ID,
      cancel: `POST /v1/batches/${grok.BATCH_ID}:cancel`,
      results: `GET /v1/batches/${grok.BATCH_ID}/results`,
      created: grok.batchBody(),
      ended: grok.batchBody({ num_requests: 2, num_success: 2 }),
    },
  ),
  {
    name: 'anthropic',
    connect: (origin, batch = NATIVE_BATCH) =>
      anthropic.connectBatches(origin, anthropicConfig({ batch })).batches,
    submission: anthropic.SUBMISSION,
    calls: [
      ...callsOf({
        id: messages.BATCH_ID,
        submission: [['the creation', anthropic.CREATE]],
        answers: anthropic.SUBMISSION,
        get: anthropic.GET_BATCH,
        cancel: anthropic.CANCEL,
        list: anthropic.LIST,
        results: anthropic.GET_RESULTS,
        ended: messages.batchBody(),
      }),
      {
        what: 'a look into results during a search',
        route: anthropic.GET_RESULTS,
        before: { [anthropic.LIST]: json({ data: [messages.batchBody()], has_more: false }) },
        callsBefore: 1,
        run: find,
      },
    ],
  },
  {
    name: 'gemini',
    connect: (origin, batch = { ...NATIVE_BATCH, maxRequests: 2_000 }) =>
      gemini.connectBatches(origin, geminiConfig({ batch })),
    submission: gemini.SUBMISSION,
    calls: [
      ...callsOf({
        id: contents.BATCH,
        submission: [['the creation', gemini.CREATE]],
        answers: gemini.SUBMISSION,
        get: gemini.GET_BATCH,
        cancel: gemini.CANCEL,
        list: gemini.LIST,
        results: gemini.DOWNLOAD,
        ended: contents.ended({ responsesFile: contents.OUTPUT_FILE }),
      }).map((call) => (call.route === gemini.CANCEL ? { ...call, ignoresBody: true as const } : call)),
      ...submissionCalls(
        [
          ['the start of an upload', gemini.START_UPLOAD],
          ['the upload', gemini.UPLOAD],
          ['the creation after an upload', gemini.CREATE],
        ],
        gemini.SUBMISSION,
        submitMany,
      ).map((call) => (call.route === gemini.START_UPLOAD ? { ...call, ignoresBody: true as const } : call)),
    ],
  },
];
