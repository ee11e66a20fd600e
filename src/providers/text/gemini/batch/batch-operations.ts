import type {
  BatchCallOptions,
  BatchOperations,
  BatchRequest,
  BatchResult,
  ExpectedBatch,
  SubmitBatchOptions,
  VendorBatch,
} from '../../../../core/vendor-batch.ts';
import { ProviderError } from '../../../../core/errors.ts';
import { checkAllCame } from '../../../shared/batch/check-all-came.ts';
import { deleteAll } from '../../../shared/batch/delete-all.ts';
import { readJsonLines } from '../../../shared/batch/jsonl.ts';
import { withSpooledFile } from '../../../shared/batch/spool-file.ts';
import { toVendorCallError } from '../../../shared/batch/vendor-call.ts';
import { readRetryAfterMs } from '../../../shared/call/retry-after.ts';
import { cancelBatch } from '../../../shared/batch/cancel-batch.ts';
import { API_VERSION } from '../api-version.ts';
import { type BatchCall, toCallOptions } from './batch-calls.ts';
import type { BatchContext } from './batch-context.ts';
import {
  CUSTOM_ID_FIELD,
  findInlineBody,
  sizeOfRequest,
  toFileBody,
  toRequestLines,
} from './batch-requests.ts';
import { type RequestResult, readBatchResult } from './read-batch-result.ts';
import { type BatchOperation, toBatchOperation, toVendorBatch } from './to-vendor-batch.ts';
import { uploadFile } from './upload-file.ts';

/** Batches are listed with their answers, which may be large. */
const PAGE_SIZE = 20;

interface BatchesPage {
  readonly operations?: readonly BatchOperation[] | null;
  readonly nextPageToken?: string | null;
}

/** A line of a file of results. */
interface ResultLine extends RequestResult {
  readonly key?: unknown;
}

/**
 * Batches of generateContent. Small ones are sent along with the call that creates them and answered in the batch itself,
 * larger ones go and come back as files. https://ai.google.dev/gemini-api/docs/batch-api
 */
export class GeminiBatchOperations implements BatchOperations {
  readonly storesKey = true;
  readonly #context: BatchContext;

  constructor(context: BatchContext) {
    this.#context = context;
  }

  /** The key is the batch's display name. A submission cut between upload and creation leaves a file, and no batch. */
  async submit(
    requests: AsyncIterable<BatchRequest>,
    { key, signal, beforeCreate }: SubmitBatchOptions,
  ): Promise<VendorBatch> {
    const { calls, config } = this.#context;
    const create = async (file: Blob): Promise<VendorBatch> => {
      const inline = await findInlineBody(file, key);
      const body = inline ?? toFileBody(await uploadFile(file, calls, { displayName: key, signal }), key);
      await beforeCreate?.();
      const address = `/${API_VERSION}/${toModelPath(config.apiModel)}:batchGenerateContent`;
      return this.#batch({ method: 'POST', address, body, signal });
    };
    try {
      return await withSpooledFile(toRequestLines(requests, this.#context, signal), signal, create);
    } catch (error) {
      throw signal.aborted ? toVendorCallError(error, toCallOptions(signal)) : error;
    }
  }

  /** By the display names of all batches of the account: their order is not documented. */
  async find(
    key: string,
    _expected: ExpectedBatch,
    { signal }: BatchCallOptions,
  ): Promise<VendorBatch | undefined> {
    let token: string | undefined;
    for (;;) {
      const query = new URLSearchParams({ pageSize: String(PAGE_SIZE), ...(token && { pageToken: token }) });
      const { body } = await this.#context.calls.json({
        method: 'GET',
        address: `/${API_VERSION}/batches?${query}`,
        signal,
      });
      const { operations, nextPageToken: next } = (body ?? {}) as BatchesPage;
      const found = operations?.find(({ metadata }) => metadata?.displayName === key);
      if (found !== undefined) return toVendorBatch(toBatchOperation(found), null);
      if (!next || next === token) return undefined;
      token = next;
    }
  }

  poll(id: string, { signal }: BatchCallOptions): Promise<VendorBatch> {
    return this.#batch({ method: 'GET', address: toAddress(id), signal });
  }

  cancel(id: string, { signal }: BatchCallOptions): Promise<VendorBatch> {
    const cancel = async (): Promise<VendorBatch> => {
      const address = `${toAddress(id)}:cancel`;
      const taken = await this.#context.calls.open({ method: 'POST', address, body: '{}', signal });
      // The answer is empty: the batch itself tells what came of it.
      await taken.body?.cancel();
      const batch = await this.poll(id, { signal });
      return batch.state === 'running' ? { ...batch, state: 'cancelling' } : batch;
    };
    return cancelBatch(cancel, () => this.poll(id, { signal }));
  }

  /**
   * Throws `PROVIDER_FAILED` for a batch that is completed and has no output, and `STREAM_TRUNCATED` after the last
   * result of a file when it holds fewer answers than the batch counts.
   */
  async *results(id: string, { signal }: BatchCallOptions): AsyncGenerator<BatchResult> {
    const { body } = await this.#context.calls.json({ method: 'GET', address: toAddress(id), signal });
    const seen = new Set<string>();
    for await (const { customId, result } of this.#entries(toBatchOperation(body), signal)) {
      const read = await readBatchResult(customId, result, this.#context, signal);
      if (read === undefined || seen.has(read.customId)) continue;
      seen.add(read.customId);
      yield read;
    }
  }

  /** Its files, then the batch, which has the requests and answers that were sent along with it. */
  delete(id: string, { signal }: BatchCallOptions): Promise<void> {
    const remove = async (name: string): Promise<void> => {
      const answer = await this.#context.calls.open({ method: 'DELETE', address: toAddress(name), signal });
      await answer.body?.cancel();
    };
    return deleteAll([
      async () => {
        const { body } = await this.#context.calls.json({ method: 'GET', address: toAddress(id), signal });
        const { metadata, response } = toBatchOperation(body);
        const output = metadata?.output ?? response;
        const names = [metadata?.inputConfig?.fileName, output?.responsesFile, id];
        await deleteAll(names.flatMap((name) => (name ? [() => remove(name)] : [])));
      },
    ]);
  }

  /** No limit is documented. */
  findCustomIdProblem(): undefined {
    return undefined;
  }

  sizeOf(request: BatchRequest): number {
    return sizeOfRequest(request, this.#context.config);
  }

  async #batch(call: BatchCall): Promise<VendorBatch> {
    const { body, headers } = await this.#context.calls.json(call);
    return toVendorBatch(toBatchOperation(body), readRetryAfterMs(headers));
  }

  async *#entries(operation: BatchOperation, signal: AbortSignal): AsyncGenerator<Entry> {
    const output = operation.metadata?.output ?? operation.response;
    const inlined = output?.inlinedResponses?.inlinedResponses;
    const file = output?.responsesFile;
    const { outcome, counts } = toVendorBatch(operation, null);
    if (inlined) for (const result of inlined) yield { customId: result.metadata?.[CUSTOM_ID_FIELD], result };
    else if (file) {
      let answers = 0;
      for await (const line of this.#lines(file, signal)) {
        if (line?.response) answers += 1;
        yield { customId: line?.key, result: line ?? {} };
      }
      checkAllCame({ came: answers, counted: counts?.succeeded }, 'answers', 'gemini');
    } else if (outcome === 'completed')
      throw new ProviderError('PROVIDER_FAILED', {
        provider: 'gemini',
        vendorMessage: 'a completed batch has no output',
      });
  }

  async *#lines(file: string, signal: AbortSignal): AsyncGenerator<ResultLine | null> {
    try {
      const address = `/download${toAddress(file)}:download?alt=media`;
      const { body } = await this.#context.calls.open({ method: 'GET', address, signal });
      if (body === null) return;
      for await (const line of readJsonLines(body, { provider: 'gemini' })) yield line as ResultLine | null;
    } catch (error) {
      throw toVendorCallError(error, toCallOptions(signal));
    }
  }
}

interface Entry {
  readonly customId: unknown;
  readonly result: RequestResult;
}

/** The address of what the vendor names `batches/…` or `files/…`. */
const toAddress = (name: string): string =>
  `/${API_VERSION}/${name.split('/').map(encodeURIComponent).join('/')}`;

const toModelPath = (apiModel: string): string => (apiModel.includes('/') ? apiModel : `models/${apiModel}`);
