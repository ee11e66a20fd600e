import type { BatchRequest } from '../../../../core/vendor-batch.ts';
import type { ModelConfig } from '../../../../core/model-config.ts';
import { toJsonLine } from '../../../shared/batch/jsonl.ts';
import { createBatchLimiter } from '../../../shared/batch/limits.ts';
import { callVendor } from '../../../shared/batch/vendor-call.ts';
import { toCallOptions } from './batch-calls.ts';
import type { BatchContext } from './batch-context.ts';
import { toGenerateContentRequest } from '../request/to-generate-content-request.ts';
import { toRequestBody } from '../request/to-request-body.ts';

/** A body of this size goes by way of a file: "under 20 MB" is what the documentation allows with the batch itself. */
const INLINE_LIMIT_BYTES = 20_000_000;

/**
 * More requests than these go by way of a file, too: those sent along are answered in one piece, which has to fit into
 * memory, and into a string, however long the answers are.
 */
const INLINE_LIMIT_REQUESTS = 1_000;

/** What the body as the SDK writes it has beyond the request as it is given to the SDK. */
const WRITTEN_AROUND_BYTES = 64;

/** Where a request that is sent along with its batch carries its custom id: its result brings it back. */
export const CUSTOM_ID_FIELD = 'custom_id';

interface RequestLine {
  readonly key: string;
  readonly request: object;
}

/** One request as a line of a batch's input file. */
const toLine = (key: string, request: object): string => toJsonLine({ key, request } satisfies RequestLine);

/**
 * The requests as lines of a batch's input file, each body that of a single waiting request. Throws `INVALID_REQUEST`
 * as soon as the vendor's limits are passed.
 */
export async function* toRequestLines(
  requests: AsyncIterable<BatchRequest>,
  context: BatchContext,
  signal: AbortSignal,
): AsyncGenerator<string> {
  const limiter = createBatchLimiter(context.config);
  for await (const { customId, request } of requests) {
    const body = await callVendor(() => toRequestBody(request, context), toCallOptions(signal));
    const line = toLine(customId, body);
    limiter.add(Buffer.byteLength(line));
    yield line;
  }
}

/** At least the bytes of the request's line: only the SDK knows the body to the byte, and only in its own time. */
export const sizeOfRequest = ({ customId, request }: BatchRequest, config: ModelConfig): number => {
  const { providerOptions } = request;
  const options = providerOptions === null ? 0 : Buffer.byteLength(JSON.stringify(providerOptions));
  const line = toLine(customId, toGenerateContentRequest(request, config));
  return Buffer.byteLength(line) + options + WRITTEN_AROUND_BYTES;
};

/** The body that creates a batch of the requests in an input file; undefined when they have to go as a file. */
export const findInlineBody = async (file: Blob, displayName: string): Promise<string | undefined> => {
  if (file.size >= INLINE_LIMIT_BYTES) return undefined;
  const lines = (await file.text()).split('\n').filter((line) => line !== '');
  if (lines.length > INLINE_LIMIT_REQUESTS) return undefined;
  const requests = lines.map((line) => {
    const { key, request } = JSON.parse(line) as RequestLine;
    return { request, metadata: { [CUSTOM_ID_FIELD]: key } };
  });
  const body = JSON.stringify({ batch: { displayName, inputConfig: { requests: { requests } } } });
  return Buffer.byteLength(body) < INLINE_LIMIT_BYTES ? body : undefined;
};

/** The body that creates a batch of an uploaded file. */
export const toFileBody = (fileName: string, displayName: string): string =>
  JSON.stringify({ batch: { displayName, inputConfig: { fileName } } });
