import { randomUUID } from 'node:crypto';
import { createProblem, ModelgraphError, type Problem, RequestRejected } from '../../../core/errors.ts';
import { type AppliedBudget, findBudgets, findTag } from '../../../core/budget.ts';
import type { JsonValue } from '../../../core/json.ts';
import { NO_PROVIDER_KEYS } from '../../../core/provider-keys.ts';
import type { ServiceLog } from '../../../core/service-log.ts';
import { Pace } from '../../../lib/pace.ts';
import type { ProviderFactory } from '../../../registry/provider-factory.ts';
import type { BatchStore } from '../../../stores/batches/batch-store.ts';
import type { Hold } from '../../principals/limits/rate-limiter.ts';
import type { KeyHolder } from '../../../stores/idempotency-keys.ts';
import type { BatchSubmission, BatchSubmissionLine } from './batch-submission.ts';
import {
  findCustomIdProblem,
  findOtherModelProblem,
  findUnfitFields,
  findVendorIdProblem,
  tooLargeProblem,
} from './check-batch-request.ts';
import type { PrincipalLimits } from '../../principals/limits/principal-limits.ts';
import { type GenerationGuards, toGuardedPrincipal, toGuardedRequest } from '../../generation-guards.ts';
import { otherRequest } from '../../refusals.ts';
import {
  type PreparedGeneration,
  previewGeneration,
  type PreviewDependencies,
} from '../../checks/preview.ts';
import { withoutMedia } from '../../media/resolve-media.ts';
import { findBudgetProblems, type UnpricedRule } from '../../checks/check-budget.ts';
import { boundItem } from './bound-item.ts';
import { type BatchPlan, createBatchPlan } from './batch-plan.ts';
import { ItemWriter } from './item-writer.ts';
import { SubmissionHash } from './submission-hash.ts';

export interface BatchIntakeOptions extends PreviewDependencies {
  readonly providers: ProviderFactory;
  readonly store: BatchStore;
  readonly guards: GenerationGuards;
  readonly log: ServiceLog;
  /** What becomes of requests under a budget to models without a known price. */
  readonly unpriced: UnpricedRule;
  /** Milliseconds since 1970: the clock that the periods of budgets go by. */
  readonly now: () => number;
  readonly principalLimits: PrincipalLimits;
}

const MAX_REQUESTS = 100_000;
const MAX_PROBLEMS = 100;

/** A line that could be read. */
type ReadableLine = Extract<BatchSubmissionLine, { readonly customId: string }>;

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
  readonly #writer: ItemWriter;
  readonly #customIds = new Set<string>();
  readonly #problems: Problem[] = [];
  #plan: BatchPlan | undefined;
  /** Requests that are all there already would keep everything else waiting. */
  readonly #pace = new Pace();
  #count = 0;
  /** The most that all requests together may cost. */
  #bound: number | null = 0;
  readonly #budgets: readonly AppliedBudget[];

  constructor(options: BatchIntakeOptions, submission: BatchSubmission) {
    this.#options = options;
    this.#submission = submission;
    this.#budgets = findBudgets(submission.principal, findTag(submission.metadata), options.now());
    this.#hash = submission.idempotencyKey === null ? null : new SubmissionHash(submission);
    this.#writer = new ItemWriter(options.store, this.#id, submission);
  }

  /** Gives the id of the batch that is stored, or of the one that was stored under the same key before. */
  async run(): Promise<string> {
    const { principal, idempotencyKey } = this.#submission;
    if (idempotencyKey !== null) {
      const known = await this.#options.store.findByKey(principal.id, idempotencyKey);
      if (known !== undefined) return this.#compare(known);
    }
    const hold = await this.#holdPlace();
    try {
      const id = await this.#takeIn();
      if (id !== this.#id) await this.#discard();
      return id;
    } catch (error) {
      await this.#discard();
      throw error;
    } finally {
      hold?.release();
    }
  }

  /** While it comes in; from then on it is counted among those that have not ended. */
  #holdPlace(): Promise<Hold> | null {
    const { principalLimits, store } = this.#options;
    return principalLimits.holdBatch(
      this.#submission.principal,
      (owners) => store.countUnfinishedOf(owners),
      ['input'],
    );
  }

  async #compare(known: KeyHolder): Promise<string> {
    for await (const line of this.#submission.requests) {
      await this.#pace.next();
      this.#submission.signal.throwIfAborted();
      this.#hash?.add(line);
    }
    if (this.#hash?.digest() !== known.requestHash) throw otherRequest();
    return known.id;
  }

  async #takeIn(): Promise<string> {
    const { requests, signal, source } = this.#submission;
    for await (const line of requests) {
      await this.#pace.next();
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
    const found = 'problems' in line ? line.problems : await this.#check(line);
    const place = ['input', this.#submission.source, String(line.line ?? this.#count)];
    for (const problem of found) this.#problems.push({ ...problem, path: [...place, ...problem.path] });
    if (this.#problems.length > 0) this.#writer.clear();
    else if (this.#writer.isFull) await this.#write();
  }

  /** Gives the problems of one request; without any the request is taken. Their paths begin at the request. */
  async #check({ customId, input }: ReadableLine): Promise<readonly Problem[]> {
    const idProblem = findCustomIdProblem(customId, this.#customIds);
    this.#customIds.add(customId);
    const unfit = findUnfitFields(input);
    const unfitNames = new Set(unfit.flatMap(({ path }) => (path.length === 2 ? path[1] : [])));
    const { principal, providerKeys = NO_PROVIDER_KEYS } = this.#submission;
    const providers = this.#options.providers.forCaller(providerKeys);
    const { prepared, problems } = previewGeneration(
      input,
      { ...this.#options, providers },
      principal.access,
    );
    // A line of megabytes takes a while in each of the steps.
    await this.#pace.next();
    const found = [
      ...(idProblem === undefined ? [] : [idProblem]),
      ...unfit,
      ...problems.filter(({ path }) => !unfitNames.has(path[1])),
    ];
    if (prepared === null) return found;
    this.#plan ??= await createBatchPlan(prepared, this.#options.providers);
    const { config, operations } = this.#plan;
    const otherModel = findOtherModelProblem(prepared.resolution.config, config);
    if (otherModel !== undefined) return [...found, otherModel];
    const vendorProblem =
      operations === null || idProblem !== undefined
        ? undefined
        : findVendorIdProblem(customId, operations, config);
    if (vendorProblem !== undefined) found.push(vendorProblem);
    return this.#admit({ customId, input }, prepared, this.#plan, found);
  }

  /** Adds a request that has no problems to the batch, unless it is too large for any or a guard refuses it. */
  async #admit(
    { customId, input: { metadata } }: ReadableLine,
    prepared: PreparedGeneration,
    { config, operations, splitter }: BatchPlan,
    found: readonly Problem[],
  ): Promise<readonly Problem[]> {
    const { request, outputRules, warnings } = prepared;
    const bytes =
      operations?.sizeOf({ customId, request: withoutMedia(request, config) }) ??
      JSON.stringify(request).length;
    await this.#pace.next();
    if (splitter.maxBytes !== null && bytes > splitter.maxBytes)
      return [...found, tooLargeProblem(bytes, splitter.maxBytes, config)];
    if (found.length > 0) return found;
    const unpriced = this.#budgets.length > 0 ? findBudgetProblems(prepared, this.#options.unpriced) : [];
    if (unpriced.length > 0) return unpriced;
    const refusal = this.#options.guards.judgesRequests ? await this.#judge(prepared, metadata) : undefined;
    if (refusal !== undefined) return [refusal];
    splitter.add(bytes);
    const bound = boundItem(prepared, operations !== null);
    this.#bound = this.#bound === null || bound === null ? null : this.#bound + bound;
    this.#writer.add(
      { index: this.#count, customId, request, outputRules, warnings, metadata, bound },
      bytes + JSON.stringify([metadata, outputRules.schema]).length,
    );
    return found;
  }

  #judge(prepared: PreparedGeneration, metadata: JsonValue | null): Promise<Problem | undefined> {
    const { principal, signal } = this.#submission;
    return this.#options.guards.findProblem(
      toGuardedRequest(prepared, { source: 'batch', metadata }),
      toGuardedPrincipal(principal),
      { path: ['input'], signals: [signal] },
    );
  }

  async #write(): Promise<void> {
    const { principal, source } = this.#submission;
    await this.#options.principalLimits.takeStoredBytes(principal, this.#writer.waitingBytes, [
      'input',
      source,
    ]);
    if (this.#plan !== undefined && !(await this.#writer.flush(this.#plan))) throw tooSlow();
  }

  async #publish(): Promise<string> {
    const { idempotencyKey } = this.#submission;
    if (this.#plan === undefined || !this.#writer.isCreated)
      throw new TypeError('a batch without problems has nothing stored');
    const { config, splitter } = this.#plan;
    const { keyId, userId } = this.#submission.principal;
    const tag = findTag(this.#submission.metadata);
    const published = await this.#options.store.publish(
      this.#id,
      {
        total: this.#count,
        provider: config.provider,
        billing: { keyId, userId, tag, bound: this.#bound },
        budgets: this.#budgets,
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

  /** Best effort: what is left is never visible, and deleted in a while. */
  async #discard(): Promise<void> {
    if (!this.#writer.isCreated) return;
    try {
      await this.#options.store.discard(this.#id);
    } catch (error) {
      this.#options.log.warn({ err: error, batchId: this.#id }, 'a refused batch is deleted later');
    }
  }

  #refuse(path: readonly string[], message: string): void {
    this.#problems.push(createProblem('INVALID_REQUEST', path, message));
  }
}
