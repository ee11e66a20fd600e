import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endedBatch } from '../../test/support/batch-requests.ts';
import { startBatchFileVendor } from '../../test/support/batch-file-vendor.ts';
import type { Sample } from '../answer-parent.ts';
import { startServerProcess } from '../server-process.ts';
import type { Measurement } from '../measurement.ts';

const MIB = 1024 * 1024;

/** Growth beyond this, after the small batch has warmed the server up, would be growth with the number of items. */
const MAX_GROWTH_MIB = 150;

const toFile = (items: number): Blob =>
  new Blob(
    Array.from(
      { length: items },
      (_, index) =>
        `${JSON.stringify({ customId: `item-${index}`, input: { model: 'gpt-4o-mini', prompt: `Number ${index}. ${'x'.repeat(500)}` } })}\n`,
    ),
  );

/** A GraphQL multipart request. */
const submitFile = async (url: string, items: number): Promise<string> => {
  const query = 'mutation ($input: SubmitBatchInput!) { submitBatch(input: $input) { id } }';
  const form = new FormData();
  form.set('operations', JSON.stringify({ query, variables: { input: { file: null } } }));
  form.set('map', JSON.stringify({ 0: ['variables.input.file'] }));
  form.set('0', toFile(items), 'requests.jsonl');
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'graphql-require-preflight': '1' },
    body: form,
  });
  const { data, errors } = (await response.json()) as {
    readonly data?: { readonly submitBatch: { readonly id: string } };
    readonly errors?: unknown;
  };
  if (data === undefined || errors !== undefined) throw new Error(JSON.stringify(errors));
  return data.submitBatch.id;
};

export const batchMemory: Measurement = {
  name: 'batch-memory',
  title: 'Memory of a large batch',
  run: async ({ pick, say }) => {
    const items = pick(50_000, 5_000);
    const directory = await mkdtemp(join(tmpdir(), 'modelgraph-batch-'));
    await using vendor = await startBatchFileVendor({ random: () => 0, delayMs: 0, polls: 0 });
    await using server = await startServerProcess({
      OPENAI_API_KEY: 'sk-bench',
      OPENAI_BASE_URL: vendor.url,
      MODELGRAPH_DATA: directory,
      MODELGRAPH_LOG_LEVEL: 'info',
    });
    const rssOf = async (): Promise<number> => (await server.child.ask<Sample>('sample')).rssBytes / MIB;
    const collect = async (count: number) => {
      const before = await rssOf();
      let peak = before;
      const watch = setInterval(() => {
        void rssOf().then((now) => (peak = Math.max(peak, now)));
      }, 50);
      const began = performance.now();
      const id = await submitFile(server.url, count);
      const submittedMs = performance.now() - began;
      const batch = await endedBatch(server, id);
      clearInterval(watch);
      const { succeeded } = batch.counts as { succeeded: number };
      if (succeeded !== count) throw new Error(`${succeeded} of ${count} requests were answered`);
      return { before, peak, submittedMs, endedMs: performance.now() - began, after: await rssOf() };
    };
    try {
      say('warming up with 2,000 items');
      await collect(2_000);
      say(`${items} items`);
      const { before, peak, after, submittedMs, endedMs } = await collect(items);
      const { size } = await stat(join(directory, 'modelgraph.db'));
      const growth = peak - before;
      return {
        method: `One batch of ${items.toLocaleString('en')} requests of 0.6 KB each, handed in as a file, given to a vendor on a socket and read back; SQLite. Resident memory of the server process, looked at each 50 ms, after a batch of 2,000.`,
        tables: [
          {
            title: '',
            head: ['before', 'peak', 'after', 'until stored', 'until all results are read', 'database'],
            rows: [
              [
                ...[before, peak, after].map((mib) => `${mib.toFixed(0)} MiB`),
                ...[submittedMs, endedMs].map((ms) => `${(ms / 1_000).toFixed(1)} s`),
                `${(size / MIB).toFixed(0)} MiB`,
              ],
            ],
          },
        ],
        verdicts: [
          {
            goal: `memory grows by ${MAX_GROWTH_MIB} MiB at most, whatever the number of items`,
            found: `${growth.toFixed(0)} MiB`,
            reached: growth <= MAX_GROWTH_MIB,
          },
        ],
        notes: [],
      };
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  },
};
