import { setTimeout } from 'node:timers/promises';
import { type OpenStreams, openStreams, type StreamsOptions } from '../clients/open-streams.ts';
import type { OpenStream } from '../clients/probe.ts';
import { type Subscribe, textReceiver, toGenerate } from '../clients/subscription.ts';
import type { Sample } from '../programs/answer-parent.ts';
import type { Child } from '../programs/child-process.ts';
import type { Server } from '../programs/servers.ts';
import { percentile } from '../report/statistics.ts';

const SETTLE_MS = 1_500;

/** What the deltas of a while have cost the process that read them, or that passed them on. */
export interface ReadRun {
  readonly cpuUsPerDelta: number;
  readonly delayP50Ms: number;
  readonly delayP99Ms: number;
  readonly loopDelayP99Ms: number;
}

/** Streams that are read, and the process that is measured meanwhile. */
export interface Reader {
  readonly open: (options: StreamsOptions) => Promise<void>;
  readonly takeDelays: () => Promise<readonly number[]>;
  readonly leave: () => Promise<void>;
  readonly child: Child;
}

/** Opens streams, lets them settle, and measures a while of reading. */
export const measureReader = async (
  { open, takeDelays, leave, child }: Reader,
  options: StreamsOptions,
  forMs: number,
): Promise<ReadRun> => {
  await open(options);
  await setTimeout(SETTLE_MS);
  await takeDelays();
  const before = await child.ask<Sample>('sample');
  await setTimeout(forMs);
  const after = await child.ask<Sample>('sample');
  const delays = await takeDelays();
  await leave();
  await setTimeout(SETTLE_MS);
  return {
    cpuUsPerDelta: (after.cpuUs - before.cpuUs) / delays.length,
    delayP50Ms: percentile(delays, 0.5) / 1_000,
    delayP99Ms: percentile(delays, 0.99) / 1_000,
    loopDelayP99Ms: after.loopDelayP99Ms,
  };
};

/** The SDK reads in the process that is measured. */
export const sdkReader = (child: Child): Reader => ({
  child,
  open: (options) => child.ask('openStreams', options),
  takeDelays: () => child.ask('takeDelays'),
  leave: () => child.ask('leaveStreams'),
});

/** The clients of a server read in this process, each over a connection of its own. */
export const serverReader = (child: Child, open: OpenStream): Reader => {
  let opened: OpenStreams | undefined;
  return {
    child,
    open: async (options) => {
      opened = await openStreams(open, options);
    },
    takeDelays: async () => opened?.takeDelays() ?? [],
    leave: async () => opened?.leave(),
  };
};

/** The clients of a GraphQL server. */
export const graphqlReader = ({ url, child }: Server, subscribe: Subscribe): Reader =>
  serverReader(child, (plan, receive) => subscribe(url, toGenerate(plan), textReceiver(receive)));
