import type {
  BatchCallOptions,
  BatchOperations,
  BatchRequest,
  BatchResult,
  SubmitBatchOptions,
  VendorBatch,
} from '../../../../core/vendor-batch.ts';
import { checkAllCame } from '../../../shared/batch/check-all-came.ts';
import { callVendor } from '../../../shared/batch/vendor-call.ts';
import { type BatchContext, toCallOptions } from '../../openai-compatible/batch/batch-context.ts';
import {
  createToRequestLine,
  type ToRequestLine,
  uploadRequests,
} from '../../openai-compatible/batch/batch-requests.ts';
import { cancelBatch } from '../../../shared/batch/cancel-batch.ts';
import { readBatchResult, type XAIBatchResult } from './read-batch-result.ts';
import { toVendorBatch, type XAIBatchBody } from './to-vendor-batch.ts';

interface Page {
  /** Where the next page begins; the last one has none. */
  readonly pagination_token?: string | null;
}
interface BatchesPage extends Page {
  readonly batches?: readonly XAIBatchBody[] | null;
}
interface ResultsPage extends Page {
  readonly results?: readonly (XAIBatchResult | null)[] | null;
}

/** A page of results is held in memory as a whole. */
const PAGE_SIZE = 100;

/**
 * xAI's batches: requests go up as one file, so that a batch has all of them or does not exist; results come in pages.
 * https://docs.x.ai/docs/guides/batch-api
 */
export class XAIBatchOperations implements BatchOperations {
  readonly storesKey = true;
  readonly #context: BatchContext;
  readonly #toRequestLine: ToRequestLine;

  constructor(context: BatchContext) {
    this.#context = context;
    this.#toRequestLine = createToRequestLine(context);
  }

  async submit(
    requests: AsyncIterable<BatchRequest>,
    { key, signal, beforeCreate }: SubmitBatchOptions,
  ): Promise<VendorBatch> {
    const fileId = await uploadRequests(requests, this.#context, {
      toRequestLine: this.#toRequestLine,
      fields: {},
      signal,
    });
    await beforeCreate?.();
    const body = { name: key, input_file_id: fileId };
    return this.#toVendorBatch(
      await this.#call(signal, () => this.#context.json.post<XAIBatchBody>('/batches', { body, signal })),
    );
  }

  /** By the names of all batches of the account: their order is not documented, and they tell no more than a day. */
  async find(
    key: string,
    _expected: { readonly since: Date; readonly total: number },
    { signal }: BatchCallOptions,
  ): Promise<VendorBatch | undefined> {
    for await (const { batches } of this.#pages<BatchesPage>('/batches', signal)) {
      const found = batches?.find(({ name }) => name === key);
      if (found !== undefined) return this.#toVendorBatch(found);
    }
    return undefined;
  }

  async poll(id: string, { signal }: BatchCallOptions): Promise<VendorBatch> {
    const path = `/batches/${encodeURIComponent(id)}`;
    return this.#toVendorBatch(
      await this.#call(signal, () => this.#context.json.get<XAIBatchBody>(path, { signal })),
    );
  }

  cancel(id: string, { signal }: BatchCallOptions): Promise<VendorBatch> {
    const cancel = async (): Promise<VendorBatch> => {
      // What this answers is not documented: the batch itself tells what came of it.
      await this.#call(signal, () =>
        this.#context.bytes.post(`/batches/${encodeURIComponent(id)}:cancel`, { signal }),
      );
      const batch = await this.poll(id, { signal });
      return batch.state === 'running' ? { ...batch, state: 'cancelling' } : batch;
    };
    return cancelBatch(cancel, () => this.poll(id, { signal }));
  }

  /** Throws `STREAM_TRUNCATED` after the last one when there are fewer answers than the batch counts. */
  async *results(id: string, { signal }: BatchCallOptions): AsyncGenerator<BatchResult> {
    const path = `/batches/${encodeURIComponent(id)}`;
    const { state } = await this.#call(signal, () => this.#context.json.get<XAIBatchBody>(path, { signal }));
    const seen = new Set<string>();
    let answers = 0;
    for await (const { results } of this.#pages<ResultsPage>(`${path}/results`, signal)) {
      for (const entry of results ?? []) {
        if (entry?.batch_result?.response) answers += 1;
        const result = await readBatchResult(entry, this.#context, signal);
        if (result === undefined || seen.has(result.customId)) continue;
        seen.add(result.customId);
        yield result;
      }
    }
    checkAllCame({ came: answers, counted: state?.num_success }, 'answers', this.#context.provider);
  }

  /** No limit is documented. */
  findCustomIdProblem(): undefined {
    return undefined;
  }

  sizeOf(request: BatchRequest): number {
    return Buffer.byteLength(this.#toRequestLine(request));
  }

  async *#pages<T extends Page>(path: string, signal: AbortSignal): AsyncGenerator<T> {
    let token: string | undefined;
    for (;;) {
      const query = { limit: PAGE_SIZE, ...(token !== undefined && { pagination_token: token }) };
      const page = await this.#call(signal, () => this.#context.json.get<T>(path, { query, signal }));
      yield page;
      const { pagination_token: next } = page;
      if (!next || next === token) return;
      token = next;
    }
  }

  #call<T>(signal: AbortSignal, call: () => PromiseLike<T>): Promise<T> {
    return callVendor(call, toCallOptions(this.#context, signal));
  }

  #toVendorBatch(batch: XAIBatchBody): VendorBatch {
    return toVendorBatch(batch, this.#context.provider);
  }
}

export const createBatchOperations = (context: BatchContext): BatchOperations =>
  new XAIBatchOperations(context);
