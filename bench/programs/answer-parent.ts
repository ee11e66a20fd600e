import { Session } from 'node:inspector/promises';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { summariseProfile } from '../report/summarise-profile.ts';

/** The resources of a process at one moment. */
export interface Sample {
  readonly cpuUs: number;
  readonly rssBytes: number;
  readonly heapBytes: number;
  /** Delay of the event loop since the last sample, above the resolution of its timer. */
  readonly loopDelayP50Ms: number;
  readonly loopDelayP99Ms: number;
}

interface Question {
  readonly id: number;
  readonly name: string;
  readonly argument: unknown;
}

type Answers = Readonly<Record<string, (argument: never) => unknown>>;

const RESOLUTION_MS = 1;

/** Measures the longest turn of the event loop, in milliseconds of CPU: those of the clock say more of a busy machine. */
const createTurnMeter = (): Answers => {
  const cpuMs = (): number => {
    const { user, system } = process.threadCpuUsage();
    return (user + system) / 1_000;
  };
  let last = 0;
  let longest = 0;
  const note = (): void => {
    const now = cpuMs();
    longest = Math.max(longest, now - last);
    last = now;
  };
  let timer: NodeJS.Timeout | undefined;
  return {
    startTurns: () => {
      [last, longest] = [cpuMs(), 0];
      timer = setInterval(note, 1);
    },
    longestTurnMs: (): number => {
      note();
      clearInterval(timer);
      return longest;
    },
  };
};

/** The options that the parent started this program with. */
export const readOptions = (): unknown => JSON.parse(process.argv[2] ?? '{}');

const createMeter = (): Answers => {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  const beyondResolution = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e6 - RESOLUTION_MS);
  let session: Session | undefined;
  // Finalizers that run after one collection free more for the next.
  const collectGarbage = async (): Promise<void> => {
    for (let round = 0; round < 4; round += 1) {
      globalThis.gc?.();
      await new Promise(setImmediate);
    }
  };
  return {
    sample: (): Sample => {
      const { rss, heapUsed } = process.memoryUsage();
      const { user, system } = process.cpuUsage();
      const sample = {
        cpuUs: user + system,
        rssBytes: rss,
        heapBytes: heapUsed,
        loopDelayP50Ms: beyondResolution(delay.percentile(50)),
        loopDelayP99Ms: beyondResolution(delay.percentile(99)),
      };
      delay.reset();
      return sample;
    },
    collectGarbage,
    // In the same turn as the last collection, so that nothing allocated later counts as alive.
    aliveBytes: async (): Promise<number> => {
      await collectGarbage();
      globalThis.gc?.();
      const { heapUsed, external } = process.memoryUsage();
      return heapUsed + external;
    },
    startProfile: async () => {
      session = new Session();
      session.connect();
      await session.post('Profiler.enable');
      await session.post('Profiler.start');
    },
    stopProfile: async () => {
      if (session === undefined) return [];
      const { profile } = await session.post('Profiler.stop');
      session.disconnect();
      return summariseProfile(profile);
    },
  };
};

/**
 * Reports to the parent that this program is ready, and answers its requests, including those for the resources of the
 * process. The program ends with its parent.
 */
export const answerParent = (ready: Readonly<Record<string, unknown>>, own: Answers = {}): void => {
  const answers: Answers = { ...createMeter(), ...createTurnMeter(), ...own };
  const answer = async ({ id, name, argument }: Question): Promise<void> => {
    try {
      const asked = answers[name];
      if (asked === undefined) throw new Error(`there is no answer to "${name}"`);
      process.send?.({ id, result: (await asked(argument as never)) ?? null });
    } catch (error) {
      process.send?.({ id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    }
  };
  process.on('message', (question: Question) => void answer(question));
  process.on('disconnect', () => process.exit());
  process.send?.({ ready });
};
