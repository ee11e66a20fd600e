import { WORDED } from '../../../faults/expectations.ts';
import { dataFrame, type VendorErrors } from '../../../support/upstream/vendor-errors.ts';
import type { ProviderKnowledge } from '../../../contract/provider-knowledge.ts';
import { leaves, type Shape } from '../../../contract/request-shape.ts';
import { CASES, type Chunk } from './fixtures/hand-made.ts';
import { FAILURES } from './fixtures/hand-made-failures.ts';
import { toWhole } from './gemini-harness.ts';
import { TOO_MANY, type VendorWire } from '../../../support/upstream/vendor-wire.ts';
import { type Cells, failedTurnsOf, turnsOf } from '../../../contract/turn.ts';

const WIRE: VendorWire = {
  framing: { lineEnd: '\r\n', done: false, named: false },
  namesMatter: false,
  isStreamed: ({ path }) => path.includes(':streamGenerateContent'),
  streamFields: [],
  toWhole: (payloads) => toWhole(payloads as readonly Chunk[]),
  unknown: [{ novelty: { x: 1 } }, { candidates: [] }, { candidates: [{ index: 0, novelty: true }] }],
  together: (reasoning, text) => [
    {
      candidates: [
        { index: 0, content: { role: 'model', parts: [{ text: reasoning, thought: true }, { text }] } },
      ],
    },
    { candidates: [{ index: 0, finishReason: 'STOP' }] },
  ],
  usage: {
    fields: ['usageMetadata'],
    details: ['thoughtsTokenCount', 'cachedContentTokenCount', 'promptTokensDetails'],
    overstated: {
      reasoning: {},
      'cache reads': { cachedContentTokenCount: TOO_MANY },
      audio: { promptTokensDetails: [{ modality: 'AUDIO', tokenCount: TOO_MANY }] },
    },
  },
};

const firstResponse = ({
  responses,
}: {
  readonly responses: readonly (readonly Chunk[])[];
}): readonly Chunk[] => responses[0] ?? [];

const turns = turnsOf(
  CASES.map((found) => ({ ...found, whole: toWhole(firstResponse(found)) })),
  firstResponse,
);
const failed = failedTurnsOf(
  FAILURES.map((found) => ({ ...found, code: (found.error as { readonly code: string }).code })),
  firstResponse,
  WIRE,
);

const CELLS: Cells = {
  text: { turns: turns('text', 'a finish reason and parts that nobody knows') },
  reasoning: { turns: turns('thoughts with a signature on an empty text') },
  tools: {
    turns: turns(
      'a function call with an id and a signature',
      'a function call without arguments and without an id',
    ),
  },
  'parallel tools': { turns: turns('parallel calls of one function') },
  JSON: { turns: turns('JSON by a schema') },
  image: { turns: turns('text') },
  'refusal or block': {
    turns: [...turns('a filter after some text'), ...failed('a blocked prompt', 'a filter before any text')],
  },
  'length cut': { turns: turns('the output limit, with an unfinished call') },
  'bad arguments': {
    turns: failed('a function call the model got wrong', 'arguments with no place to put them'),
  },
};

const CONTENT: Shape = {
  role: 'leaf',
  parts: [
    {
      ...leaves('text', 'thought', 'thoughtSignature'),
      inlineData: leaves('mimeType', 'data'),
      fileData: leaves('mimeType', 'fileUri'),
      functionCall: { ...leaves('id', 'name'), args: 'any' },
      functionResponse: { ...leaves('id', 'name'), response: 'any' },
      executableCode: 'any',
      codeExecutionResult: 'any',
      toolCall: 'any',
      toolResponse: 'any',
      mediaResolution: 'any',
    },
  ],
};

const FIELDS: Shape = {
  continuationToken: 'leaf',
  systemInstruction: CONTENT,
  contents: [CONTENT],
  generationConfig: {
    ...leaves(
      'maxOutputTokens',
      'temperature',
      'topP',
      'topK',
      'seed',
      'presencePenalty',
      'frequencyPenalty',
    ),
    ...leaves('responseMimeType'),
    responseJsonSchema: 'any',
    stopSequences: ['leaf'],
    thinkingConfig: leaves('includeThoughts', 'thinkingLevel', 'thinkingBudget'),
  },
  tools: [
    {
      functionDeclarations: [{ ...leaves('name', 'description'), parametersJsonSchema: 'any' }],
      googleSearch: {},
      codeExecution: {},
      urlContext: {},
    },
  ],
  toolConfig: {
    includeServerSideToolInvocations: 'leaf',
    functionCallingConfig: { mode: 'leaf', allowedFunctionNames: ['leaf'] },
  },
};

const STATUSES: Readonly<Record<number, string>> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  404: 'NOT_FOUND',
  429: 'RESOURCE_EXHAUSTED',
  503: 'UNAVAILABLE',
};

const errorBody: VendorErrors['body'] = ({ status, message, retryDelayMs }) => ({
  error: {
    code: status,
    message,
    status: STATUSES[status] ?? 'INTERNAL',
    ...(retryDelayMs !== undefined && {
      details: [
        { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: `${retryDelayMs / 1000}s` },
      ],
    }),
  },
});

export const knowledge: ProviderKnowledge = {
  vendor: {
    errors: {
      body: errorBody,
      frame: (message) => dataFrame(errorBody({ status: 503, message })),
      namesRetryDelay: true,
    },
    environment: [
      'GOOGLE_API_KEY',
      'GOOGLE_CLOUD_LOCATION',
      'GOOGLE_CLOUD_PROJECT',
      'GOOGLE_CLOUD_QUOTA_PROJECT',
      'GOOGLE_GEMINI_BASE_URL',
      'GOOGLE_GENAI_API_VERSION',
      'GOOGLE_VERTEX_BASE_URL',
    ],
    keyHeader: 'x-goog-api-key',
  },
  apis: {
    generate_content: {
      model: 'gemini-3.6-flash',
      wire: WIRE,
      cells: CELLS,
      requestFields: FIELDS,
      reasoningFields: [
        'generationConfig.thinkingConfig.thinkingLevel',
        'generationConfig.thinkingConfig.thinkingBudget',
      ],
      faults: WORDED,
    },
  },
};
