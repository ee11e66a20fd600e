import type { BatchRequest } from '../../../../core/vendor-batch.ts';
import { toJsonLine } from '../../../shared/batch/jsonl.ts';
import { createBatchLimiter } from '../../../shared/batch/limits.ts';
import { readId } from '../../../shared/batch/read-id.ts';
import { withSpooledFile } from '../../../shared/batch/spool-file.ts';
import { callVendor, toVendorCallError } from '../../../shared/batch/vendor-call.ts';
import { type BatchContext, toCallOptions } from './batch-context.ts';

export type BatchEndpoint = '/v1/responses' | '/v1/chat/completions';

/** Where a single request of the model would go: a batch's lines and the batch itself name it. */
export const batchEndpointOf = ({ config }: Pick<BatchContext, 'config'>): BatchEndpoint =>
  config.apiType === 'responses_api' ? '/v1/responses' : '/v1/chat/completions';

/** Writes one request as a line of a batch's input file. A request that is given again is not written again. */
export type ToRequestLine = (request: BatchRequest) => string;

/** The body of a line is that of a single request. */
export const createToRequestLine = (context: BatchContext): ToRequestLine => {
  // The size of a request is asked right before it is sent: the line that was measured is the one that goes up. One is kept,
  // since a map of them, weak or not, would keep lines until the next full collection.
  let request: BatchRequest | undefined;
  let line = '';
  return (asked) => {
    if (asked !== request)
      line = toJsonLine({
        custom_id: asked.customId,
        method: 'POST',
        url: batchEndpointOf(context),
        body: context.toBody(asked.request),
      });
    request = asked;
    return line;
  };
};

export interface UploadOptions {
  readonly toRequestLine: ToRequestLine;
  /** Go with the file, in the vendor's own words. */
  readonly fields: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/**
 * Uploads requests as one file, through the disk, and gives its id at the vendor. Nothing is sent before all of them
 * have been read and found to be within the model's limits.
 */
export const uploadRequests = async (
  requests: AsyncIterable<BatchRequest>,
  context: BatchContext,
  { toRequestLine, fields, signal }: UploadOptions,
): Promise<string> => {
  const call = toCallOptions(context, signal);
  const upload = async (file: Blob): Promise<string> => {
    const body = new FormData();
    for (const [name, value] of Object.entries(fields)) body.set(name, value);
    body.set('file', file, 'requests.jsonl');
    const { id } = await callVendor(
      () => context.json.post<{ readonly id?: unknown }>('/files', { body, signal }),
      call,
    );
    return readId(id, 'an uploaded file', context.provider);
  };
  try {
    return await withSpooledFile(toLines(requests, context, toRequestLine), signal, upload);
  } catch (error) {
    throw signal.aborted ? toVendorCallError(error, call) : error;
  }
};

async function* toLines(
  requests: AsyncIterable<BatchRequest>,
  context: BatchContext,
  toRequestLine: ToRequestLine,
): AsyncGenerator<string> {
  const limiter = createBatchLimiter(context.config);
  for await (const request of requests) {
    const line = toRequestLine(request);
    limiter.add(Buffer.byteLength(line));
    yield line;
  }
}
