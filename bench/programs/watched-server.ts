import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import type { Build } from './builds.ts';
import { type ServerProcess, startServerProcess } from './server-process.ts';

const LIMIT_MS = 20_000;
/** Of the clock of CPU times, in milliseconds. */
export const TICK_MS = 10;

/** What came of a request, and what it took. */
export interface Figure {
  readonly outcome: string;
  readonly cpuMs: number;
  readonly turnMs: number;
  /** Resident memory before, and the most of it meanwhile. */
  readonly startMib: number;
  readonly peakMib: number;
}

/** CPU time of a process in milliseconds, also while its event loop is held. */
const cpuMsOf = (pid: number): number => {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
};

/** 0 of a process that has ended. */
const rssMibOf = (pid: number): number => {
  const path = `/proc/${pid}/status`;
  return existsSync(path) ? Number(/VmRSS:\s+(\d+)/.exec(readFileSync(path, 'utf8'))?.[1] ?? 0) / 1024 : 0;
};

/** The server as `npm start` runs it; one that is started anew once a request has not been answered in time. */
export class WatchedServer implements AsyncDisposable {
  readonly #folder: string | undefined;
  readonly #environment: Readonly<Record<string, string>>;
  #server: ServerProcess | undefined;

  constructor(build: Build | null, environment: Readonly<Record<string, string>> = {}) {
    this.#folder = build?.folder;
    this.#environment = environment;
  }

  async measure(
    send: (url: string, signal: AbortSignal) => Promise<string>,
    limitMs = LIMIT_MS,
  ): Promise<Figure> {
    this.#server ??= await startServerProcess(
      { MODELGRAPH_LOG_LEVEL: 'info', ...this.#environment },
      this.#folder,
    );
    const { url, child } = this.#server;
    await child.ask('startTurns');
    const before = cpuMsOf(child.pid);
    const startMib = rssMibOf(child.pid);
    let peakMib = startMib;
    const watch = setInterval(() => {
      peakMib = Math.max(peakMib, rssMibOf(child.pid));
    }, 50);
    const outcome = await Promise.race([
      send(url, AbortSignal.timeout(2 * limitMs)).catch((error: unknown) => String(error)),
      wait(limitMs, undefined),
    ]);
    clearInterval(watch);
    const cpuMs = cpuMsOf(child.pid) - before;
    if (outcome === undefined) {
      await this[Symbol.asyncDispose]();
      return { outcome: `none in ${limitMs / 1_000} s`, cpuMs, turnMs: limitMs, startMib, peakMib };
    }
    return { outcome, cpuMs, turnMs: await child.ask<number>('longestTurnMs'), startMib, peakMib };
  }

  /** What is alive after a full collection, in MiB. Of a server that has measured something. */
  async aliveMib(): Promise<number> {
    return ((await this.#server?.child.ask<number>('aliveBytes')) ?? 0) / 2 ** 20;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server?.[Symbol.asyncDispose]();
    this.#server = undefined;
  }
}
