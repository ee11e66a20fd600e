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
import { callVendor, toVendorCallError } from '../../../shared/batch/vendor-call.ts';
import { readRetryAfterMs } from '../../../shared/call/retry-after.ts';
import { cancelBatch } from '../../../shared/batch/cancel-batch.ts';
import { type BatchContext, toCallOptions } from './batch-context.ts';
import { sizeOfRequest, toBatchBody } from './batch-requests.ts';
import { type BatchLine, readBatchResult } from './read-batch-result.ts';
import { createdAtOf, type MessageBatchBody, toVendorBatch, totalOf } from './to-vendor-batch.ts';

const PATH = '/v1/messages/batches';

/** https://platform.claude.com/docs/en/api/messages/batches/create */
const CUSTOM_ID = /^[a-zA-Z0-9_-]{1,64}$/;

/**
 * How far the vendor's clock may be behind ours. Short: a batch of the same size made before ours would be taken for it.
 */
const CLOCK_SKEW_MS = 60_000;

const PAGE_SIZE = 100;

/** How many results tell whether a batch is ours. */
const SAMPLED_RESULTS = 10;

/** Message batches: requests go up as one JSON body, which is written to the disk first, and results come as JSON Lines. */
export class AnthropicBatchOperations implements BatchOperations {
  readonly storesKey = false;
  readonly #context: BatchContext;

  constructor(context: BatchContext) {
    this.#context = context;
  }

  /** The API takes nothing to store with a batch: the key goes nowhere. */
  async submit(
    requests: AsyncIterable<BatchRequest>,
    { signal, beforeCreate }: SubmitBatchOptions,
  ): Promise<VendorBatch> {
    const call = toCallOptions(this.#context, signal);
    const create = async (body: Blob): Promise<MessageBatchBody> => {
      await beforeCreate?.();
      return callVendor(
        () =>
          this.#context.json.post<MessageBatchBody>(PATH, {
            body,
            headers: { 'content-type': 'application/json' },
            signal,
          }),
        call,
      );
    };
    try {
      const body = toBatchBody(requests, this.#context.config);
      return toVendorBatch(await withSpooledFile(body, signal, create), null);
    } catch (error) {
      throw signal.aborted ? toVendorCallError(error, call) : error;
    }
  }

  /**
   * By what the list of batches tells: a batch is the one if it was created no earlier than a minute before `since`, has
   * as many requests, is not among `takenIds`, and, once it has ended, has results of no request but those
   * `hasCustomId` knows. Throws `PROVIDER_FAILED` when several are left.
   *
   * A doubt remains. A batch that another client submitted with the same key of the account, in that time and of that
   * size, may be taken for it while it runs, or without `hasCustomId`; its results then name unknown requests. And a
   * submission the vendor is still taking in is not listed yet: ask again a little later before believing that there
   * is none.
   */
  async find(
    _key: string,
    expected: ExpectedBatch,
    { signal }: BatchCallOptions,
  ): Promise<VendorBatch | undefined> {
    const candidates: MessageBatchBody[] = [];
    for await (const batch of this.#batchesSince(expected.since, signal)) {
      if (totalOf(batch) !== expected.total || expected.takenIds?.has(batch.id) === true) continue;
      if (await this.#mayBe(batch, expected, signal)) candidates.push(batch);
    }
    const [found, ...others] = candidates;
    if (others.length > 0)
      throw new ProviderError('PROVIDER_FAILED', {
        provider: this.#context.provider,
        vendorMessage: `${candidates.length} batches may be the one that was submitted`,
      });
    return found && toVendorBatch(found, null);
  }

  async poll(id: string, { signal }: BatchCallOptions): Promise<VendorBatch> {
    const { data, response } = await callVendor(
      () => this.#context.json.messages.batches.retrieve(id, {}, { signal }).withResponse(),
      toCallOptions(this.#context, signal),
    );
    return toVendorBatch(data, readRetryAfterMs(response.headers));
  }

  cancel(id: string, { signal }: BatchCallOptions): Promise<VendorBatch> {
    const cancel = async (): Promise<VendorBatch> => {
      const batch = await callVendor(
        () => this.#context.json.messages.batches.cancel(id, {}, { signal }),
        toCallOptions(this.#context, signal),
      );
      return toVendorBatch(batch, null);
    };
    return cancelBatch(cancel, () => this.poll(id, { signal }));
  }

  /** Throws `STREAM_TRUNCATED` after the last one when there are fewer than the batch has requests. */
  async *results(id: string, { signal }: BatchCallOptions): AsyncGenerator<BatchResult> {
    const total = totalOf(
      await callVendor(
        () => this.#context.json.messages.batches.retrieve(id, {}, { signal }),
        toCallOptions(this.#context, signal),
      ),
    );
    const seen = new Set<string>();
    let lines = 0;
    for await (const line of this.#lines(id, signal)) {
      lines += 1;
      const result = await readBatchResult(line, this.#context, signal);
      if (result === undefined || seen.has(result.customId)) continue;
      seen.add(result.customId);
      yield result;
    }
    checkAllCame({ came: lines, counted: total }, 'results', this.#context.provider);
  }

  /** With its requests and results: https://platform.claude.com/docs/en/api/messages/batches/delete */
  delete(id: string, { signal }: BatchCallOptions): Promise<void> {
    const { messages } = this.#context.json;
    return deleteAll([
      () =>
        callVendor(() => messages.batches.delete(id, {}, { signal }), toCallOptions(this.#context, signal)),
    ]);
  }

  findCustomIdProblem(customId: string): string | undefined {
    return CUSTOM_ID.test(customId)
      ? undefined
      : 'It must have 1 to 64 characters, each a letter from a to z, a digit, "_" or "-".';
  }

  sizeOf(request: BatchRequest): number {
    return sizeOfRequest(request, this.#context.config);
  }

  /** The vendor lists the newest first. */
  async *#batchesSince(since: Date, signal: AbortSignal): AsyncGenerator<MessageBatchBody> {
    const seen = new Set<string>();
    try {
      for await (const batch of this.#context.json.messages.batches.list({ limit: PAGE_SIZE }, { signal })) {
        const createdAt = createdAtOf(batch);
        if (createdAt !== null && createdAt.getTime() < since.getTime() - CLOCK_SKEW_MS) return;
        // A server that ignores the cursor would send the same page for ever.
        if (seen.has(batch.id)) return;
        seen.add(batch.id);
        yield batch;
      }
    } catch (error) {
      throw toVendorCallError(error, toCallOptions(this.#context, signal));
    }
  }

  /** Reads a few results of a batch that has ended; one that has none yet, or none any more, may be any. */
  async #mayBe(
    batch: MessageBatchBody,
    { hasCustomId }: ExpectedBatch,
    signal: AbortSignal,
  ): Promise<boolean> {
    if (hasCustomId === undefined || batch.processing_status !== 'ended' || batch.archived_at) return true;
    let sampled = 0;
    for await (const line of this.#lines(batch.id, signal)) {
      if (typeof line?.custom_id === 'string' && !(await hasCustomId(line.custom_id))) return false;
      sampled += 1;
      if (sampled === SAMPLED_RESULTS) break;
    }
    return true;
  }

  /** From the documented path, not from the address in `results_url`, which would be given the key wherever it led. */
  async *#lines(id: string, signal: AbortSignal): AsyncGenerator<BatchLine | null> {
    try {
      const { body } = await this.#context.bytes
        .get(`${PATH}/${encodeURIComponent(id)}/results`, { signal })
        .asResponse();
      if (body === null) return;
      for await (const line of readJsonLines(body, { provider: this.#context.provider }))
        yield line as BatchLine | null;
    } catch (error) {
      throw toVendorCallError(error, toCallOptions(this.#context, signal));
    }
  }
}
