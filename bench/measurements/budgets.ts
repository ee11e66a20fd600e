import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRandom } from '../../test/support/create-random.ts';
import { queryPostgres } from '../../test/support/databases/batch-database.ts';
import { startBillingVendor } from '../../test/support/kills/billing-vendor.ts';
import { leaveServerCore, useEveryCore } from '../programs/child-process.ts';
import { startBudgetNodes } from '../programs/budget-nodes.ts';
import { startSharedDatabase } from '../programs/shared-database.ts';
import type { Measurement, Report, Verdict } from '../report/measurement.ts';

const GENERATE = 'mutation ($input: GenerateInput!) { generate(input: $input) { id } }';
const INPUT = { model: 'billed', prompt: 'Hello', maxOutputTokens: 400 };
const NANO = 1e9;

const ask = async (url: string): Promise<string> => {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: GENERATE, variables: { input: INPUT } }),
    });
    const { errors } = (await response.json()) as {
      readonly errors?: readonly { readonly extensions?: { readonly code?: string } }[];
    };
    return errors?.[0]?.extensions?.code ?? 'answered';
  } catch {
    return 'cut off';
  }
};

const inFolder = async <T>(work: (folder: string) => Promise<T>): Promise<T> => {
  const folder = await mkdtemp(join(tmpdir(), 'modelgraph-bench-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

interface Overspend {
  readonly requests: number;
  readonly kills: number;
  readonly calls: number;
  readonly billedUsd: number;
  readonly spentUsd: number;
  readonly reservedUsd: number;
  readonly limitUsd: number;
  readonly answered: number;
  readonly refused: number;
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** All requests at once, and a kill of each node in its turn while they are under way. */
const overspend = (databaseUrl: string, requests: number, limitUsd: number): Promise<Overspend> =>
  inFolder(async (folder) => {
    await using vendor = await startBillingVendor(createRandom(7));
    await using nodes = startBudgetNodes({ count: 3, folder, databaseUrl, vendor: vendor.origin, limitUsd });
    const urls = await Promise.all(nodes.lives().map(({ url }) => url));
    const asked = Array.from({ length: requests }, (_, index) => ask(urls[index % urls.length] ?? ''));
    let kills = 0;
    for (const calls of [20, 60, 100]) {
      const deadline = performance.now() + 60_000;
      while (vendor.calls() < calls && performance.now() < deadline) await pause(5);
      const victim = nodes.lives()[kills];
      if (victim !== undefined) await nodes.kill([victim]);
      kills += 1;
    }
    nodes.revive();
    const outcomes = await Promise.all(asked);
    // Those that come after the kills find what is left.
    const nextUrls = await Promise.all(nodes.lives().map(({ url }) => url));
    outcomes.push(
      ...(await Promise.all(
        Array.from({ length: requests / 10 }, (_, index) => ask(nextUrls[index % nextUrls.length] ?? '')),
      )),
    );
    const total = async (sql: string): Promise<number> =>
      Number((await queryPostgres(databaseUrl, sql))[0]?.['total']);
    while ((await total('SELECT count(*) AS total FROM generation WHERE finished_at IS NULL')) > 0)
      await pause(200);
    return {
      requests: outcomes.length,
      kills,
      calls: vendor.calls(),
      billedUsd: vendor.billedUsd(),
      spentUsd: (await total('SELECT sum(spent) AS total FROM budget')) / NANO,
      reservedUsd: (await total('SELECT sum(reserved) AS total FROM budget')) / NANO,
      limitUsd,
      answered: outcomes.filter((outcome) => outcome === 'answered').length,
      refused: outcomes.filter((outcome) => outcome === 'BUDGET_EXCEEDED').length,
    };
  });

interface Latency {
  readonly p50: number;
  readonly p99: number;
}

const latencyOf = (times: readonly number[]): Latency => {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN;
  return { p50: at(0.5), p99: at(0.99) };
};

/** The same request of two servers in turn, one with a budget that is never reached and one without any. */
const admission = (
  databaseUrl: (() => Promise<string>) | null,
  rounds: number,
): Promise<{ readonly on: Latency; readonly off: Latency }> =>
  inFolder(async (folder) => {
    await using vendor = await startBillingVendor(() => 0);
    await using on = startBudgetNodes({
      count: 1,
      folder,
      databaseUrl: databaseUrl === null ? null : await databaseUrl(),
      vendor: vendor.origin,
      limitUsd: 1_000_000,
    });
    const [onUrl = ''] = await Promise.all(on.lives().map(({ url }) => url));
    // Awaited here: the first server must live until then.
    return await inFolder(async (other) => {
      await using off = startBudgetNodes({
        count: 1,
        folder: other,
        databaseUrl: databaseUrl === null ? null : await databaseUrl(),
        vendor: vendor.origin,
        limitUsd: 0,
      });
      const [offUrl = ''] = await Promise.all(off.lives().map(({ url }) => url));
      const times = { on: [] as number[], off: [] as number[] };
      const time = async (list: number[], url: string): Promise<void> => {
        const began = performance.now();
        await ask(url);
        list.push(performance.now() - began);
      };
      for (let round = 0; round < 200; round += 1) await Promise.all([ask(onUrl), ask(offUrl)]);
      for (let round = 0; round < rounds; round += 1) {
        await time(times.on, onUrl);
        await time(times.off, offUrl);
      }
      return { on: latencyOf(times.on), off: latencyOf(times.off) };
    });
  });

const ms = (value: number): string => value.toFixed(2);
const usd = (value: number): string => value.toFixed(6);

const toReport = (
  spent: Overspend | null,
  latencies: readonly (readonly [string, { readonly on: Latency; readonly off: Latency }])[],
  notes: readonly string[],
): Report => {
  const verdicts: Verdict[] = latencies.map(([engine, { on, off }]) => ({
    goal: `${engine}: admission costs at most 1 ms at p50 and 5 ms at p99`,
    found: `${ms(on.p50 - off.p50)} ms and ${ms(on.p99 - off.p99)} ms`,
    reached: on.p50 - off.p50 <= 1 && on.p99 - off.p99 <= 5,
  }));
  if (spent !== null)
    verdicts.unshift({
      goal: 'overspend 0 by what the vendor bills, and nothing reserved for what has ended',
      found: `billed ${usd(spent.billedUsd)}, counted ${usd(spent.spentUsd)} of ${usd(spent.limitUsd)}, reserved ${usd(spent.reservedUsd)}`,
      reached:
        spent.billedUsd <= spent.limitUsd && spent.spentUsd <= spent.limitUsd && spent.reservedUsd === 0,
    });
  return {
    method:
      'Three servers on one PostgreSQL share one budget; all requests are sent at once, and each server is killed with SIGKILL while ' +
      'they are under way. The vendor refuses, fails, breaks off, goes silent or answers, and bills all that it may write as soon ' +
      'as it takes a request. Then one server with a budget and one without are asked in turn, one request at a time; the time is ' +
      'that of the whole answer.',
    tables: [
      ...(spent === null
        ? []
        : [
            {
              title: 'One budget, three servers',
              head: [
                'requests',
                'kills',
                'calls',
                'answered',
                'refused for the budget',
                'limit',
                'billed',
                'counted',
              ],
              rows: [
                [
                  ...[spent.requests, spent.kills, spent.calls, spent.answered, spent.refused].map(String),
                  ...[spent.limitUsd, spent.billedUsd, spent.spentUsd].map(usd),
                ],
              ],
            },
          ]),
      {
        title: 'Admission, ms',
        head: ['engine', 'p50 with', 'p50 without', 'p99 with', 'p99 without'],
        rows: latencies.map(([engine, { on, off }]) => [
          engine,
          ...[on.p50, off.p50, on.p99, off.p99].map(ms),
        ]),
      },
    ],
    verdicts,
    notes,
  };
};

export const budgets: Measurement = {
  name: 'budgets',
  title: 'Budgets: overspend under kills, and what admission costs',
  run: async ({ pick, say, databaseUrl: givenUrl }) => {
    const rounds = pick(2_000, 300);
    const notes: string[] = [];
    const latencies: [string, { readonly on: Latency; readonly off: Latency }][] = [];
    let spent: Overspend | null = null;
    useEveryCore();
    try {
      const database = await startSharedDatabase(givenUrl);
      if (typeof database === 'string') notes.push(`PostgreSQL: not measured: ${database}`);
      else {
        await using shared = database;
        let made = 0;
        const create = async (): Promise<string> => {
          made += 1;
          const name = `budgets_${process.pid}_${made}`;
          await queryPostgres(shared.url, `CREATE DATABASE ${name}`);
          return Object.assign(new URL(shared.url), { pathname: `/${name}` }).href;
        };
        say('overspend');
        spent = await overspend(await create(), pick(10_000, 1_000), pick(0.2, 0.1));
        say('admission, PostgreSQL');
        latencies.push(['PostgreSQL', await admission(create, rounds)]);
      }
      say('admission, SQLite');
      latencies.push(['SQLite', await admission(null, rounds)]);
    } finally {
      leaveServerCore();
    }
    return toReport(spent, latencies, notes);
  },
};
