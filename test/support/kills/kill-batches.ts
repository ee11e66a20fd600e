import { setTimeout as wait } from 'node:timers/promises';
import { createRandom } from '../create-random.ts';
import { ANTHROPIC_BATCHES } from '../../providers/text/anthropic/batch/batch-wire.ts';
import { OPENAI_BATCHES } from '../../providers/text/openai/batch/batch-wire.ts';
import { startBatchVendor, withCaller } from '../batch-vendors/batch-vendor.ts';
import type { KeptBatch } from '../batch-vendors/batch-wire.ts';
import { BATCH_MODELS, partsOf } from '../batch-vendors/batch-models.ts';
import { MOMENTS, type Moment, type NoteOccasion, type VendorName } from '../batch-vendors/batch-moments.ts';
import { type BatchNodes, startBatchNodes } from './killable-nodes.ts';
import { readBatch } from '../app/batch-requests.ts';
import { createDeadly } from './deadly-vendor.ts';
import { type PlannedKill, planKills } from './kill-plan.ts';
import { hasRightSums, type KilledBatch, runClient } from './killed-batch.ts';
import { OccasionWatch } from './occasion-watch.ts';
import { temporaryFolder } from '../temporary-folder.ts';

export interface KillOptions {
  /** The same plan for the same seed; what is under way besides is up to the machine. */
  readonly seed: number;
  readonly kills: number;
  readonly itemsPerBatch: number;
  /** PostgreSQL that two nodes share; null: one node with SQLite in a folder of its own. */
  readonly databaseUrl: string | null;
  readonly say?: (line: string) => void;
}

export interface KillReport {
  readonly kills: number;
  /** The kills by what was under way for a batch at the vendor's as they came. `other`: something else. */
  readonly moments: Readonly<Record<Moment | 'other', Readonly<Record<VendorName, number>>>>;
  /** Kills after which no node was left. */
  readonly killsOfAll: number;
  readonly batches: number;
  /** Batches of ours that were gone or had not ended in time, and parts of them that no vendor has. */
  readonly lost: number;
  /** Batches at a vendor beyond one for each part of ours, and of ours beyond one for each key. */
  readonly doubled: number;
  /** Items whose result is missing, not in its place, or not their own, from when the batch is seen to be completed. */
  readonly wrongItems: number;
  /** Batches whose counts or sums of tokens are not exactly those of their items. */
  readonly wrongSums: number;
}

/** Batches under way at one time. */
const IN_FLIGHT = 3;

/** How long a batch may take, however often nodes are killed meanwhile, and however busy the machine is. */
const BATCH_MS = 300_000;

interface Kill {
  readonly vendor: VendorName;
  readonly moment: Moment | 'other';
  readonly part: string | null;
  readonly atMs: number;
}

const startVendors = async (seed: number, note: NoteOccasion) => {
  const deadly = (vendor: VendorName, vendorSeed: number) =>
    createDeadly(vendor, { delayMs: 10, polls: 2, note, random: createRandom(vendorSeed) });
  const files = await startBatchVendor(OPENAI_BATCHES, deadly('openai', seed + 1));
  const messages = await startBatchVendor(ANTHROPIC_BATCHES, deadly('anthropic', seed + 2));
  return {
    addressesOf: (life: string) => ({
      OPENAI_BASE_URL: withCaller(files.url, life),
      ANTHROPIC_BASE_URL: withCaller(messages.url, life),
    }),
    batches: () => [...files.batches, ...messages.batches],
    [Symbol.asyncDispose]: async () => {
      await files[Symbol.asyncDispose]();
      await messages[Symbol.asyncDispose]();
    },
  };
};

/** Kills what is planned, and keeps what was under way as each kill came. */
class Killer {
  readonly kills: Kill[] = [];
  killsOfAll = 0;
  readonly #nodes: BatchNodes;
  readonly #watch: OccasionWatch;

  constructor(nodes: BatchNodes, watch: OccasionWatch) {
    this.#nodes = nodes;
    this.#watch = watch;
  }

  async kill(planned: PlannedKill): Promise<void> {
    const nodes = this.#nodes;
    // A search may be over by the time that the dead are back.
    if (planned.moment !== 'searching') await Promise.all(nodes.lives().map(({ url }) => url));
    const over = Promise.withResolvers<void>();
    const occasion = await this.#watch.next(planned, over.promise);
    if (occasion !== undefined) await wait(planned.waitMs);
    const lives = nodes.lives();
    const [any] = lives;
    const atWork = lives.filter(({ key }) => key === occasion?.life);
    const isOfAll = planned.isOfAll || lives.length === 1;
    const victims = isOfAll || any === undefined ? lives : atWork.length > 0 ? atWork : [any];
    if (isOfAll) this.killsOfAll += 1;
    this.kills.push({
      vendor: planned.vendor,
      moment: occasion === undefined ? 'other' : this.#watch.momentOf(occasion),
      part: occasion?.part ?? null,
      atMs: Date.now(),
    });
    await nodes.kill(victims);
    over.resolve();
    if (!isOfAll) await wait(planned.awayMs);
    nodes.revive();
  }
}

/** Clients that hand in one batch after the other. */
class Clients {
  begun = 0;
  readonly outcomes: KilledBatch[] = [];
  readonly #nodes: BatchNodes;
  readonly #watch: OccasionWatch;
  readonly #random: () => number;
  readonly #items: number;

  constructor(nodes: BatchNodes, watch: OccasionWatch, random: () => number, items: number) {
    this.#nodes = nodes;
    this.#watch = watch;
    this.#random = random;
    this.#items = items;
  }

  async runOne(): Promise<void> {
    const name = `batch-${this.begun}`;
    const model = BATCH_MODELS[this.begun % BATCH_MODELS.length];
    if (model === undefined) throw new TypeError('there is no model');
    const { vendor } = model;
    const isFollower = this.begun % 3 === 0;
    this.begun += 1;
    const given = new AbortController();
    const client = runClient({
      name,
      model,
      items: this.#items,
      nodes: this.#nodes,
      random: this.#random,
      isFollower,
      submitting: ({ key }) => void this.#watch.note({ moment: 'taking in', vendor, life: key, part: name }),
      taken: () => this.#watch.pass(name),
    });
    const late = wait(BATCH_MS, undefined, { signal: given.signal }).then(
      () => undefined,
      () => undefined,
    );
    const outcome = await Promise.race([client, late]).finally(() => given.abort());
    if (outcome !== undefined) this.outcomes.push(outcome);
  }
}

/** Runs everything over and over until one of them has had enough, or fails. */
const runUntilOver = async (
  killAll: (end: AbortController) => Promise<void>,
  runOne: () => Promise<void>,
): Promise<void> => {
  const end = new AbortController();
  const untilOver = async (work: () => Promise<void>): Promise<void> => {
    try {
      while (!end.signal.aborted) await work();
    } finally {
      end.abort();
    }
  };
  const works = [() => killAll(end), ...Array<() => Promise<void>>(IN_FLIGHT).fill(runOne)];
  const ends = await Promise.allSettled(works.map(untilOver));
  const failed = ends.find((one) => one.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
};

/**
 * Kills servers with SIGKILL while they work on batches, at moments that are chosen one by one, starts them again, and
 * counts what has come of the batches.
 */
export const killBatches = async (options: KillOptions): Promise<KillReport> => {
  const { seed, itemsPerBatch, databaseUrl, say = () => undefined } = options;
  const plan = planKills(options.kills, createRandom(seed));
  await using folder = temporaryFolder();
  const watch: OccasionWatch = new OccasionWatch(() => nodes.lives());
  await using vendors = await startVendors(seed, watch.note);
  const random = createRandom(seed + 3);
  await using nodes: BatchNodes = startBatchNodes({
    count: databaseUrl === null ? 1 : 2,
    random,
    folder: folder.path,
    environment: {
      // A batch belongs to the key that has made it: all lives have the same.
      OPENAI_API_KEY: 'sk-of-all-lives',
      ANTHROPIC_API_KEY: 'sk-of-all-lives',
      MODELGRAPH_DATA: `${folder.path}/data`,
      ...(databaseUrl !== null && { DATABASE_URL: databaseUrl }),
    },
    ownEnvironment: vendors.addressesOf,
  });
  const killer = new Killer(nodes, watch);
  const clients = new Clients(nodes, watch, random, itemsPerBatch);
  await runUntilOver(
    async (end) => {
      for (const planned of plan) {
        if (end.signal.aborted) break;
        await killer.kill(planned);
        if (killer.kills.length % 10 === 0) say(`${killer.kills.length} kills`);
      }
      end.abort();
    },
    () => clients.runOne(),
  );
  const { kills, killsOfAll } = killer;
  return {
    ...(await judge(nodes, clients.outcomes, vendors.batches(), clients.begun)),
    kills: kills.length,
    moments: await countMoments(nodes, kills, clients.outcomes),
    killsOfAll,
  };
};

const judge = async (
  nodes: BatchNodes,
  outcomes: readonly KilledBatch[],
  kept: readonly KeptBatch[],
  begun: number,
): Promise<Pick<KillReport, 'batches' | 'lost' | 'doubled' | 'wrongItems' | 'wrongSums'>> => {
  let lost = begun - outcomes.length;
  let doubled = 0;
  let wrongItems = 0;
  let wrongSums = 0;
  for (const outcome of outcomes) {
    wrongItems += outcome.wrongItems;
    doubled += outcome.otherIds;
    if (!outcome.isFound) {
      lost += 1;
      continue;
    }
    const names = new Set(outcome.itemNames);
    const own = kept.filter(({ customIds: [first = ''] }) => names.has(first));
    const parts = partsOf(outcome.model, names.size);
    lost += Math.max(0, parts - own.length);
    doubled += Math.max(0, own.length - parts);
    if (!(await hasRightSums(nodes, outcome))) wrongSums += 1;
  }
  return { batches: begun, lost, doubled, wrongItems, wrongSums };
};

/** A kill after the batch had ended was too late for its moment. */
const countMoments = async (
  nodes: BatchNodes,
  kills: readonly Kill[],
  outcomes: readonly KilledBatch[],
): Promise<KillReport['moments']> => {
  const counts = Object.fromEntries(
    [...MOMENTS, 'other' as const].map((moment) => [moment, { openai: 0, anthropic: 0 }] as const),
  ) as Record<Moment | 'other', Record<VendorName, number>>;
  for (const { vendor, moment, part, atMs } of kills) {
    const outcome = moment === 'streamed' && outcomes.find(({ itemNames }) => itemNames.includes(part ?? ''));
    const batch = outcome ? await nodes.ask((server) => readBatch(server, outcome.id)) : null;
    const isLate = batch !== null && Date.parse(batch.completedAt) < atMs;
    counts[isLate ? 'other' : moment][vendor] += 1;
  }
  return counts;
};
