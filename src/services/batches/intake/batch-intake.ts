import { createHash, randomUUID } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import { type BatchOperations, hasBatchOperations, hasNativeBatch } from '../../../core/vendor-batch.ts';
import { ModelgraphError, type Problem, RequestRejected } from '../../../core/errors.ts';
import type { JsonValue } from '../../../core/json.ts';
import type { ModelConfig } from '../../../core/model-config.ts';
import type { ServiceLog } from '../../../core/service-log.ts';
import type { BatchStore, NewItem } from '../../../stores/batches/batch-store.ts';
import type { KeyHolder } from '../../../stores/idempotency-keys.ts';
import type { BatchSubmission, BatchSubmissionLine } from './batch-submission.ts';
import {
  findCustomIdProblem,
  findOtherModelProblem,
  findUnfitFields,
  findVendorIdProblem,
  tooLargeProblem,
} from './check-batch-request.ts';
import { otherRequest } from '../../refusals.ts';
import { previewGeneration, type PreviewDependencies } from '../../checks/preview.ts';
import { requestHashOf } from '../../checks/request-hash.ts';
import { withoutMedia } from '../../media/resolve-media.ts';
import { BatchSplitter } from './split-batch.ts';

export interface BatchIntakeOptions extends PreviewDependencies {
  readonly store: BatchStore;
  readonly log: ServiceLog;
}

const MAX_REQUESTS = 100_000;
const MAX_PROBLEMS = 100;

/** Requests are stored so many at a time; large ones fewer. */
const ITEMS_A_WRITE = 500;
const BYTES_A_WRITE = 4 * 1024 * 1024;

/** Tells whether two submissions ask for the same; the requests are told to it one by one. */
class SubmissionHash {
  readonly #hash = createHash('sha256');

  constructor({
    displayName,
    metadata,
  }: { readonly displayName: string | null; readonly metadata: JsonValue | null }) {
    this.#hash.update(requestHashOf({ batch: { displayName, metadata } }));
  }

  add(line: BatchSubmissionLine): void {
    this.#hash.update('problems' in line ? 'problems' : requestHashOf([line.customId, line.input]));
  }

  digest(): string {
    return this.#hash.digest('hex');
  }
}

/** What the first acceptable request settles for all the others. */
interface Course {
  readonly config: ModelConfig;
  /** null: its requests are asked one by one. */
  readonly operations: BatchOperations | null;
  readonly splitter: BatchSplitter;
}

const tooSlow = (): ModelgraphError =>
  new ModelgraphError(
    'SERVICE_UNAVAILABLE',
    'The requests took too long to come in. Submit the batch again.',
  );

/** One submission while its requests come in. */
export class BatchIntake {
  readonly #options: BatchIntakeOptions;
  readonly #submission: BatchSubmission;
  readonly #id = `batch_${randomUUID().replaceAll('-', '')}`;
  readonly #hash: SubmissionHash | null;
  readonly #customIds = new Set<string>();
  readonly #problems: Problem[] = [];
  #course: Course | undefined;
  #isCreated = false;
  #count = 0;
  #waiting: NewItem[] = [];
  #waitingBytes = 0;

  constructor(options: BatchIntakeOptions, submission: BatchSubmission) {
    this.#options = options;
    this.#submission = submission;
    this.#hash = submission.idempotencyKey === null ? null : new SubmissionHash(submission);
  }

  /** Gives the id of the batch that is stored, or of the one that was stored under the same key before. */
  async run(): Promise<string> {
    const { principalId, idempotencyKey } = this.#submission;
    if (idempotencyKey !== null) {
      const known = await this.#options.store.findByKey(principalId, idempotencyKey);
      if (known !== undefined) return this.#compare(known);
    }
    try {
      const id = await this.#takeIn();
      if (id !== this.#id) await this.#discard();
      return id;
    } catch (error) {
      await this.#discard();
      throw error;
    }
  }

  async #compare(known: KeyHolder): Promise<string> {
    for await (const line of this.#submission.requests) {
      this.#submission.signal.throwIfAborted();
      this.#hash?.add(line);
    }
    if (this.#hash?.digest() !== known.requestHash) throw otherRequest();
    return known.id;
  }

  async #takeIn(): Promise<string> {
    const { requests, signal, source } = this.#submission;
    for await (const line of requests) {
      signal.throwIfAborted();
      if (this.#count === MAX_REQUESTS) {
        this.#refuse(['input', source], `A batch takes at most ${MAX_REQUESTS} requests.`);
        break;
      }
      this.#hash?.add(line);
      await this.#take(line);
      this.#count += 1;
      if (this.#problems.length >= MAX_PROBLEMS) break;
    }
    signal.throwIfAborted();
    if (this.#count === 0) this.#refuse(['input', source], 'A batch has at least one request.');
    const [first, ...others] = this.#problems.slice(0, MAX_PROBLEMS);
    if (first !== undefined) throw new RequestRejected([first, ...others]);
    await this.#write();
    return this.#publish();
  }

  async #take(line: BatchSubmissionLine): Promise<void> {
    const found: Problem[] = [];
    if ('problems' in line) found.push(...line.problems);
    else await this.#check(line.customId, line, found);
    const place = ['input', this.#submission.source, String(line.line ?? this.#count)];
    for (const problem of found) this.#problems.push({ ...problem, path: [...place, ...problem.path] });
    if (this.#problems.length > 0) this.#waiting = [];
    else if (this.#waiting.length >= ITEMS_A_WRITE || this.#waitingBytes >= BYTES_A_WRITE) {
      await this.#write();
      // Requests that are all there already would keep everybody else waiting.
      await turn();
    }
  }

  async #check(
    customId: string,
    { input }: Extract<BatchSubmissionLine, { readonly customId: string }>,
    found: Problem[],
  ): Promise<void> {
    const idProblem = findCustomIdProblem(customId, this.#customIds);
    if (idProblem !== undefined) found.push(idProblem);
    this.#customIds.add(customId);
    const unfit = findUnfitFields(input);
    const unfitNames = new Set(unfit.map(({ path }) => path[1]));
    const { prepared, problems } = previewGeneration(input, this.#options);
    found.push(...unfit, ...problems.filter(({ path }) => !unfitNames.has(path[1])));
    if (prepared === null) return;
    const { request, resolution } = prepared;
    this.#course ??= await this.#courseFor(resolution.config);
    const { config, operations, splitter } = this.#course;
    const otherModel = findOtherModelProblem(resolution.config, config);
    if (otherModel !== undefined) {
      found.push(otherModel);
      return;
    }
    if (operations !== null && idProblem === undefined) {
      const vendorProblem = findVendorIdProblem(customId, operations, config);
      if (vendorProblem !== undefined) found.push(vendorProblem);
    }
    const bytes =
      operations?.sizeOf({ customId, request: withoutMedia(request, config) }) ??
      JSON.stringify(request).length;
    if (operations !== null && splitter.maxBytes !== null && bytes > splitter.maxBytes)
      found.push(tooLargeProblem(bytes, splitter.maxBytes, config));
    if (found.length > 0) return;
    splitter.add(bytes);
    const { metadata } = input;
    this.#waiting.push({ index: this.#count, customId, request, metadata });
    this.#waitingBytes += bytes + (metadata === null ? 0 : JSON.stringify(metadata).length);
  }

  async #courseFor(config: ModelConfig): Promise<Course> {
    const provider = hasNativeBatch(config)
      ? await this.#options.providers.getTextProvider(config)
      : undefined;
    const operations = provider !== undefined && hasBatchOperations(provider) ? provider.batches : null;
    const splitter = new BatchSplitter(operations === null ? { type: 'none' } : config.batch);
    return { config, operations, splitter };
  }

  async #write(): Promise<void> {
    const { store } = this.#options;
    const { principalId, displayName, metadata } = this.#submission;
    if (this.#course === undefined || this.#waiting.length === 0) return;
    const { config, operations } = this.#course;
    const mode = operations === null ? 'sequential' : 'native';
    if (!this.#isCreated)
      await store.create({ id: this.#id, principalId, mode, displayName, metadata, config });
    this.#isCreated = true;
    if (!(await store.addItems(this.#id, this.#waiting))) throw tooSlow();
    this.#waiting = [];
    this.#waitingBytes = 0;
  }

  async #publish(): Promise<string> {
    const { idempotencyKey } = this.#submission;
    if (this.#course === undefined || !this.#isCreated)
      throw new TypeError('a batch without problems has nothing stored');
    const { config, splitter } = this.#course;
    const published = await this.#options.store.publish(
      this.#id,
      {
        total: this.#count,
        provider: config.provider,
        jobs: splitter.parts().map((part, index) => ({ ...part, key: `${this.#id}_${index}` })),
      },
      idempotencyKey === null || this.#hash === null
        ? null
        : { key: idempotencyKey, requestHash: this.#hash.digest() },
    );
    switch (published.type) {
      case 'published':
        return this.#id;
      case 'existing':
        if (!published.sameRequest) throw otherRequest();
        return published.batchId;
      case 'gone':
        throw tooSlow();
    }
  }

  /** Best effort: what is left is never seen, and deleted in a while. */
  async #discard(): Promise<void> {
    if (!this.#isCreated) return;
    try {
      await this.#options.store.discard(this.#id);
    } catch (error) {
      this.#options.log.warn({ err: error, batchId: this.#id }, 'a refused batch is deleted later');
    }
  }

  #refuse(path: readonly string[], message: string): void {
    this.#problems.push({ code: 'INVALID_REQUEST', message, path, allowed: null, suggestion: null });
  }
}
