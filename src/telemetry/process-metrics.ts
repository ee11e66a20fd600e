import { readdir } from 'node:fs/promises';
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { Counter, Gauge, type Registry } from 'prom-client';
import type { Aggregator } from './metric-family.ts';

/** Interval of the timer whose lateness is the lag of the event loop. */
const LAG_RESOLUTION_MS = 10;

/** Open file descriptors of this process; undefined where the system does not list them, as outside Linux. */
const countOpenFiles = async (): Promise<number | undefined> => {
  try {
    return (await readdir('/proc/self/fd')).length;
  } catch {
    return undefined;
  }
};

const createLagGauges = (registers: Registry[]) => {
  const gauge = (part: string, help: string, aggregator: Aggregator = 'max') =>
    new Gauge({ name: `nodejs_eventloop_lag_${part}_seconds`, help, registers, aggregator });
  return {
    mean: gauge('mean', 'Mean lag of the event loop since the last scrape.', 'average'),
    p50: gauge('p50', 'Median lag of the event loop since the last scrape.'),
    p90: gauge('p90', '90th percentile of that lag.'),
    p99: gauge('p99', '99th percentile of that lag.'),
    max: gauge('max', 'Greatest lag of the event loop since the last scrape.'),
  };
};

export interface ProcessMetrics {
  /** Starts to sample the event loop. */
  start(): void;
  stop(): void;
  /** Writes the present values to the registry. Lag and utilization cover the time since the last refresh. */
  refresh(): Promise<void>;
}

/** Metrics of this process, under the names that dashboards for Node expect. */
export const createProcessMetrics = (registry: Registry): ProcessMetrics => {
  const registers = [registry];
  const gauge = (name: string, help: string, aggregator: Aggregator = 'sum') =>
    new Gauge({ name, help, registers, aggregator });
  const cpu = new Counter({
    name: 'process_cpu_seconds_total',
    help: 'CPU time of this process, in user and system mode.',
    registers,
  });
  const startTime = gauge(
    'process_start_time_seconds',
    'Start time of this process, in seconds of Unix time.',
    'min',
  );
  const resident = gauge('process_resident_memory_bytes', 'Resident memory of this process.');
  const heapUsed = gauge('nodejs_heap_size_used_bytes', 'Heap in use.');
  const heapTotal = gauge('nodejs_heap_size_total_bytes', 'Heap reserved.');
  const external = gauge('nodejs_external_memory_bytes', 'Memory outside the heap, as of buffers.');
  const openFiles = gauge('process_open_fds', 'Open file descriptors.');
  const utilization = gauge(
    'nodejs_eventloop_utilization',
    'Part of the time since the last scrape in which the event loop was busy, from 0 to 1.',
    'average',
  );
  const lag = createLagGauges(registers);

  const delay = monitorEventLoopDelay({ resolution: LAG_RESOLUTION_MS });
  let seen = performance.eventLoopUtilization();

  const refreshLag = (): void => {
    // A histogram without a sample gives NaN: a scrape may follow another before the timer has fired.
    if (delay.count === 0) return;
    // Each sample is a whole interval of the timer; lag is the part of it above the resolution.
    const toLag = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e9 - LAG_RESOLUTION_MS / 1e3);
    lag.mean.set(toLag(delay.mean));
    lag.p50.set(toLag(delay.percentile(50)));
    lag.p90.set(toLag(delay.percentile(90)));
    lag.p99.set(toLag(delay.percentile(99)));
    lag.max.set(toLag(delay.max));
    delay.reset();
  };

  return {
    start: () => void delay.enable(),
    stop: () => void delay.disable(),
    async refresh() {
      const used = process.cpuUsage();
      cpu.reset();
      cpu.inc((used.user + used.system) / 1e6);
      startTime.set(Math.round(performance.timeOrigin) / 1e3);
      const memory = process.memoryUsage();
      resident.set(memory.rss);
      heapUsed.set(memory.heapUsed);
      heapTotal.set(memory.heapTotal);
      external.set(memory.external);
      const now = performance.eventLoopUtilization();
      utilization.set(performance.eventLoopUtilization(now, seen).utilization);
      seen = now;
      refreshLag();
      const files = await countOpenFiles();
      if (files === undefined) openFiles.remove();
      else openFiles.set(files);
    },
  };
};
