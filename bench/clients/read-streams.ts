import type { Sample } from '../programs/answer-parent.ts';
import { nowUs } from '../programs/now-us.ts';
import { type Plan, readPieces } from '../programs/plan.ts';
import { openAll } from './probe.ts';
import type { Server } from '../programs/servers.ts';
import { percentile } from '../report/statistics.ts';
import { readEvent, type Subscribe, toGenerate } from './subscription.ts';

/** The figures of a server while a number of streams were read to their ends. */
export interface StreamRun {
  readonly deltasPerSecond: number;
  /** Messages with deltas: fewer than deltas where several were merged into one. */
  readonly framesPerSecond: number;
  readonly cpuUsPerDelta: number;
  readonly cpuUsPerFrame: number;
  /** Share of the server's core, from 0 to 1. */
  readonly cpuShare: number;
  readonly delayP50Ms: number;
  readonly delayP99Ms: number;
  readonly loopDelayP50Ms: number;
  readonly loopDelayP99Ms: number;
}

/** The delay of every tenth delta is kept, which is enough for a percentile. */
const DELAY_EVERY = 10;

/** Reads streams of a plan concurrently, and measures the server meanwhile. */
export const readStreams = async (
  { url, child }: Server,
  subscribe: Subscribe,
  streams: number,
  plan: Omit<Plan, 'key' | 'deltas'> & { readonly deltas: number },
): Promise<StreamRun> => {
  let deltas = 0;
  let frames = 0;
  const delays: number[] = [];
  const receive = (json: string): void => {
    if (!json.includes('Delta')) {
      const { error } = readEvent(json);
      if (error !== undefined) throw new Error(`${error.code}: ${error.message}`);
      return;
    }
    frames += 1;
    // Parsing each frame would make the load generator the slower side.
    const from = json.indexOf('"text":"') + 8;
    for (const { sentUs } of readPieces(json.slice(from, json.indexOf('"', from)))) {
      deltas += 1;
      if (deltas % DELAY_EVERY === 0) delays.push(nowUs() - sentUs);
    }
  };
  const before = await child.ask<Sample>('sample');
  const beganUs = nowUs();
  const opened = await openAll(streams, (index) =>
    subscribe(url, toGenerate({ ...plan, key: `stream-${index}` }), receive),
  );
  await Promise.all(opened.map(({ ended }) => ended));
  const seconds = (nowUs() - beganUs) / 1e6;
  const after = await child.ask<Sample>('sample');
  if (deltas !== streams * plan.deltas) throw new Error(`${deltas} of ${streams * plan.deltas} deltas came`);
  const cpuUs = after.cpuUs - before.cpuUs;
  return {
    deltasPerSecond: deltas / seconds,
    framesPerSecond: frames / seconds,
    cpuUsPerDelta: cpuUs / deltas,
    cpuUsPerFrame: cpuUs / frames,
    cpuShare: cpuUs / 1e6 / seconds,
    delayP50Ms: percentile(delays, 0.5) / 1_000,
    delayP99Ms: percentile(delays, 0.99) / 1_000,
    loopDelayP50Ms: after.loopDelayP50Ms,
    loopDelayP99Ms: after.loopDelayP99Ms,
  };
};
