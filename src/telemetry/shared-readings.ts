import type { Registry } from 'prom-client';
import type { SharedCounts, UnfinishedBatches } from '../core/shared-counts.ts';
import { createGauge, defineMetrics } from './metric-definition.ts';

export const SHARED_METRICS = defineMetrics({
  nodes: {
    name: 'modelgraph_nodes',
    type: 'gauge',
    help: 'Nodes on this store that are alive. The same on every node.',
    labels: [],
    aggregator: 'max',
  },
  batches: {
    name: 'modelgraph_batches',
    type: 'gauge',
    help: 'Batches on this store that have not ended. The same on every node.',
    labels: ['status'],
    aggregator: 'max',
  },
  oldest: {
    name: 'modelgraph_batch_oldest_age_seconds',
    type: 'gauge',
    help: 'Age of the oldest batch of each status that has not ended. The same on every node.',
    labels: ['status'],
    aggregator: 'max',
  },
  items: {
    name: 'modelgraph_batch_items',
    type: 'gauge',
    help: 'Requests of batches that have not ended, by their own status, as far as results are stored. The same on every node.',
    labels: ['status'],
    aggregator: 'max',
  },
});

/** The statuses that are exported as 0 where no batch has them, so that a graph has no gaps. */
const UNFINISHED = ['queued', 'submitted', 'running', 'cancelling'] as const;
const ITEMS = ['pending', 'succeeded', 'failed', 'cancelled', 'expired'] as const;

/** Scrapes that follow each other within this time share one count, so that no number of scrapers loads the store. */
const KEPT_MS = 5_000;

/** How long a scrape waits for the store, before it goes without. */
const LIMIT_MS = 2_000;

const sumItems = (batches: readonly UnfinishedBatches[], status: (typeof ITEMS)[number]): number =>
  batches.reduce((sum, { items }) => sum + items[status], 0);

/**
 * What the nodes on one store share. While the store does not answer the metrics have no values: those of before would look
 * like present ones.
 */
export class SharedReadings {
  readonly #count: () => Promise<SharedCounts>;
  readonly #gauges: ReturnType<typeof createGauges>;
  #refreshing: Promise<void> | undefined;
  #countedAt = Number.NEGATIVE_INFINITY;

  constructor(registry: Registry, count: () => Promise<SharedCounts>) {
    this.#count = count;
    this.#gauges = createGauges(registry);
  }

  /** Brings the values up to date, where the store answers in time. Never rejects. */
  async refresh(): Promise<void> {
    if (performance.now() - this.#countedAt < KEPT_MS) return;
    this.#refreshing ??= this.#read().finally(() => (this.#refreshing = undefined));
    const { promise: limit, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(() => {
      this.#reset();
      resolve();
    }, LIMIT_MS);
    await Promise.race([this.#refreshing, limit]);
    clearTimeout(timer);
  }

  async #read(): Promise<void> {
    try {
      this.#set(await this.#count());
      this.#countedAt = performance.now();
    } catch {
      // `modelgraph_store_up` says that the store is away.
      this.#reset();
    }
  }

  #set({ nodes, batches }: SharedCounts): void {
    this.#reset();
    const gauges = this.#gauges;
    gauges.nodes.set(nodes);
    for (const status of UNFINISHED) {
      const found = batches.find((each) => each.status === status);
      gauges.batches.set({ status }, found?.batches ?? 0);
      gauges.oldest.set({ status }, Math.max(0, found?.oldestAgeMs ?? 0) / 1_000);
    }
    for (const status of ITEMS) gauges.items.set({ status }, sumItems(batches, status));
  }

  #reset(): void {
    this.#countedAt = Number.NEGATIVE_INFINITY;
    const { nodes, batches, oldest, items } = this.#gauges;
    nodes.remove();
    for (const gauge of [batches, oldest, items]) gauge.reset();
  }
}

const createGauges = (registry: Registry) => ({
  nodes: createGauge(SHARED_METRICS.nodes, registry),
  batches: createGauge(SHARED_METRICS.batches, registry),
  oldest: createGauge(SHARED_METRICS.oldest, registry),
  items: createGauge(SHARED_METRICS.items, registry),
});
