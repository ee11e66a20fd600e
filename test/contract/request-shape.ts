import type { UpstreamRequest } from '../support/upstream/upstream-server.ts';

/**
 * The fields a request may have, written down a second time and by hand. `any`: whatever the caller gave (a schema,
 * arguments). A list holds the shape of each item; of a union, the fields of all members.
 */
export type Shape = 'leaf' | 'any' | readonly [Shape] | { readonly [field: string]: Shape };

export const leaves = (...names: readonly string[]): { readonly [field: string]: Shape } =>
  Object.fromEntries(names.map((name) => [name, 'leaf']));

/** What requests of Chat Completions have at every vendor; a vendor's own fields are put over it. */
export const CHAT_FIELDS: Shape = {
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
export const also = (base: Shape, more: { readonly [field: string]: Shape }): Shape => ({
  ...(base as object),
  ...more,
});

/** What requests of the Responses API have at every vendor. */
export const RESPONSES_FIELDS: Shape = {
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
  'authorization',
  'connection',
  'content-length',
  'content-type',
  'host',
  'sec-fetch-mode',
  'transfer-encoding',
  'user-agent',
]);

/** What a vendor's requests may carry: the fields of a body, and headers beside those every request has. */
export interface KnownFields {
  readonly body: Shape;
  readonly headers: readonly string[];
}

/** What a request carries that is not written down: fields of its body by path, and headers. */
export const findUnknownFields = (
  { body, headers }: KnownFields,
  request: Pick<UpstreamRequest, 'headers' | 'body'>,
): readonly string[] => [
  ...new Set([
    ...walk(body, JSON.parse(request.body), 'body'),
    ...Object.keys(request.headers)
      .filter((name) => !HEADERS.has(name) && !headers.includes(name))
      .map((name) => `header ${name}`),
  ]),
];

/** Whether requests of this shape have a field, by its path with dots. */
export const hasField = (shape: Shape, path: string): boolean => {
  const [name = '', ...rest] = path.split('.');
  if (typeof shape === 'string') return false;
  const fields = (Array.isArray(shape) ? shape[0] : shape) as { readonly [field: string]: Shape };
  const found = Object.hasOwn(fields, name) ? fields[name] : undefined;
  return found !== undefined && (rest.length === 0 || hasField(found, rest.join('.')));
};
