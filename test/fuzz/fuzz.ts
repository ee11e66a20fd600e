import { setTimeout as wait } from 'node:timers/promises';
import { request } from '../support/app/app.ts';
import type { UpstreamServer } from '../support/upstream/upstream-server.ts';
import { createFuzzCase, type FuzzCase } from './fuzz-case.ts';
import { type FuzzedServer, startFuzzedServer } from './fuzzed-server.ts';
import { startFuzzedVendor } from './fuzzed-vendor.ts';
import { createProblem, type Problem } from './problem.ts';
import type { VendorInputs } from './vendor-case.ts';

export interface FuzzOptions {
  readonly inputs: VendorInputs;
  /** The seed of the first input; each has the seed after that of the one before. */
  readonly from: number;
  /** Inputs at the same time. */
  readonly parallel: number;
  /** Whether findings are made smaller, which takes many more runs of each. */
  readonly makesSmaller: boolean;
  /** Asked before each round of inputs, with their number so far. */
  readonly isOver: (count: number) => boolean;
  /** Prints a line of progress. */
  readonly say: (line: string) => void;
}

/** An input that the server did not stand, in the smallest form that was found. */
export interface Finding {
  readonly case: FuzzCase;
  readonly problems: readonly Problem[];
  /** How many other inputs of the run had the same problem. */
  others: number;
}

export interface FuzzReport {
  /** Inputs by the API or the transport. */
  readonly counts: ReadonlyMap<string, number>;
  readonly findings: readonly Finding[];
  /** Generations that still run after every input has ended. */
  readonly stillRunning: number;
  readonly peakMib: number | null;
  /** The input that took longest, in milliseconds. */
  readonly slowest: { readonly seed: number; readonly ms: number };
}

/** Inputs of a round, for each that runs at the same time. */
const ROUND = 12;
/** What it may take to make a finding smaller. */
const MOST_RUNS_OF_FINDING = 30;
const MOST_MS_OF_FINDING = 60_000;

/** The same for problems that differ in what was sent only. */
const signatureOf = (line: string, [first]: readonly Problem[]): string =>
  `${line} ${first?.kind ?? ''} ${(first?.what ?? '')
    .replaceAll(/["'[{].*/gs, '')
    .replaceAll(/\d+/g, '#')
    .slice(0, 120)}`;

const RUNNING = '{ generations(first: 100, status: [QUEUED, RUNNING]) { nodes { id } } }';
const DRAIN_MS = 60_000;
const END_MS = 200;

/** A run: one vendor, and a server that is started again whenever it has ended. */
class FuzzRun implements AsyncDisposable {
  readonly #options: FuzzOptions;
  readonly #vendor: UpstreamServer;
  #server: FuzzedServer;
  readonly #findings = new Map<string, Finding>();
  readonly #counts = new Map<string, number>();
  #peakMib: number | null = null;
  #slowest = { seed: 0, ms: 0 };

  constructor(options: FuzzOptions, vendor: UpstreamServer, server: FuzzedServer) {
    this.#options = options;
    this.#vendor = vendor;
    this.#server = server;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server[Symbol.asyncDispose]();
    await this.#vendor[Symbol.asyncDispose]();
  }

  async #notePeak(): Promise<void> {
    const peak = await this.#server.peakMib();
    if (peak !== null) this.#peakMib = Math.max(peak, this.#peakMib ?? 0);
  }

  async #startAgain(): Promise<void> {
    await this.#server[Symbol.asyncDispose]();
    this.#server = await startFuzzedServer(this.#vendor.origin);
  }

  /** Runs one input. A connection that breaks is the end of the process, or a problem of its own. */
  async #run(fuzzed: FuzzCase): Promise<readonly Problem[]> {
    const began = performance.now();
    const problems = await fuzzed
      .run(this.#server)
      .catch((error: unknown) => [createProblem(`the client failed: ${String(error)}`)]);
    const ms = performance.now() - began;
    // A connection breaks a moment before the process is known to have ended.
    if (problems.length > 0) await Promise.race([this.#server.process.exited, wait(END_MS)]);
    if (ms > this.#slowest.ms) this.#slowest = { seed: fuzzed.seed, ms };
    return problems;
  }

  /** Runs one input with nothing beside it, and starts the server again if that ended it. */
  async #runAlone(fuzzed: FuzzCase): Promise<readonly Problem[]> {
    const problems = await this.#run(fuzzed);
    // What an input has begun may end the process after its answer.
    await request(this.#server, '{ __typename }').catch(() => undefined);
    if (!this.#server.hasEnded()) return problems;
    const problem = this.#describeEnd();
    await this.#startAgain();
    return [problem];
  }

  #describeEnd(): Problem {
    const words = this.#server.process.lines
      .slice(-12)
      .filter((line) => !line.startsWith('{'))
      .join(' / ');
    return createProblem(`the process ended: ${words.slice(0, 300)}`, 'process end');
  }

  async #note(fuzzed: FuzzCase, problems: readonly Problem[]): Promise<void> {
    const signature = signatureOf(fuzzed.line, problems);
    const known = this.#findings.get(signature);
    if (known !== undefined) {
      known.others += 1;
      return;
    }
    const smallest = this.#options.makesSmaller
      ? await this.#makeSmaller(fuzzed, problems)
      : { case: fuzzed, problems };
    this.#findings.set(signature, { ...smallest, others: 0 });
    this.#options.say(
      `seed ${fuzzed.seed}: ${problems
        .map(({ what }) => what)
        .join('; ')
        .slice(0, 200)}`,
    );
  }

  /** The smallest form of an input that has the same kind of problem. */
  async #makeSmaller(
    fuzzed: FuzzCase,
    problems: readonly Problem[],
  ): Promise<{ case: FuzzCase; problems: readonly Problem[] }> {
    const signature = signatureOf(fuzzed.line, problems);
    const until = performance.now() + MOST_MS_OF_FINDING;
    let best = { case: fuzzed, problems };
    let runs = 0;
    for (let found = true; found; ) {
      found = false;
      for (const candidate of best.case.smaller()) {
        if (runs >= MOST_RUNS_OF_FINDING || performance.now() > until) return best;
        runs += 1;
        const again = await this.#runAlone(candidate);
        if (again.length === 0 || signatureOf(candidate.line, again) !== signature) continue;
        best = { case: candidate, problems: again };
        found = true;
        break;
      }
    }
    return best;
  }

  /** Runs inputs at the same time, and looks into each that had a problem once all have ended. */
  async #runRound(cases: readonly FuzzCase[]): Promise<void> {
    const waiting = [...cases];
    const suspects: { fuzzed: FuzzCase; problems: readonly Problem[] }[] = [];
    const notBegun: FuzzCase[] = [];
    const work = async (): Promise<void> => {
      for (let fuzzed = waiting.shift(); fuzzed !== undefined; fuzzed = waiting.shift()) {
        if (this.#server.hasEnded()) {
          notBegun.push(fuzzed);
          continue;
        }
        const problems = await this.#run(fuzzed);
        if (problems.length > 0 || this.#server.hasEnded()) suspects.push({ fuzzed, problems });
      }
    };
    await Promise.all(Array.from({ length: this.#options.parallel }, work));
    for (const { line } of cases) this.#counts.set(line, (this.#counts.get(line) ?? 0) + 1);
    if (!this.#server.hasEnded()) {
      for (const { fuzzed, problems } of suspects) await this.#note(fuzzed, problems);
      return;
    }
    await this.#findEnder(suspects.map(({ fuzzed }) => fuzzed));
    await this.#runEachAlone(notBegun);
  }

  /** Gives whether one of them ended the process. */
  async #runEachAlone(cases: readonly FuzzCase[]): Promise<boolean> {
    let hasEnded = false;
    for (const fuzzed of cases) {
      const problems = await this.#runAlone(fuzzed);
      hasEnded ||= problems.some(({ kind }) => kind === 'process end');
      if (problems.length > 0) await this.#note(fuzzed, problems);
    }
    return hasEnded;
  }

  /** Which of the inputs ended the process shows when each is run alone, or stays open between those that began. */
  async #findEnder(suspects: readonly FuzzCase[]): Promise<void> {
    const ended = this.#describeEnd();
    await this.#startAgain();
    const isFound = await this.#runEachAlone(suspects);
    const [first] = suspects;
    if (isFound || first === undefined) return;
    const seeds = suspects.map(({ seed }) => seed).join(', ');
    this.#findings.set(`together ${first.seed}`, {
      case: first,
      problems: [ended, createProblem(`only together: seeds ${seeds}`)],
      others: 0,
    });
  }

  async #countRunning(): Promise<number> {
    const until = performance.now() + DRAIN_MS;
    for (;;) {
      const { data } = await request(this.#server, RUNNING);
      const running = (data?.generations.nodes.length ?? 0) as number;
      if (running === 0 || performance.now() > until) return running;
      await wait(500);
    }
  }

  async runAll(): Promise<FuzzReport> {
    const { inputs, from, isOver, parallel } = this.#options;
    let count = 0;
    while (!isOver(count)) {
      const cases = Array.from({ length: parallel * ROUND }, (_, index) =>
        createFuzzCase(inputs, from + count + index),
      );
      await this.#runRound(cases);
      await this.#notePeak();
      count += cases.length;
    }
    const stillRunning = await this.#countRunning();
    await this.#notePeak();
    return {
      counts: this.#counts,
      findings: [...this.#findings.values()],
      stillRunning,
      peakMib: this.#peakMib,
      slowest: this.#slowest,
    };
  }

  async runOne(seed: number): Promise<Finding> {
    const fuzzed = createFuzzCase(this.#options.inputs, seed);
    const problems = await this.#runAlone(fuzzed);
    return problems.length === 0
      ? { case: fuzzed, problems, others: 0 }
      : { ...(await this.#makeSmaller(fuzzed, problems)), others: 0 };
  }
}

const open = async (options: FuzzOptions): Promise<FuzzRun> => {
  const vendor = await startFuzzedVendor(options.inputs);
  return new FuzzRun(options, vendor, await startFuzzedServer(vendor.origin));
};

/** Runs inputs until `isOver`, and makes what it finds smaller. */
export const runFuzz = async (options: FuzzOptions): Promise<FuzzReport> => {
  await using run = await open(options);
  return await run.runAll();
};

/** Runs the input of one seed alone; a finding without problems is none. */
export const runFuzzSeed = async (inputs: VendorInputs, seed: number): Promise<Finding> => {
  const options = {
    inputs,
    from: seed,
    parallel: 1,
    makesSmaller: true,
    isOver: () => true,
    say: () => undefined,
  };
  await using run = await open(options);
  return await run.runOne(seed);
};
