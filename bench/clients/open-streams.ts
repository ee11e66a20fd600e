import { nowUs } from '../programs/now-us.ts';
import { readPieces } from '../programs/plan.ts';
import { type OpenedStream, type OpenStream, openAll } from './probe.ts';

export interface StreamsOptions {
  readonly streams: number;
  readonly intervalMs: number;
}

/** Streams that are read for as long as they are open. */
export interface OpenStreams {
  /** Deltas that have come since the last call, and the delay of each from the upstream's write, in microseconds. */
  takeDelays(): readonly number[];
  /** Leaves all of them. Resolves once each has ended. */
  leave(): Promise<void>;
}

/** Opens streams without an end that send a delta each interval. */
export const openStreams = async (
  open: OpenStream,
  { streams, intervalMs }: StreamsOptions,
): Promise<OpenStreams> => {
  let delays: number[] = [];
  const receive = (text: string): void => {
    const at = nowUs();
    for (const { sentUs } of readPieces(text)) delays.push(at - sentUs);
  };
  const opened: readonly OpenedStream[] = await openAll(streams, (index) =>
    open({ key: `stream-${index}`, deltas: 1_000_000, intervalMs }, receive),
  );
  return {
    takeDelays: () => {
      const taken = delays;
      delays = [];
      return taken;
    },
    leave: async () => {
      for (const stream of opened) stream.leave();
      await Promise.all(opened.map(({ ended }) => ended));
    },
  };
};
