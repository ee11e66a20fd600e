import type {
  BatchCallOptions,
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
  /** Left out: the vendor has no call that deletes a batch. */
  readonly onDelete?: (id: string) => Promise<void>;
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

const toVendorBatch = ({ id, state, outcome, error, requests, told }: ToyVendorBatch): VendorBatch => ({
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

/** A batch that has ended with every request answered. */
const toToyBatch = (id: string, key: string, requests: readonly BatchRequest[]): ToyVendorBatch => ({
  id,
  key,
  requests,
  state: 'ended',
  outcome: 'completed',
  error: null,
  results: requests.map(({ customId }) => toResult(customId)),
  told: null,
  polls: 0,
  cancels: 0,
});

class ToyBatchOperations implements BatchOperations {
  readonly storesKey: boolean;
  readonly batches: ToyVendorBatch[] = [];
  readonly calls: Call[] = [];
  readonly delete?: (id: string) => Promise<void>;
  readonly #options: ToyBatchVendorOptions;
  #made = 0;

  constructor(options: ToyBatchVendorOptions) {
    this.#options = options;
    this.storesKey = options.storesKey ?? true;
    if (options.onDelete !== undefined) this.delete = options.onDelete;
  }

  async submit(
    requests: AsyncIterable<BatchRequest>,
    { key, signal, beforeCreate }: SubmitBatchOptions,
  ): Promise<VendorBatch> {
    this.calls.push('submit');
    const all: BatchRequest[] = [];
    for await (const request of requests) {
      await this.#options.onRequest?.(all.length);
      all.push(request);
    }
    await beforeCreate?.();
    this.#made += 1;
    const batch = toToyBatch(`vendor-${this.#made}`, key, all);
    await this.#options.before?.('submit', signal, batch);
    if (!this.batches.includes(batch)) this.batches.push(batch);
    this.#options.onSubmit?.(batch);
    return this.#tell(batch);
  }

  async find(
    key: string,
    { total, takenIds }: ExpectedBatch,
    { signal }: BatchCallOptions,
  ): Promise<VendorBatch | undefined> {
    this.calls.push('find');
    await this.#options.before?.('find', signal);
    const found = this.batches.find((batch) =>
      this.storesKey ? batch.key === key : batch.requests.length === total && !takenIds?.has(batch.id),
    );
    return found && this.#tell(found);
  }

  async poll(id: string, { signal }: BatchCallOptions): Promise<VendorBatch> {
    const batch = this.#called('poll', id);
    batch.polls += 1;
    await this.#options.before?.('poll', signal, batch);
    return this.#tell(batch);
  }

  async cancel(id: string, { signal }: BatchCallOptions): Promise<VendorBatch> {
    const batch = this.#called('cancel', id);
    batch.cancels += 1;
    await this.#options.before?.('cancel', signal, batch);
    if (batch.state === 'running') batch.state = 'cancelling';
    return this.#tell(batch);
  }

  async *results(id: string, { signal }: BatchCallOptions): AsyncGenerator<BatchResult> {
    const { before, beforeResult, afterResults } = this.#options;
    const batch = this.#called('results', id);
    await before?.('results', signal, batch);
    for (const [index, result] of batch.results.entries()) {
      await beforeResult?.(batch, index);
      yield result;
    }
    afterResults?.(batch);
  }

  findCustomIdProblem(customId: string): string | undefined {
    return customId.includes('!') ? 'It must not have an exclamation mark.' : undefined;
  }

  sizeOf({ request }: BatchRequest): number {
    return JSON.stringify(request).length;
  }

  #called(call: Call, id: string): ToyVendorBatch {
    this.calls.push(call);
    const batch = this.batches.find((candidate) => candidate.id === id);
    if (batch === undefined) throw new Error(`the vendor has no batch ${id}`);
    return batch;
  }

  #tell(batch: ToyVendorBatch): VendorBatch {
    const usual = toVendorBatch(batch);
    return this.#options.toVendorBatch?.(usual) ?? usual;
  }
}

const toDescriptor = (batches: BatchOperations): TextProviderDescriptor => ({
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
      batches,
    })),
});

/** A provider whose vendor is in memory and has a batch API alone. */
export const createToyBatchVendor = (options: ToyBatchVendorOptions = {}): ToyBatchVendor => {
  const operations = new ToyBatchOperations(options);
  const descriptor = toDescriptor(operations);
  return {
    batches: operations.batches,
    calls: operations.calls,
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
