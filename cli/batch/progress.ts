import { Presets, SingleBar } from 'cli-progress';
import type { BatchState } from './api.ts';

export interface Progress {
  show(state: BatchState): void;
  stop(): void;
}

const doneOf = ({ counts: { total, pending } }: BatchState): number => total - pending;

/** The state of a batch in one line. */
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

/** A progress bar on a terminal; elsewhere a line for each change of the status and for each 5 % of progress. */
export const createProgress = (output: NodeJS.WritableStream, isTerminal: boolean): Progress => {
  if (!isTerminal) {
    let last = '';
    return {
      show: (state) => {
        const { status, counts } = state;
        const step = `${status} ${Math.floor((doneOf(state) / Math.max(counts.total, 1)) * 20)}`;
        if (step !== last) output.write(`${toStatusLine(state)}\n`);
        last = step;
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
