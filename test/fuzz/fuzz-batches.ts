import { setTimeout as wait } from 'node:timers/promises';
import { coveredCells, VENDOR_PROVIDERS, type VendorProvider } from '../contract/providers.ts';
import { ANTHROPIC_BATCHES } from '../providers/text/anthropic/batch/batch-wire.ts';
import { GEMINI_BATCHES } from '../providers/text/gemini/batch/batch-wire.ts';
import { GROQ_BATCHES } from '../providers/text/groq/batch/batch-wire.ts';
import { OPENAI_BATCHES } from '../providers/text/openai/batch/batch-wire.ts';
import { XAI_BATCHES } from '../providers/text/xai/batch/batch-wire.ts';
import { endedBatch, readItems, submitted } from '../support/app/batch-requests.ts';
import type { Server } from '../support/app/clients.ts';
import { startBatchVendor } from '../support/batch-vendors/batch-vendor.ts';
import type { BatchWire, EndedRequest } from '../support/batch-vendors/batch-wire.ts';
import { createDice } from './dice.ts';
import { startFuzzedServer } from './fuzzed-server.ts';
import { startFuzzedVendor } from './fuzzed-vendor.ts';
import { isDeeperThan, mutateJson, parseWalkable } from './mutate-json.ts';
import { createProblem, type Problem } from './problem.ts';
import { toPrompt, type VendorInputs } from './vendor-case.ts';
import { FUZZED_LINES } from './vendor-inputs.ts';

export interface BatchFuzzOptions {
  readonly inputs: VendorInputs;
  /** The seed of the first request of each batch; each has the seed after that of the one before. */
  readonly from: number;
  readonly requestsPerBatch: number;
}

/** A batch that the server did not stand, with the changed answer where one request is meant. */
export interface BatchFinding {
  readonly line: string;
  readonly problem: Problem;
  readonly answer: string | null;
}

export interface BatchFuzzReport {
  /** Requests by the API they were for. */
  readonly counts: ReadonlyMap<string, number>;
  readonly findings: readonly BatchFinding[];
  readonly peakMib: number | null;
}

/** Batches begin to be asked for after 5 s, and those without a batch API are answered request by request. */
const PATIENCE_MS = 120_000;

const WIRES: readonly BatchWire[] = [
  OPENAI_BATCHES,
  GROQ_BATCHES,
  ANTHROPIC_BATCHES,
  GEMINI_BATCHES,
  XAI_BATCHES,
];

const seedOf = (customId: string): number => Number(customId.split('-')[1]);

const lineOf = (customId: string): VendorProvider => {
  const line = VENDOR_PROVIDERS[Number(customId.split('-')[2])];
  if (line === undefined) throw new Error(`${customId} names no API`);
  return line;
};

/** A document of a vendor is read to 128 levels, and a result is some levels inside it. */
const DEEPEST_IN_DOCUMENT = 80;

/** Vendors that give the results of many requests in one document. */
const isInOneDocument = (customId: string): boolean =>
  ['gemini', 'xai'].includes(lineOf(customId).descriptor.name);

/**
 * A vendor's answer to a request, changed in one place. What is around it stays: a batch with fewer results than its vendor
 * counts is not over, and is read again later.
 */
const answerTo = (customId: string): unknown => {
  const wholes = coveredCells(lineOf(customId)).flatMap(({ turns }) =>
    turns.flatMap(({ whole }) => whole ?? []),
  );
  const dice = createDice(seedOf(customId));
  const answer = dice.pick(wholes);
  const changed = parseWalkable(mutateJson(answer, dice).json);
  // What is no JSON any more stays as it was, as does what would make the results of others unreadable.
  if (changed === undefined) return answer;
  return isInOneDocument(customId) && isDeeperThan(changed, DEEPEST_IN_DOCUMENT) ? answer : changed;
};

const toEnd = (customId: string): EndedRequest => [
  customId,
  { type: 'recorded', answer: answerTo(customId) },
];

const startBatchVendors = async () => {
  const vendors = await Promise.all(
    WIRES.map(async (wire) => ({
      name: wire.name,
      vendor: await startBatchVendor(wire, {
        standing: ({ customIds }) => ({ how: 'completed', ends: customIds.map(toEnd) }),
      }),
    })),
  );
  return {
    addresses: Object.fromEntries(vendors.map(({ name, vendor }) => [name, vendor.url])),
    [Symbol.asyncDispose]: async () => {
      for (const { vendor } of vendors) await vendor[Symbol.asyncDispose]();
    },
  };
};

interface Lot {
  readonly line: string;
  readonly customIds: readonly string[];
  readonly model: string;
  readonly promptOf: (customId: string) => string;
}

const lotsOf = ({ from, requestsPerBatch }: BatchFuzzOptions): readonly Lot[] =>
  FUZZED_LINES.map(({ line, model }) => {
    const index = VENDOR_PROVIDERS.findIndex(({ name }) => name === line);
    const customIds = Array.from(
      { length: requestsPerBatch },
      (_, offset) => `fuzz-${from + offset}-${index}`,
    );
    // Where there is no batch API, the prompt says which answer to give.
    const promptOf = (customId: string): string =>
      toPrompt({ seed: seedOf(customId), without: [], dropped: [] });
    return { line: `batches of ${line}`, customIds, model, promptOf };
  });

const ENDED = ['SUCCEEDED', 'FAILED', 'EXPIRED', 'CANCELLED'];

const findItemProblems = (
  items: Awaited<ReturnType<typeof readItems>>,
  { customIds }: Lot,
): readonly (readonly [string | null, Problem])[] => {
  const problems: (readonly [string | null, Problem])[] = [];
  const known = items.map(({ customId }) => customId as string);
  if (known.length !== customIds.length || new Set(known).size !== known.length)
    problems.push([
      null,
      createProblem(`${known.length} items of ${customIds.length} requests`, 'terminal event'),
    ]);
  for (const { customId, status, error, cost } of items) {
    if (!ENDED.includes(status))
      problems.push([customId, createProblem(`an item is ${status}`, 'terminal event')]);
    if (error?.code === 'INTERNAL')
      problems.push([customId, createProblem(`an item is INTERNAL: ${error.message}`)]);
    if (typeof cost?.total === 'number' && cost.total < 0)
      problems.push([customId, createProblem('a cost below 0')]);
  }
  return problems;
};

const answerTextOf = (customId: string): string | null =>
  VENDOR_PROVIDERS[Number(customId.split('-')[2])] === undefined
    ? null
    : JSON.stringify(answerTo(customId)).slice(0, 2_000);

const runLot = async (server: Server, lot: Lot): Promise<readonly BatchFinding[]> => {
  const { line, customIds, model, promptOf } = lot;
  const requests = customIds.map((customId) => ({ customId, input: { model, prompt: promptOf(customId) } }));
  const run = async (): Promise<readonly BatchFinding[]> => {
    const id = await submitted(server, requests);
    await endedBatch(server, id);
    return findItemProblems(await readItems(server, id), lot).map(([customId, problem]) => ({
      line,
      problem,
      answer: customId === null ? null : answerTextOf(customId),
    }));
  };
  const late = wait(
    PATIENCE_MS,
    [
      {
        line,
        problem: createProblem(`no end within ${PATIENCE_MS / 1_000} s`, 'terminal event'),
        answer: null,
      },
    ],
    { ref: false },
  );
  return Promise.race([run(), late]).catch((error: unknown) => [
    { line, problem: createProblem(`the client failed: ${String(error)}`), answer: null },
  ]);
};

/** Submits a batch for each API, whose answers are changed. */
export const runFuzzedBatches = async (options: BatchFuzzOptions): Promise<BatchFuzzReport> => {
  await using vendor = await startFuzzedVendor(options.inputs);
  await using batchVendors = await startBatchVendors();
  await using server = await startFuzzedServer(vendor.origin, batchVendors.addresses);
  const lots = lotsOf(options);
  const found = await Promise.all(lots.map((lot) => runLot(server, lot)));
  const ended: readonly BatchFinding[] = server.hasEnded()
    ? [{ line: 'batches', problem: createProblem('the process ended', 'process end'), answer: null }]
    : [];
  return {
    counts: new Map(lots.map(({ line, customIds }) => [line, customIds.length])),
    findings: [...found.flat(), ...ended],
    peakMib: await server.peakMib(),
  };
};
