import { randomUUID } from 'node:crypto';
import type { BilledTurn } from '../../../core/billed-turn.ts';
import type { Generation } from '../../../core/generation.ts';
import type { ModelConfig } from '../../../core/model-config.ts';
import { toExactResolution } from '../../../core/resolution.ts';
import type { ServiceLog } from '../../../core/service-log.ts';
import type { Telemetry } from '../../../core/telemetry.ts';
import type { BatchJob, PendingItem } from '../../../stores/batches/batch-job.ts';
import { startInBackground } from '../../catch-defects.ts';
import { prepareGeneration } from '../../checks/preview.ts';
import { createFixedAllowance } from '../../generations/run/allowance.ts';
import { GenerationRun } from '../../generations/run/generation-run.ts';
import type { TurnRunner } from '../../generations/run/turn-runner.ts';

export interface ItemGeneratorOptions {
  readonly runner: TurnRunner;
  readonly telemetry: Telemetry;
  readonly log: ServiceLog;
}

/** The pause before a provider whose circuit is open is called again, if it names none, and at the most. */
const CIRCUIT_OPEN_MS = 5_000;
const MAX_CIRCUIT_OPEN_MS = 60_000;

/**
 * For how long the provider is to be left alone, in milliseconds, where the generation ended without a call because its
 * circuit is open; null: it was called.
 */
export const circuitOpenMs = ({ startedAt, error }: Generation): number | null =>
  startedAt === null && error?.code === 'PROVIDER_OVERLOADED'
    ? Math.min(error.retryAfterMs ?? CIRCUIT_OPEN_MS, MAX_CIRCUIT_OPEN_MS)
    : null;

/** A request that was answered, or could not be, and what that was billed. */
export interface AnsweredItem {
  readonly generation: Generation;
  readonly billed: readonly BilledTurn[];
}

/** Answers single requests of batches by the code that answers single generations. */
export class ItemGenerator {
  readonly #options: ItemGeneratorOptions;

  constructor(options: ItemGeneratorOptions) {
    this.#options = options;
  }

  /** The generation once it has ended: completed, failed, or cancelled because the signal was aborted. */
  async generate(
    { request, outputRules, warnings, bound }: PendingItem,
    {
      job,
      config,
      signal,
    }: { readonly job: BatchJob; readonly config: ModelConfig; readonly signal: AbortSignal },
  ): Promise<AnsweredItem> {
    const { runner, telemetry, log } = this.#options;
    const id = `gen_${randomUUID().replaceAll('-', '')}`;
    const run = new GenerationRun({
      id,
      principalId: job.principalId,
      prepared: prepareGeneration({ resolution: toExactResolution(config), request, outputRules, warnings }),
      metadata: null,
      createdAt: new Date(),
      ...(job.isBudgeted && { allowance: createFixedAllowance(bound ?? 0) }),
      telemetry: telemetry.generationStarted(id, config, performance.now()),
    });
    const stop = (): void => run.cancel();
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    try {
      startInBackground(run, log, () => runner.run(run));
      const settled = await run.settled;
      // A batch has no client to answer its tool calls: this turn is the whole of it.
      run.cancel();
      const generation: Generation =
        settled.status === 'requires-action' ? { ...settled, status: 'completed' } : settled;
      run.telemetry.ended(generation);
      return { generation, billed: run.billedTurns };
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }
}
