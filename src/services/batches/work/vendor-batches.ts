import { type ErrorCode, findModelgraphError, ModelgraphError } from '../../../core/errors.ts';
import type { GenerationError } from '../../../core/generation.ts';
import type { ModelConfig } from '../../../core/model-config.ts';
import { isLeaseLost, isStoreUnavailable } from '../../../core/store-errors.ts';
import type { BatchStep, Telemetry } from '../../../core/telemetry.ts';
import { type BatchOperations, hasBatchOperations } from '../../../core/vendor-batch.ts';
import type { ProviderFactory } from '../../../registry/provider-factory.ts';
import type { BatchJob } from '../../../stores/batches/batch-job.ts';
import type { ServerKey } from '../../../core/server-key.ts';
import { backOff } from './back-off.ts';
import { batchError } from './batch-outcome.ts';
import type { BatchConfigs } from './batch-configs.ts';
import { collectResults } from './collect-results.ts';
import { failJob, finishJob } from './finish-job.ts';
import { pollVendor } from './poll-vendor.ts';
import { recoverSubmission } from './recover-submission.ts';
import { beginSubmission, submitJob } from './submit-job.ts';
import { DONE, type RunStep, type StepEnd, type VendorStepTools, type WithoutVendor } from './vendor-step.ts';

export interface VendorBatchesOptions extends VendorStepTools {
  readonly configs: BatchConfigs;
  readonly providers: ProviderFactory;
  readonly telemetry: Telemetry;
}

/** The step that a job is due for, by its state. */
const STEPS: Readonly<Record<BatchJob['state'], RunStep>> = {
  waiting: beginSubmission,
  submitting: recoverSubmission,
  running: pollVendor,
  cancelling: pollVendor,
  ended: collectResults,
  done: () => Promise.resolve(DONE),
};

/** The steps that call the vendor. */
const CALLING_STEPS: ReadonlyMap<RunStep, BatchStep> = new Map([
  [submitJob, 'submit'],
  [recoverSubmission, 'recover'],
  [pollVendor, 'poll'],
  [collectResults, 'results'],
]);

/** Work that was abandoned, or that another node has taken over, is no failure of the vendor. */
const codeOf = (error: unknown, signal: AbortSignal): ErrorCode =>
  signal.aborted || isLeaseLost(error)
    ? 'GENERATION_INTERRUPTED'
    : (findModelgraphError(error)?.code ?? 'INTERNAL');
const keyIsGone = ({ provider }: ModelConfig, keyId: string): GenerationError =>
  batchError(
    'PROVIDER_NOT_CONFIGURED',
    `The key ${keyId} of this server for "${provider}", to which the batch at the provider belongs, was removed before the batch had ended.`,
    provider,
  );

/** Takes vendor batches through their states, one step at a time, each under the lease of its job. */
export class VendorBatches {
  readonly #options: VendorBatchesOptions;

  constructor(options: VendorBatchesOptions) {
    this.#options = options;
  }

  /**
   * Takes the next step of a job, and those that follow it at once. Gives the delay before the one after, in milliseconds;
   * null: there is none. A failure of the vendor makes the job back off. Throws `LeaseLost`, `StoreUnavailable`, defects of
   * the store, and the signal's reason.
   */
  async step(job: BatchJob, signal: AbortSignal): Promise<number | null> {
    const config = this.#options.configs.of(job.record);
    const tools: WithoutVendor = { ...this.#options, config, signal };
    let current = job;
    let run: RunStep = STEPS[job.state];
    for (;;) {
      const end = await this.#attempt(current, run, tools);
      if (end.type === 'wait') return end.afterMs;
      if (end.type === 'done') return null;
      ({ job: current, step: run } = end);
    }
  }

  async #attempt(job: BatchJob, run: RunStep, tools: WithoutVendor): Promise<StepEnd> {
    const { signal, config } = tools;
    const isGivenUp = job.state === 'waiting' && job.isCancelRequested;
    const step = isGivenUp ? undefined : CALLING_STEPS.get(run);
    const { batchId } = job.lease;
    const ended = step && this.#options.telemetry.batchStepStarted({ batchId, config, step });
    try {
      const end = isGivenUp
        ? await finishJob(job, tools, { outcome: 'cancelled' })
        : await this.#run(job, run, tools);
      ended?.(null);
      return end;
    } catch (error) {
      ended?.(codeOf(error, signal));
      if (signal.aborted) throw signal.reason;
      if (isLeaseLost(error) || isStoreUnavailable(error)) throw error;
      return backOff(job, tools, error);
    }
  }

  /** With the key that the batch at the provider belongs to, if it belongs to one. */
  async #run(job: BatchJob, run: RunStep, tools: WithoutVendor): Promise<StepEnd> {
    const { config } = tools;
    const { keyId } = job.record;
    const key = keyId === undefined ? undefined : this.#options.providers.keysOf(config.provider).find(keyId);
    if (keyId !== undefined && key === undefined) return failJob(job, tools, keyIsGone(config, keyId));
    return run(job, { ...tools, operations: await this.#operationsOf(config, key) });
  }

  async #operationsOf(config: ModelConfig, key: ServerKey | undefined): Promise<BatchOperations> {
    const provider = await this.#options.providers.getTextProviderWith(config, key);
    if (hasBatchOperations(provider)) return provider.batches;
    throw new ModelgraphError('INTERNAL', `The provider of "${config.name}" has no batches any more.`);
  }
}
