import { setTimeout } from 'node:timers/promises';
import { nowUs } from '../programs/now-us.ts';
import { type Plan, readPieces } from '../programs/plan.ts';
import { percentile } from '../report/statistics.ts';

export interface OpenedStream {
  readonly ended: Promise<void>;
  leave(): void;
}

/** Opens a stream of a plan. The receiver is called with each text of the stream. */
export type OpenStream = (plan: Plan, receive: (text: string) => void) => Promise<OpenedStream>;

export interface ProbeOptions {
  /** Streams that are open during the probes. */
  readonly background: number;
  readonly backgroundIntervalMs: number;
  /** Streams that are opened and read one after the other. */
  readonly probes: number;
  readonly deltas: number;
  readonly intervalMs: number;
}

export interface Delays {
  readonly p50Ms: number;
  readonly p99Ms: number;
}

export interface Probed {
  /** Time from the request to its first delta. */
  readonly first: Delays;
  /** Time from the upstream's write of a delta to its receipt, for every delta after the first. */
  readonly delta: Delays;
}

const OPENED_AT_ONCE = 50;
const WARM_UP_PROBES = 300;
const SETTLE_MS = 1_000;
/** A server that falls behind answers each probe later than the one before. */
const WARM_UP_LIMIT_MS = 15_000;
export const PROBING_LIMIT_MS = 45_000;

const delaysOf = (us: readonly number[]): Delays => ({
  p50Ms: percentile(us, 0.5) / 1_000,
  p99Ms: percentile(us, 0.99) / 1_000,
});

/** Opens up to 50 at a time, because a burst of new connections is not what is measured. */
export const openAll = async <T>(count: number, open: (index: number) => Promise<T>): Promise<T[]> => {
  const opened: T[] = [];
  while (opened.length < count) {
    const size = Math.min(OPENED_AT_ONCE, count - opened.length);
    const from = opened.length;
    opened.push(...(await Promise.all(Array.from({ length: size }, (_, index) => open(from + index)))));
  }
  return opened;
};

/** Measures delays on single streams, opened by `openProbe`, while others are open; those that begin within a time limit. */
export const probe = async (
  open: OpenStream,
  options: ProbeOptions,
  openProbe: OpenStream = open,
): Promise<Probed> => {
  const { background, backgroundIntervalMs, probes, deltas, intervalMs } = options;
  const others = await openAll(background, (index) =>
    open(
      { key: `background-${index}`, deltas: 1_000_000, intervalMs: backgroundIntervalMs },
      () => undefined,
    ),
  );
  if (background > 0) await setTimeout(SETTLE_MS);
  const warmUp: Plan = { key: 'warm-up', deltas: 3, intervalMs: 0 };
  const warmUntil = performance.now() + WARM_UP_LIMIT_MS;
  for (let round = 0; round < WARM_UP_PROBES && performance.now() < warmUntil; round += 1)
    await (await openProbe(warmUp, () => undefined)).ended;
  const first: number[] = [];
  const later: number[] = [];
  const until = performance.now() + PROBING_LIMIT_MS;
  for (let round = 0; round < probes && performance.now() < until; round += 1) {
    const began = nowUs();
    let received = 0;
    const stream = await openProbe({ key: `probe-${round}`, deltas, intervalMs }, (text) => {
      const at = nowUs();
      for (const { sentUs } of readPieces(text)) {
        received += 1;
        if (received === 1) first.push(at - began);
        else later.push(at - sentUs);
      }
    });
    await stream.ended;
    if (received !== deltas) throw new Error(`${received} of ${deltas} deltas came`);
  }
  for (const stream of others) stream.leave();
  await Promise.all(others.map(({ ended }) => ended));
  return { first: delaysOf(first), delta: delaysOf(later) };
};
