import {
  type BatchOperations,
  type BatchRequest,
  hasBatchOperations,
} from '../../../../../src/core/vendor-batch.ts';
import type { ModelConfig } from '../../../../../src/core/model-config.ts';
import type { ConnectTextProvider } from '../../../../../src/core/text-provider.ts';
import type { TextRequest } from '../../../../../src/core/text-request.ts';
import type { UpstreamRequest } from '../../../../support/upstream/upstream-server.ts';
import { createConnection, createRequest } from '../../openai/openai-harness.ts';

export const NATIVE_BATCH = {
  type: 'native',
  maxRequests: 100,
  maxFileSizeMb: 5,
  discountPercent: 50,
} as const satisfies ModelConfig['batch'];

export const connectBatches = (
  connect: ConnectTextProvider,
  config: ModelConfig,
  baseUrl: string,
): BatchOperations => {
  const provider = connect(createConnection(baseUrl))(config);
  if (!hasBatchOperations(provider)) throw new Error('the provider has no batches');
  return provider.batches;
};

export async function* toRequests(
  requests: Readonly<Record<string, Partial<TextRequest>>>,
): AsyncGenerator<BatchRequest> {
  for (const [customId, part] of Object.entries(requests)) yield { customId, request: createRequest(part) };
}

/** Two requests that differ in what they say. */
export const twoRequests = (): AsyncGenerator<BatchRequest> =>
  toRequests({
    first: { messages: [{ role: 'user', parts: [{ type: 'text', text: 'Genève?' }] }] },
    second: { messages: [{ role: 'user', parts: [{ type: 'text', text: 'Zürich?' }] }], maxOutputTokens: 7 },
  });

export interface Upload {
  readonly fields: Readonly<Record<string, string>>;
  readonly filename: string;
  readonly text: string;
  readonly lines: readonly Record<string, unknown>[];
}

/** What a multipart upload holds. */
export const readUpload = async ({ body, headers }: UpstreamRequest): Promise<Upload> => {
  const type = headers['content-type'] ?? '';
  const form = await new Response(body, { headers: { 'content-type': type } }).formData();
  const file = form.get('file');
  if (!(file instanceof File)) throw new Error('no file was uploaded');
  const text = await file.text();
  return {
    fields: Object.fromEntries(
      [...form].filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
    ),
    filename: file.name,
    text,
    lines: text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>),
  };
};

export const pathOf = ({ method, path }: UpstreamRequest): string => `${method} ${path}`;
