import { assertVendorCall } from '../../../core/batch-states.ts';
import type { Warning } from '../../../core/generation.ts';
import { withPricingOn } from '../../../core/pricing-on.ts';
import { toUtcDay } from '../../../core/utc-day.ts';
import type { BatchResult } from '../../../core/vendor-batch.ts';
import type { BatchJob } from '../../../stores/batches/batch-job.ts';
import { batchError, toOutcome } from './batch-outcome.ts';
import { checkAnswers } from './check-answers.ts';
import { failJob, finishJob } from './finish-job.ts';
import type { RunStep, StepEnd, Vendor } from './vendor-step.ts';

/** Results are written to the store so many at a time; large ones fewer. */
const RESULTS_A_WRITE = 250;
const CHARACTERS_A_WRITE = 4 * 1024 * 1024;

const lengthOf = (result: BatchResult): number => {
  if (result.status === 'succeeded') return result.result.text.length;
  return result.status === 'failed' ? (result.partial?.text.length ?? 0) : 0;
};

const foreignResultsWarning = (count: number): Warning => ({
  code: 'PROVIDER_WARNING',
  message: `The provider returned ${count} results that belong to no request of the batch. They were ignored.`,
  path: null,
  from: null,
  to: null,
});

/** Writes results to the store as they come, a page at a time. */
class ResultWriter {
  readonly #job: BatchJob;
  readonly #vendor: Vendor;
  /** One array for all pages: V8 puts arrays that tend to be kept into old space at once, where a dropped one keeps its results. */
  readonly #page: BatchResult[] = [];
  #size = 0;
  /** Results that belong to no request of the job. */
  foreign = 0;
  /** Results of requests that had one already. */
  repeated = 0;

  constructor(job: BatchJob, vendor: Vendor) {
    this.#job = job;
    this.#vendor = vendor;
  }

  async add(result: BatchResult): Promise<void> {
    this.#page.push(result);
    this.#size += lengthOf(result);
    if (this.#page.length === RESULTS_A_WRITE || this.#size > CHARACTERS_A_WRITE) await this.flush();
  }

  async flush(): Promise<void> {
    const page = this.#page.splice(0);
    this.#size = 0;
    if (page.length === 0) return;
    const { items, outputs } = this.#vendor;
    // Before the write: a transaction must not wait for it.
    const rules = await items.outputRules(
      this.#job,
      page.map(({ customId }) => customId),
    );
    const judgements = await checkAnswers(page, rules, outputs);
    const { submittingSince, nowMs } = this.#job;
    const config = withPricingOn(this.#vendor.config, toUtcDay(submittingSince ?? nowMs));
    const { foreign, repeated } = await items.recordAnswers(this.#job, page, (result, expectation) =>
      toOutcome(result, config, expectation, judgements.get(result)),
    );
    this.foreign += foreign;
    this.repeated += repeated;
  }
}

const failAsVendorDid = (job: BatchJob, vendor: Vendor): Promise<StepEnd> => {
  const { log, config } = vendor;
  const { providerBatchId, lease, progress } = job;
  const error =
    progress.error ?? batchError('PROVIDER_FAILED', 'The provider failed to run the batch.', config.provider);
  log.warn(
    {
      batchId: lease.batchId,
      providerBatchId,
      model: config.name,
      provider: config.provider,
      code: error.code,
    },
    'a batch failed at its vendor',
  );
  return failJob(job, vendor, error);
};

/** Reads the results of a batch that has ended. Those that are stored already are left out when they come again. */
export const collectResults: RunStep = async (job, vendor) => {
  const { operations, signal, log } = vendor;
  const { outcome = 'completed', warnings = [] } = job.progress;
  if (outcome === 'failed') return failAsVendorDid(job, vendor);
  assertVendorCall(job.state, 'results');
  const writer = new ResultWriter(job, vendor);
  try {
    for await (const result of operations.results(job.providerBatchId ?? '', { signal }))
      await writer.add(result);
  } finally {
    if (!signal.aborted) await writer.flush();
  }
  const { foreign, repeated } = writer;
  if (foreign + repeated > 0)
    log.warn(
      { batchId: job.lease.batchId, providerBatchId: job.providerBatchId, foreign, repeated },
      'results of a batch were ignored: they belong to no request of it, or were stored before',
    );
  return finishJob(job, vendor, {
    outcome,
    warnings: foreign > 0 ? [...warnings, foreignResultsWarning(foreign)] : warnings,
  });
};
