import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { nowUs } from '../programs/now-us.ts';
import { startChild } from '../programs/child-process.ts';
import type { Loot } from '../programs/limits-attacker.ts';
import { type Server, startModelgraph } from '../programs/servers.ts';
import type { Sample } from '../programs/answer-parent.ts';
import { toGenerate } from '../clients/subscription.ts';
import type { Measurement, Scale } from '../report/measurement.ts';
import { percentile, ratioSpread, spreadOf, toSpreadText, toText } from '../report/statistics.ts';

/** What the attacker's key may; the key beside it has no limits. */
const LIMITS = {
  requestsPerMinute: 3_000,
  generationsAtOnce: 20,
  batchesAtOnce: 2,
  sockets: 50,
  uploadedBytesPerDay: 64 * 1024 * 1024,
};

/** By then it has what it can get, and goes on trying. */
const WARM_UP_MS = 8_000;
const MIB = 1024 * 1024;

const keyOf = (id: string) => {
  const key = `mg_${id}_${id.repeat(12)}`;
  return { key, setting: { id, sha256: createHash('sha256').update(key).digest('hex') } };
};

const ATTACKER = keyOf('eve');
const OTHER = keyOf('bob');

/** Asks one generation after the other on a socket of its own, and gives the time to the first delta of each, in ms. */
const timeFirstDeltas = async (url: string, count: number): Promise<readonly number[]> => {
  const socket = new WebSocket(url.replace(/^http/, 'ws'), 'graphql-transport-ws', {
    headers: { authorization: `Bearer ${OTHER.key}` },
    perMessageDeflate: false,
  });
  const awaited = new Map<string, () => void>();
  socket.on('message', (data: Buffer) => {
    const text = data.toString('utf8');
    for (const [pattern, resolve] of awaited) if (text.includes(pattern)) resolve();
  });
  const received = (pattern: string): Promise<void> =>
    new Promise((resolve, reject) => {
      socket.once('close', () => reject(new Error('the socket of the other principal was closed')));
      awaited.set(pattern, resolve);
    });
  await new Promise((resolve) => socket.once('open', resolve));
  const acknowledged = received('connection_ack');
  socket.send('{"type":"connection_init"}');
  await acknowledged;
  const times: number[] = [];
  for (let round = 0; round < count; round += 1) {
    const began = nowUs();
    const complete = received('"type":"complete"');
    const delta = received('"TextDelta"');
    const payload = toGenerate({ key: `probe-${round}`, deltas: 2, intervalMs: 0 });
    socket.send(JSON.stringify({ id: String(round), type: 'subscribe', payload }));
    await delta;
    times.push((nowUs() - began) / 1_000);
    await complete;
    socket.removeAllListeners('close');
  }
  socket.removeAllListeners('close');
  socket.close();
  return times;
};

interface Round {
  readonly alone: { readonly p50: number; readonly p99: number };
  readonly beside: { readonly p50: number; readonly p99: number };
  readonly loot: Loot;
  readonly growthMib: number;
  /** Milliseconds of CPU that the server takes in a second, alone with the other key and beside the attacker. */
  readonly cpuAlone: number;
  readonly cpuBeside: number;
}

const delaysOf = (times: readonly number[]) => ({
  p50: percentile(times, 0.5),
  p99: percentile(times, 0.99),
});

type TimedSample = Sample & { readonly atMs: number };

const sample = async ({ child }: Server): Promise<TimedSample> => ({
  ...(await child.ask<Sample>('sample')),
  atMs: performance.now(),
});

const cpuBetween = (from: TimedSample, to: TimedSample): number =>
  (to.cpuUs - from.cpuUs) / (to.atMs - from.atMs);

const measureRound = async (accessFile: string, limited: boolean, probes: number): Promise<Round> => {
  const settings = {
    apiKeys: [ATTACKER.setting, OTHER.setting],
    ...(limited ? { accessFile } : { principalSockets: null, principalGenerations: null }),
  };
  await using server = await startModelgraph({ settings });
  await timeFirstDeltas(server.url, 300);
  const first = await sample(server);
  const alone = delaysOf(await timeFirstDeltas(server.url, probes));
  const before = await sample(server);
  await using attacker = await startChild({
    program: 'limits-attacker.ts',
    options: { url: server.url, key: ATTACKER.key },
  });
  await attacker.ask('attack');
  await new Promise((resolve) => setTimeout(resolve, WARM_UP_MS));
  const begun = await sample(server);
  const beside = delaysOf(await timeFirstDeltas(server.url, probes));
  const after = await sample(server);
  const loot = await attacker.ask<Loot>('loot');
  await attacker.ask('stop');
  return {
    alone,
    beside,
    loot,
    growthMib: (after.rssBytes - before.rssBytes) / MIB,
    cpuAlone: cpuBetween(first, before),
    cpuBeside: cpuBetween(begun, after),
  };
};

const measureRounds = async (
  accessFile: string,
  limited: boolean,
  { runs, pick, say }: Scale,
): Promise<readonly Round[]> => {
  const rounds: Round[] = [];
  for (let round = 0; round < runs; round += 1) {
    const found = await measureRound(accessFile, limited, pick(1_000, 200));
    say(
      `${limited ? 'with limits' : 'without'}: p99 ${toText(found.alone.p99)} ms alone, ${toText(found.beside.p99)} ms beside the attacker; ${JSON.stringify(found.loot)}`,
    );
    rounds.push(found);
  }
  return rounds;
};

const ROWS: readonly (readonly [title: string, find: (round: Round) => number, limit: number | null])[] = [
  ['sockets open at once', ({ loot }) => loot.sockets, LIMITS.sockets],
  ['generations running at once', ({ loot }) => loot.generations, LIMITS.generationsAtOnce],
  ['batches at once', ({ loot }) => loot.batches, LIMITS.batchesAtOnce],
  ['MiB uploaded', ({ loot }) => loot.uploadedMib, LIMITS.uploadedBytesPerDay / MIB],
  ['requests sent', ({ loot }) => loot.requests, null],
  ['of them refused', ({ loot }) => loot.refused, null],
  ['growth of the server, MiB', ({ growthMib }) => growthMib, null],
  ['CPU of the server alone with the other key, ms a second', ({ cpuAlone }) => cpuAlone, null],
  ['beside the attacker, ms a second', ({ cpuBeside }) => cpuBeside, null],
];

const spreadText = (rounds: readonly Round[], find: (round: Round) => number): string =>
  toSpreadText(spreadOf(rounds.map(find)));

const toReport = (limited: readonly Round[], open: readonly Round[]) => {
  const ratio = ratioSpread(
    limited.map(({ beside }) => beside.p99),
    limited.map(({ alone }) => alone.p99),
  );
  const isBounded = ROWS.every(
    ([, find, limit]) => limit === null || limited.every((round) => find(round) <= limit),
  );
  return {
    method:
      'One key attacks a server from a process of its own with 72 requests under way at any time: it starts generations, opens sockets, submits batches of 50 requests and uploads files of 4 MiB. Another key starts generations one after the other, before the attack and during it, in the same run. With limits the attacker has those of the table; without, none.',
    tables: [
      {
        title: 'What one key took',
        head: ['', 'limit', 'with limits', 'without'],
        rows: ROWS.map(([title, find, limit]) => [
          title,
          limit === null ? '' : String(limit),
          spreadText(limited, find),
          spreadText(open, find),
        ]),
      },
      {
        title: "Another key's first delta, ms",
        head: ['', 'p50 alone', 'p50 beside the attacker', 'p99 alone', 'p99 beside the attacker'],
        rows: (
          [
            ['with limits', limited],
            ['without', open],
          ] as const
        ).map(([title, rounds]) => [
          title,
          spreadText(rounds, ({ alone }) => alone.p50),
          spreadText(rounds, ({ beside }) => beside.p50),
          spreadText(rounds, ({ alone }) => alone.p99),
          spreadText(rounds, ({ beside }) => beside.p99),
        ]),
      },
    ],
    verdicts: [
      {
        goal: 'what one key takes is bounded by its limits',
        found: isBounded ? 'in every run' : 'not in every run',
        reached: isBounded,
      },
      {
        goal: "another key's first delta at p99 takes at most twice the time beside the attacker",
        found: toSpreadText(ratio),
        reached: ratio.median <= 2,
      },
    ],
    notes: [],
  };
};

export const limits: Measurement = {
  name: 'limits',
  title: 'Rate limits: what one key can take, and what another one notices of it',
  run: async (scale) => {
    const folder = await mkdtemp(join(tmpdir(), 'modelgraph-bench-'));
    try {
      const accessFile = join(folder, 'access.json');
      await writeFile(accessFile, JSON.stringify({ keys: { [ATTACKER.setting.id]: { limits: LIMITS } } }));
      const limited = await measureRounds(accessFile, true, scale);
      const open = await measureRounds(accessFile, false, { ...scale, runs: 1 });
      return toReport(limited, open);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};
