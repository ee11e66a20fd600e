import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { OPENAI_BATCHES } from '../../test/providers/text/openai/batch/batch-wire.ts';
import { type BatchVendor, startBatchVendor } from '../../test/support/batch-vendors/batch-vendor.ts';
import { endedBatch } from '../../test/support/app/batch-requests.ts';
import type { Sample } from '../programs/answer-parent.ts';
import { readPages, submitFile } from '../clients/large-batch.ts';
import type { Measurement } from '../report/measurement.ts';
import { startServerProcess } from '../programs/server-process.ts';
import { median, percentile, toText } from '../report/statistics.ts';

const MIB = 1024 * 1024;
const WARM_UP_ITEMS = 2_000;

/** Growth of the live memory for twice the items: during the submission their custom ids are compared. */
const MAX_LIVE_GROWTH_MIB = 20;
const MAX_RESIDENT_GROWTH_MIB = 120;

/** Limit for the duration of the last pages, relative to that of the first. */
const MAX_PAGE_RATIO = 2;

interface Course {
  readonly items: number;
  readonly peakMib: number;
  readonly storedMs: number;
  readonly endedMs: number;
  /** Durations of the pages of 100 items, in milliseconds, in their order. */
  readonly pagesMs: readonly number[];
}

interface Run {
  readonly beforeMib: number;
  readonly courses: readonly Course[];
  readonly databaseMib: number;
}

interface RunOptions {
  readonly vendor: BatchVendor;
  readonly sizes: readonly number[];
  /** Whether to measure the live memory, after a garbage collection before each sample; otherwise the resident memory. */
  readonly isLive: boolean;
  readonly say: (line: string) => void;
}

/** Runs batches one after the other on one server. */
const runBatches = async ({ vendor, sizes, isLive, say }: RunOptions): Promise<Run> => {
  const directory = await mkdtemp(join(tmpdir(), 'modelgraph-batch-memory-'));
  await using server = await startServerProcess({
    OPENAI_API_KEY: 'sk-bench',
    OPENAI_BASE_URL: vendor.url,
    MODELGRAPH_DATA: directory,
    MODELGRAPH_LOG_LEVEL: 'info',
  });
  const sample = async (): Promise<number> => {
    const bytes = isLive
      ? await server.child.ask<number>('aliveBytes')
      : (await server.child.ask<Sample>('sample')).rssBytes;
    return bytes / MIB;
  };
  const collect = async (items: number): Promise<Course> => {
    const watching = new AbortController();
    const watch = async (): Promise<number> => {
      let peak = await sample();
      while (!watching.signal.aborted) {
        await wait(isLive ? 500 : 50);
        peak = Math.max(peak, await sample());
      }
      return peak;
    };
    const watched = watch();
    const began = performance.now();
    const id = await submitFile(server.url, items);
    const storedMs = performance.now() - began;
    const batch = await endedBatch(server, id);
    const endedMs = performance.now() - began;
    const pagesMs = await readPages(server.url, id);
    watching.abort();
    const { succeeded } = batch.counts as { succeeded: number };
    if (succeeded !== items) throw new Error(`${succeeded} of ${items} requests were answered`);
    return { items, peakMib: await watched, storedMs, endedMs, pagesMs };
  };
  try {
    await collect(WARM_UP_ITEMS);
    const beforeMib = await sample();
    const courses: Course[] = [];
    for (const items of sizes) {
      say(`${items} items${isLive ? ', collecting garbage meanwhile' : ''}`);
      courses.push(await collect(items));
    }
    const { size } = await stat(join(directory, 'modelgraph.db'));
    return { beforeMib, courses, databaseMib: size / MIB };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
};

const toMib = (mib: number): string => `${mib.toFixed(0)} MiB`;
const toSeconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;
const mostOf = (courses: readonly Course[]): number => Math.max(...courses.map(({ peakMib }) => peakMib));

const toRows = (what: string, { beforeMib, courses }: Run): string[][] =>
  courses.map(({ items, peakMib, storedMs, endedMs, pagesMs }) => [
    what,
    items.toLocaleString('en'),
    toMib(beforeMib),
    toMib(peakMib),
    toSeconds(storedMs),
    toSeconds(endedMs),
    ...[pagesMs.slice(0, 50), pagesMs.slice(-50)].map((pages) => `${toText(median(pages))} ms`),
    `${toText(percentile(pagesMs, 0.99))} ms`,
  ]);

export const batchMemory: Measurement = {
  name: 'batch-memory',
  title: 'Large batches',
  run: async ({ pick, say }) => {
    const items = pick(50_000, 5_000);
    await using vendor = await startBatchVendor(OPENAI_BATCHES);
    const live = await runBatches({ vendor, sizes: [items, 2 * items], isLive: true, say });
    const resident = await runBatches({ vendor, sizes: [items, items, 2 * items], isLive: false, say });
    const liveGrowth = mostOf(live.courses) - live.beforeMib;
    const residentGrowth = mostOf(resident.courses) - resident.beforeMib;
    const pageRatios = resident.courses.map(
      ({ pagesMs }) => median(pagesMs.slice(-50)) / median(pagesMs.slice(0, 50)),
    );
    const pageRatio = Math.max(...pageRatios);
    return {
      method: `Batches of requests of 0.6 KB each, one after the other through one server, submitted as a file, sent to a vendor on a socket, and read in pages of 100; SQLite, the server as \`npm start\` runs it. "Before" is after a batch of ${WARM_UP_ITEMS.toLocaleString('en')}. Live memory is the heap and external memory after a full collection, sampled every half second (the collections slow that run down). Resident memory is that of the whole process without collections, sampled every 50 ms: it includes garbage and memory that the collector keeps for later.`,
      tables: [
        {
          title: '',
          head: [
            'memory',
            'items',
            'before',
            'peak',
            'until stored',
            'until all results are read',
            'first 50 pages, p50',
            'last 50 pages, p50',
            'pages p99',
          ],
          rows: [...toRows('live', live), ...toRows('resident', resident)],
        },
      ],
      verdicts: [
        {
          goal: `live memory grows by ${MAX_LIVE_GROWTH_MIB} MiB at most, also at ${(2 * items).toLocaleString('en')} items`,
          found: toMib(liveGrowth),
          reached: liveGrowth <= MAX_LIVE_GROWTH_MIB,
        },
        {
          goal: `resident memory grows by ${MAX_RESIDENT_GROWTH_MIB} MiB at most, also at ${(2 * items).toLocaleString('en')} items`,
          found: toMib(residentGrowth),
          reached: residentGrowth <= MAX_RESIDENT_GROWTH_MIB,
        },
        {
          goal: `the last pages take at most ${MAX_PAGE_RATIO} times as long as the first`,
          found: `${toText(pageRatio)} times`,
          reached: pageRatio <= MAX_PAGE_RATIO,
        },
      ],
      notes: [`The database of the resident run had ${toMib(resident.databaseMib)} at the end.`],
    };
  },
};
