import { Presets, SingleBar } from 'cli-progress';
import type { BatchState } from './api.ts';

export interface Progress {
  show(state: BatchState): void;
  stop(): void;
}

const doneOf = ({ counts: { total, pending } }: BatchState): number => total - pending;

/** How a batch stands, in one line. */
export const toStatusLine = (state: BatchState): string => {
  const { id, status, mode, model, counts, cost, displayName } = state;
  const others = (['failed', 'cancelled', 'expired'] as const)
    .filter((name) => counts[name] > 0)
    .map((name) => `, ${counts[name]} ${name}`)
    .join('');
  const price = cost === null ? '' : `, ${cost.total.toFixed(4)} ${cost.currency}`;
  const name = displayName === null ? '' : ` "${displayName}"`;
  return `${id}${name} ${status} ${doneOf(state)}/${counts.total}${others}${price} (${model.name}, ${mode.toLowerCase()})`;
};

/** A bar where somebody looks on; a line for each change that can be seen in it elsewhere. */
export const createProgress = (output: NodeJS.WritableStream, isTerminal: boolean): Progress => {
  if (!isTerminal) {
    let last = '';
    return {
      show: (state) => {
        const { status, counts } = state;
        const seen = `${status} ${Math.floor((doneOf(state) / Math.max(counts.total, 1)) * 20)}`;
        if (seen !== last) output.write(`${toStatusLine(state)}\n`);
        last = seen;
      },
      stop: () => undefined,
    };
  }
  const bar = new SingleBar(
    {
      format: '{status} [{bar}] {value}/{total} {failed} failed, {duration_formatted}',
      stream: output,
      hideCursor: true,
    },
    Presets.shades_classic,
  );
  return {
    show: (state) => {
      const { status, counts } = state;
      const fields = { status, failed: counts.failed };
      if (bar.isActive) bar.update(doneOf(state), fields);
      else bar.start(counts.total, doneOf(state), fields);
    },
    stop: () => bar.stop(),
  };
};
