import type {
  BatchOperations,
  BatchRequest,
  BatchResult,
  ExpectedBatch,
  SubmitBatchOptions,
  VendorBatch,
} from '../../../src/core/vendor-batch.ts';
import type { BatchSupport, ModelDefinition } from '../../../src/core/model-config.ts';
import type { TextProviderDescriptor } from '../../../src/core/text-provider.ts';
import type { AppOverrides } from '../../../src/app.ts';
import { toResult } from './batch-results.ts';
import { toyModels } from '../app/toy-provider.ts';

/** A batch as this vendor keeps it. Tests change it as they like. */
export interface ToyVendorBatch {
  readonly id: string;
  readonly key: string;
  readonly requests: readonly BatchRequest[];
  state: VendorBatch['state'];
  outcome: VendorBatch['outcome'];
  error: VendorBatch['error'];
  results: readonly BatchResult[];
  /** What it tells of its requests; null: nothing. */
  told: { readonly succeeded: number; readonly failed: number } | null;
  polls: number;
  cancels: number;
}

type Call = 'submit' | 'find' | 'poll' | 'cancel' | 'results';

/** What happens before a call is answered; throwing makes it fail. */
export type Interference = (call: Call, signal: AbortSignal, batch?: ToyVendorBatch) => void | Promise<void>;

export interface ToyBatchVendor {
  readonly batches: readonly ToyVendorBatch[];
  /** Every call, in order. */
  readonly calls: readonly Call[];
  readonly descriptor: TextProviderDescriptor;
  readonly overrides: AppOverrides;
}

export interface ToyBatchVendorOptions {
  readonly storesKey?: boolean;
  /** What becomes of a batch that was just taken; by default it ends at once with every request answered. */
  readonly onSubmit?: (batch: ToyVendorBatch) => void;
  readonly before?: Interference;
  /** Called for each request it is handed; throwing ends the submission, and nothing of it is kept. */
  readonly onRequest?: (index: number) => void | Promise<void>;
  /** Called before each result is given; throwing breaks off there. */
  readonly beforeResult?: (batch: ToyVendorBatch, index: number) => void | Promise<void>;
  /** Results may end with an error. */
  readonly afterResults?: (batch: ToyVendorBatch) => void;
  /** What is told of a batch, made of what usually is. */
  readonly toVendorBatch?: (usual: VendorBatch) => VendorBatch;
  readonly batch?: BatchSupport;
  readonly model?: Partial<ModelDefinition>;
}

/** Short waits, so that nothing in a test takes long. */
export const QUICK_TIMING: NonNullable<AppOverrides['batchTiming']> = {
  claimPollMs: 20,
  firstPollMs: 5,
  maxPollMs: 20,
  settleMs: 20,
  keylessSettleMs: 20,
  subscriptionPollMs: 100,
  subscriptionGapMs: 0,
};

const NATIVE: BatchSupport = { type: 'native', maxRequests: 1_000, maxFileSizeMb: 1, discountPercent: 50 };

/** A vendor with a batch API, in memory. */
export const createToyBatchVendor = (options: ToyBatchVendorOptions = {}): ToyBatchVendor => {
  const { storesKey = true, before = () => {} } = options;
  const batches: ToyVendorBatch[] = [];
  const calls: Call[] = [];
  let made = 0;
  const get = (id: string): ToyVendorBatch => {
    const batch = batches.find((candidate) => candidate.id === id);
    if (batch === undefined) throw new Error(`the vendor has no batch ${id}`);
    return batch;
  };
  const { toVendorBatch: change = (usual) => usual } = options;
  const toVendorBatch = ({ id, state, outcome, error, requests, told }: ToyVendorBatch): VendorBatch =>
    change({
      id,
      state,
      outcome,
      error,
      counts: {
        total: requests.length,
        succeeded: told?.succeeded ?? null,
        failed: told?.failed ?? null,
        cancelled: null,
        expired: null,
      },
      createdAt: null,
      expiresAt: new Date('2030-01-02T03:04:05Z'),
      retryAfterMs: null,
    });
  const operations: BatchOperations = {
    storesKey,
    async submit(requests: AsyncIterable<BatchRequest>, { key, signal, beforeCreate }: SubmitBatchOptions) {
      calls.push('submit');
      const all: BatchRequest[] = [];
      for await (const request of requests) {
        await options.onRequest?.(all.length);
        all.push(request);
      }
      await beforeCreate?.();
      made += 1;
      const batch: ToyVendorBatch = {
        id: `vendor-${made}`,
        key,
        requests: all,
        state: 'ended',
        outcome: 'completed',
        error: null,
        results: all.map(({ customId }) => toResult(customId)),
        told: null,
        polls: 0,
        cancels: 0,
      };
      await before('submit', signal, batch);
      if (!batches.includes(batch)) batches.push(batch);
      options.onSubmit?.(batch);
      return toVendorBatch(batch);
    },
    async find(key: string, { total, takenIds }: ExpectedBatch, { signal }) {
      calls.push('find');
      await before('find', signal);
      const found = batches.find((batch) =>
        storesKey ? batch.key === key : batch.requests.length === total && !takenIds?.has(batch.id),
      );
      return found && toVendorBatch(found);
    },
    async poll(id, { signal }) {
      calls.push('poll');
      const batch = get(id);
      batch.polls += 1;
      await before('poll', signal, batch);
      return toVendorBatch(batch);
    },
    async cancel(id, { signal }) {
      calls.push('cancel');
      const batch = get(id);
      batch.cancels += 1;
      await before('cancel', signal, batch);
      if (batch.state === 'running') batch.state = 'cancelling';
      return toVendorBatch(batch);
    },
    async *results(id, { signal }) {
      calls.push('results');
      const batch = get(id);
      await before('results', signal, batch);
      for (const [index, result] of batch.results.entries()) {
        await options.beforeResult?.(batch, index);
        yield result;
      }
      options.afterResults?.(batch);
    },
    findCustomIdProblem: (customId) =>
      customId.includes('!') ? 'It must not have an exclamation mark.' : undefined,
    sizeOf: ({ request }) => JSON.stringify(request).length,
  };
  const descriptor: TextProviderDescriptor = {
    name: 'toy',
    displayName: 'Toy',
    documentationUrl: null,
    credentialVariable: null,
    apiTypes: ['local'],
    load: () =>
      Promise.resolve(() => (config) => ({
        config,
        stream: () => {
          throw new Error('this vendor answers batches only');
        },
        generate: () => Promise.reject(new Error('this vendor answers batches only')),
        batches: operations,
      })),
  };
  return {
    batches,
    calls,
    descriptor,
    overrides: {
      providers: [descriptor],
      models: toyModels({
        toy: { batch: options.batch ?? NATIVE, structuredOutput: true, ...options.model },
        other: { batch: NATIVE },
      }),
      aliases: {},
      batchTiming: QUICK_TIMING,
    },
  };
};
