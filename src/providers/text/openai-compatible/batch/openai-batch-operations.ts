import type {
  BatchCallOptions,
  BatchOperations,
  BatchRequest,
  BatchResult,
  SubmitBatchOptions,
  VendorBatch,
} from '../../../../core/vendor-batch.ts';
import { deleteAll } from '../../../shared/batch/delete-all.ts';
import { checkAllCame } from '../../../shared/batch/check-all-came.ts';
import { readJsonLines } from '../../../shared/batch/jsonl.ts';
import { callVendor, toVendorCallError } from '../../../shared/batch/vendor-call.ts';
import { type BatchContext, toCallOptions } from './batch-context.ts';
import {
  batchEndpointOf,
  createToRequestLine,
  type ToRequestLine,
  uploadRequests,
} from './batch-requests.ts';
import { cancelBatch } from '../../../shared/batch/cancel-batch.ts';
import { type BatchLine, readBatchLine } from './read-batch-line.ts';
import { type BatchBody, toVendorBatch } from './to-vendor-batch.ts';

/** How one vendor's batch API differs from OpenAI's. */
export interface BatchDialect {
  /** After how many seconds an input file is deleted; null: the vendor takes no such wish. */
  readonly inputExpiresAfterSeconds: number | null;
  /** The longest `custom_id`, in characters. */
  readonly maxCustomIdLength: number;
}

interface BatchesPage {
  readonly data?: readonly BatchBody[] | null;
  readonly has_more?: boolean | null;
}

/** Where a batch carries our key. */
const KEY_FIELD = 'modelgraph_batch';

/** How far a vendor's clock may be behind ours. */
const CLOCK_SKEW_MS = 10 * 60_000;

const PAGE_SIZE = 100;

/**
 * Batches by way of files: requests are uploaded as one, answers come back in an output file and an error file, each in
 * an order of its own.
 */
export class OpenAIBatchOperations implements BatchOperations {
  readonly storesKey = true;
  readonly #context: BatchContext;
  readonly #dialect: BatchDialect;
  readonly #toRequestLine: ToRequestLine;

  constructor(context: BatchContext, dialect: BatchDialect) {
    this.#context = context;
    this.#dialect = dialect;
    this.#toRequestLine = createToRequestLine(context);
  }

  /** A submission cut between upload and creation leaves an unused file, and no batch. */
  async submit(
    requests: AsyncIterable<BatchRequest>,
    { key, signal, beforeCreate }: SubmitBatchOptions,
  ): Promise<VendorBatch> {
    const seconds = this.#dialect.inputExpiresAfterSeconds;
    const fileId = await uploadRequests(requests, this.#context, {
      toRequestLine: this.#toRequestLine,
      signal,
      fields: {
        purpose: 'batch',
        ...(seconds !== null && {
          'expires_after[anchor]': 'created_at',
          'expires_after[seconds]': String(seconds),
        }),
      },
    });
    await beforeCreate?.();
    return this.#call(signal, () =>
      this.#context.json.batches.create(
        {
          input_file_id: fileId,
          endpoint: batchEndpointOf(this.#context),
          completion_window: '24h',
          metadata: { [KEY_FIELD]: key },
        },
        { signal },
      ),
    );
  }

  /**
   * By the metadata of the account's batches. They come newest first, though no vendor says so: older ones are left out
   * only where the list shows that order.
   */
  async find(
    key: string,
    { since }: { readonly since: Date },
    { signal }: BatchCallOptions,
  ): Promise<VendorBatch | undefined> {
    const oldestSeconds = (since.getTime() - CLOCK_SKEW_MS) / 1000;
    let after: string | undefined;
    let newestSeconds = Number.NEGATIVE_INFINITY;
    for (;;) {
      const query = { limit: PAGE_SIZE, ...(after !== undefined && { after }) };
      const page = await callVendor(
        // The SDK's own page takes silence about more for the end.
        () => this.#context.json.get<BatchesPage>('/batches', { query, signal }),
        toCallOptions(this.#context, signal),
      );
      const batches = page.data ?? [];
      const found = batches.find(({ metadata }) => metadata?.[KEY_FIELD] === key);
      if (found !== undefined) return toVendorBatch(found, this.#context.provider);
      const last = batches.at(-1);
      // Groq does not say whether there is more, and one that ignores the cursor would send the same page for ever.
      if (page.has_more === false || last === undefined || last.id === after) return undefined;
      for (const { created_at: seconds } of batches) newestSeconds = Math.max(newestSeconds, seconds ?? 0);
      const lastSeconds = last.created_at ?? Number.POSITIVE_INFINITY;
      if (lastSeconds < oldestSeconds && lastSeconds < newestSeconds) return undefined;
      after = last.id;
    }
  }

  poll(id: string, { signal }: BatchCallOptions): Promise<VendorBatch> {
    return this.#call(signal, () => this.#context.json.batches.retrieve(id, { signal }));
  }

  cancel(id: string, { signal }: BatchCallOptions): Promise<VendorBatch> {
    return cancelBatch(
      () => this.#call(signal, () => this.#context.json.batches.cancel(id, { signal })),
      () => this.poll(id, { signal }),
    );
  }

  /**
   * Those of the output file, then those of the error file, which is read whatever is wrong with the other: that is
   * thrown after the last one. So is `STREAM_TRUNCATED` for a batch that is completed, when the output file holds fewer
   * answers than the batch counts, or is not there.
   */
  async *results(id: string, { signal }: BatchCallOptions): AsyncGenerator<BatchResult> {
    const batch: BatchBody = await callVendor(
      () => this.#context.json.batches.retrieve(id, { signal }),
      toCallOptions(this.#context, signal),
    );
    const { output_file_id: outputFileId, error_file_id: errorFileId, request_counts: counts } = batch;
    const seen = new Set<string>();
    const failures: unknown[] = [];
    let answers = 0;
    for (const fileId of [outputFileId, errorFileId]) {
      if (!fileId) continue;
      try {
        for await (const line of this.#lines(fileId, signal)) {
          if (fileId === outputFileId) answers += 1;
          const result = await readBatchLine(line as BatchLine, this.#context, signal);
          if (result === undefined || seen.has(result.customId)) continue;
          seen.add(result.customId);
          yield result;
        }
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
    if (batch.status === 'completed')
      checkAllCame({ came: answers, counted: counts?.completed }, 'answers', this.#context.provider);
  }

  /** Its three files: what is left of a batch itself names no request and no answer, and cannot be deleted. */
  async delete(id: string, { signal }: BatchCallOptions): Promise<void> {
    const call = toCallOptions(this.#context, signal);
    const { json } = this.#context;
    await deleteAll([
      async () => {
        const batch: BatchBody = await callVendor(() => json.batches.retrieve(id, { signal }), call);
        const fileIds = [batch.input_file_id, batch.output_file_id, batch.error_file_id];
        await deleteAll(
          fileIds.flatMap((fileId) =>
            fileId ? [() => callVendor(() => json.files.delete(fileId, { signal }), call)] : [],
          ),
        );
      },
    ]);
  }

  findCustomIdProblem(customId: string): string | undefined {
    const { maxCustomIdLength } = this.#dialect;
    return customId.length > maxCustomIdLength
      ? `It may have at most ${maxCustomIdLength} characters.`
      : undefined;
  }

  sizeOf(request: BatchRequest): number {
    return Buffer.byteLength(this.#toRequestLine(request));
  }

  async #call(signal: AbortSignal, call: () => PromiseLike<BatchBody>): Promise<VendorBatch> {
    return toVendorBatch(
      await callVendor(call, toCallOptions(this.#context, signal)),
      this.#context.provider,
    );
  }

  async *#lines(fileId: string, signal: AbortSignal): AsyncGenerator {
    const { provider, bytes } = this.#context;
    try {
      const { body } = await bytes.files.content(fileId, { signal });
      if (body !== null) yield* readJsonLines(body, { provider });
    } catch (error) {
      throw toVendorCallError(error, toCallOptions(this.#context, signal));
    }
  }
}
