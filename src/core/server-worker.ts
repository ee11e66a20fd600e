/** How a worker of a server is. `down`: it has ended, and another one takes its place in a moment. */
export type WorkerState = 'starting' | 'ready' | 'draining' | 'down';

/** The workers of a server as its primary process sees them. */
export interface WorkerOverview {
  /** By the number of the worker, from 1. */
  readonly states: Readonly<Record<string, WorkerState>>;
  /** How often a worker was started in place of one that had ended. */
  readonly replacements: number;
}

/**
 * Reads a source for all workers of a server, or gives what another one has read of it a moment ago: plain data. Rejects as
 * `read` does. `source` names what is read, and from where it is read on.
 */
export type ReadOnce = <T>(source: string, read: () => Promise<T>) => Promise<T>;

/** Of a server that is one process. */
export const readAlone: ReadOnce = (_source, read) => read();
