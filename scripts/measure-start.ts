import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const RUNS = 7;
const IDLE_MS = 3_000;

interface Run {
  readonly readyMs: number;
  readonly idleMb: number;
}

/** Starts the server as `npm start` does, waits until it is ready, and reads its memory some time later. */
const measure = async (): Promise<Run> => {
  const began = performance.now();
  const server = spawn(process.execPath, [fileURLToPath(new URL('../src/main.ts', import.meta.url))], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ready = Promise.withResolvers<number>();
  const gone = Promise.withResolvers<void>();
  server.stdout.on('data', (chunk: Buffer) => {
    if (chunk.includes('is ready')) ready.resolve(performance.now() - began);
  });
  server.on('exit', () => {
    ready.reject(new Error('the server ended before it was ready'));
    gone.resolve();
  });
  const readyMs = await ready.promise;
  await setTimeout(IDLE_MS);
  const status = readFileSync(`/proc/${server.pid}/status`, 'utf8');
  const idleMb = Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? Number.NaN) / 1024;
  server.kill('SIGTERM');
  await gone.promise;
  return { readyMs, idleMb };
};

const median = (values: readonly number[]): string =>
  (values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN).toFixed(0);

/** `PORT=0 node scripts/measure-start.ts`, on Linux: time to ready and memory when idle, medians of several starts. */
const runs: Run[] = [];
for (let run = 0; run < RUNS; run += 1) runs.push(await measure());
process.stdout.write(
  `ready after ${median(runs.map(({ readyMs }) => readyMs))} ms, idle at ${median(runs.map(({ idleMb }) => idleMb))} MB (medians of ${RUNS})\n`,
);
