import type { VendorWire } from '../support/upstream/vendor-wire.ts';
import type { UpstreamRequest } from '../support/upstream/upstream-server.ts';

/**
 * The fields that may leave this server, written down a second time and by hand. `any`: whatever the caller gave (a
 * schema, arguments). A list holds the shape of each item; of a union, the fields of all members.
 */
type Shape = 'leaf' | 'any' | readonly [Shape] | { readonly [field: string]: Shape };

const leaves = (...names: readonly string[]): { readonly [field: string]: Shape } =>
  Object.fromEntries(names.map((name) => [name, 'leaf']));

const CHAT: Shape = {
  ...leaves('model', 'stream', 'temperature', 'top_p', 'seed', 'presence_penalty', 'frequency_penalty'),
  ...leaves('verbosity', 'reasoning_effort', 'parallel_tool_calls', 'prompt_cache_key'),
  stop: ['leaf'],
  messages: [
    {
      ...leaves('role', 'tool_call_id'),
      content: [
        {
          ...leaves('type', 'text'),
          image_url: leaves('url', 'detail'),
          input_audio: leaves('data', 'format'),
          file: leaves('file_data', 'file_id', 'filename'),
        },
      ],
      tool_calls: [{ ...leaves('id', 'type'), function: leaves('name', 'arguments') }],
    },
  ],
  web_search_options: {},
  tools: [{ type: 'leaf', function: { ...leaves('name', 'description', 'strict'), parameters: 'any' } }],
  tool_choice: { type: 'leaf', function: leaves('name') },
  response_format: { type: 'leaf', json_schema: { ...leaves('name', 'strict'), schema: 'any' } },
  stream_options: leaves('include_usage'),
};

/** A vendor's own fields over the common ones. */
const also = (base: Shape, more: { readonly [field: string]: Shape }): Shape => ({
  ...(base as object),
  ...more,
});

const RESPONSES: Shape = {
  ...leaves('model', 'stream', 'instructions', 'max_output_tokens', 'temperature', 'top_p'),
  ...leaves('parallel_tool_calls'),
  input: [
    {
      ...leaves(
        'type',
        'role',
        'call_id',
        'name',
        'arguments',
        'output',
        'id',
        'encrypted_content',
        'status',
      ),
      content: [
        { ...leaves('type', 'text', 'image_url', 'detail', 'file_id', 'file_url', 'file_data', 'filename') },
      ],
      summary: [leaves('type', 'text')],
    },
  ],
  reasoning: leaves('effort'),
  text: { verbosity: 'leaf', format: { ...leaves('type', 'name', 'strict'), schema: 'any' } },
  tools: [
    {
      ...leaves('type', 'name', 'description', 'strict'),
      parameters: 'any',
      container: leaves('type'),
    },
  ],
  tool_choice: leaves('type', 'name'),
};

const CACHE_CONTROL: Shape = leaves('type', 'ttl');

const BLOCK: Shape = {
  ...leaves(
    'type',
    'text',
    'thinking',
    'signature',
    'data',
    'id',
    'name',
    'tool_use_id',
    'is_error',
    'title',
  ),
  cache_control: CACHE_CONTROL,
  input: 'any',
  citations: 'any',
  caller: 'any',
  content: 'any',
  source: leaves('type', 'media_type', 'data', 'url', 'file_id'),
};

const MESSAGES: Shape = {
  ...leaves('model', 'max_tokens', 'stream', 'container'),
  cache_control: CACHE_CONTROL,
  stop_sequences: ['leaf'],
  system: [BLOCK],
  messages: [{ role: 'leaf', content: [BLOCK] }],
  thinking: leaves('type', 'budget_tokens', 'display'),
  output_config: { effort: 'leaf', format: { type: 'leaf', schema: 'any' } },
  tools: [
    {
      ...leaves('type', 'name', 'description', 'strict'),
      input_schema: 'any',
      allowed_callers: ['leaf'],
      cache_control: CACHE_CONTROL,
    },
  ],
  tool_choice: leaves('type', 'name', 'disable_parallel_tool_use'),
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

const GENERATE_CONTENT: Shape = {
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

const SEARCHED = also(RESPONSES, {
  response_format: { type: 'leaf', json_schema: { ...leaves('name', 'strict'), schema: 'any' } },
});

/** By provider and API: a vendor may answer 400 to a field of another one. */
const SHAPES: Readonly<Record<string, Shape>> = {
  'openai chat': also(CHAT, {
    ...leaves('max_completion_tokens', 'prompt_cache_retention'),
    prompt_cache_options: leaves('mode', 'ttl'),
    stream_options: leaves('include_usage', 'include_obfuscation'),
  }),
  'openai responses': also(RESPONSES, {
    ...leaves('store', 'prompt_cache_key', 'prompt_cache_retention'),
    prompt_cache_options: leaves('mode', 'ttl'),
    include: ['leaf'],
    reasoning: leaves('effort', 'summary'),
    stream_options: leaves('include_obfuscation'),
  }),
  'anthropic messages': MESSAGES,
  'gemini generate-content': GENERATE_CONTENT,
  'groq chat': also(CHAT, { ...leaves('max_completion_tokens', 'reasoning_format') }),
  'deepseek chat': also(CHAT, {
    ...leaves('max_tokens'),
    thinking: leaves('type'),
    messages: [
      {
        ...leaves('role', 'tool_call_id', 'reasoning_content'),
        content: [{ ...leaves('type', 'text'), image_url: leaves('url', 'detail') }],
        tool_calls: [{ ...leaves('id', 'type'), function: leaves('name', 'arguments') }],
      },
    ],
  }),
  'perplexity responses': SEARCHED,
  'xai responses': also(RESPONSES, { store: 'leaf', include: ['leaf'] }),
};

const walk = (shape: Shape, value: unknown, path: string): string[] => {
  if (shape === 'any' || value === null || typeof value !== 'object') return [];
  if (shape === 'leaf')
    return Array.isArray(value) ? [`${path}[]`] : Object.keys(value).map((key) => `${path}.${key}`);
  if (Array.isArray(value)) {
    const item = Array.isArray(shape) ? (shape as readonly [Shape])[0] : shape;
    return value.flatMap((element) => walk(item, element, `${path}[]`));
  }
  const fields = (Array.isArray(shape) ? shape[0] : shape) as { readonly [field: string]: Shape };
  return Object.entries(value).flatMap(([key, part]) => {
    const known = Object.hasOwn(fields, key) ? fields[key] : undefined;
    return known === undefined ? [`${path}.${key}`] : walk(known, part, `${path}.${key}`);
  });
};

const HEADERS: ReadonlySet<string> = new Set([
  'accept',
  'accept-encoding',
  'accept-language',
  'anthropic-version',
  'authorization',
  'connection',
  'content-length',
  'content-type',
  'host',
  'sec-fetch-mode',
  'transfer-encoding',
  'user-agent',
  'x-goog-api-key',
]);

/** What a request carries that nobody has written down above: fields of its body by path, and headers. */
export const findUnknownFields = (
  provider: string,
  { api }: Pick<VendorWire, 'api'>,
  request: Pick<UpstreamRequest, 'headers' | 'body'>,
): readonly string[] => {
  const shape = SHAPES[`${provider} ${api}`];
  if (shape === undefined) return [`no fields are written down for ${provider} ${api}`];
  const headers = Object.keys(request.headers).filter((name) => !HEADERS.has(name));
  return [
    ...new Set([
      ...walk(shape, JSON.parse(request.body), 'body'),
      ...headers.map((name) => `header ${name}`),
    ]),
  ];
};
