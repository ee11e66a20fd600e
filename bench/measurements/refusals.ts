import {
  REFUSAL_TRANSPORTS,
  refusedBodies,
  type RefusalTransport,
  sendBody,
  sendRefused,
} from '../clients/refused-bodies.ts';
import { refusedOperations } from '../clients/refused-operations.ts';
import { batchFiles, submitBatchFile } from '../clients/refused-batch-files.ts';
import type { Build } from '../programs/builds.ts';
import { type Figure, TICK_MS, WatchedServer } from '../programs/watched-server.ts';
import type { Measurement, Scale, Table, Verdict } from '../report/measurement.ts';
import { toText } from '../report/statistics.ts';

const MIB = 1024 * 1024;
/** Of JSON around what is large. */
const MARGIN = 64 * 1024;
const MAX_BODY_BYTES = 4 * MIB - MARGIN;

/** The most that a refused request may cost, in milliseconds of CPU. */
const MAX_CPU_MS = 500;
/** How long a step of reading a batch file may hold the event loop, in milliseconds. */
const MAX_SLICE_MS = 20;

interface Case {
  readonly name: string;
  readonly transport: RefusalTransport | 'body';
  readonly send: (url: string, signal: AbortSignal) => Promise<string>;
}

const toCases = ({ pick }: Scale): readonly Case[] => {
  const transports = pick<readonly RefusalTransport[]>(REFUSAL_TRANSPORTS, ['http']);
  const operations = refusedOperations(MAX_BODY_BYTES);
  return [
    ...transports.flatMap((transport) =>
      operations.map((operation) => ({
        name: operation.name,
        transport,
        send: (url: string, signal: AbortSignal) => sendRefused(url, operation, transport, signal),
      })),
    ),
    ...refusedBodies(MAX_BODY_BYTES).map((body) => ({
      name: body.name,
      transport: 'body' as const,
      send: (url: string, signal: AbortSignal) => sendBody(url, body, signal),
    })),
  ];
};

const WARM_UP = 20;

const measureRefusals = async (build: Build | null, scale: Scale): Promise<readonly Figure[]> => {
  await using target = new WatchedServer(build);
  const figures: Figure[] = [];
  const warmUp = { name: '', query: '{ nothing }' };
  for (let run = 0; run < WARM_UP; run += 1)
    await target.measure((url, signal) => sendRefused(url, warmUp, 'http', signal));
  for (const { name, transport, send } of toCases(scale)) {
    const figure = await target.measure(send);
    scale.say(
      `${build?.name ?? 'now'}: ${transport}, ${name}: ${toText(figure.cpuMs)} ms, ${figure.outcome}`,
    );
    figures.push(figure);
  }
  return figures;
};

const measureFiles = async (build: Build | null, { pick, say }: Scale): Promise<readonly Figure[]> => {
  const figures: Figure[] = [];
  for (const file of batchFiles(pick(32, 8) * MIB)) {
    await using target = new WatchedServer(build);
    const figure = await target.measure((url, signal) => submitBatchFile(url, file, signal));
    say(`${build?.name ?? 'now'}: a file of ${file.name}: ${toText(figure.cpuMs)} ms, ${figure.outcome}`);
    figures.push(figure);
  }
  return figures;
};

const toCells = ({ outcome, cpuMs, turnMs, peakMib }: Figure): readonly string[] => [
  outcome,
  toText(cpuMs),
  toText(turnMs),
  peakMib === 0 ? '' : toText(peakMib),
];

const toTable = (
  title: string,
  names: readonly (readonly [string, string])[],
  now: readonly Figure[],
  before: readonly Figure[] | null,
): Table => ({
  title,
  head: [
    'shape',
    'sent as',
    'answer',
    'CPU, ms',
    'longest turn, ms',
    'peak, MiB',
    ...(before === null ? [] : ['before: answer', 'CPU, ms', 'longest turn, ms', 'peak, MiB']),
  ],
  rows: names.map(([name, sentAs], at) => [
    name,
    sentAs,
    ...[now, ...(before === null ? [] : [before])].flatMap((figures) => {
      const figure = figures[at];
      return figure === undefined ? [] : toCells(figure);
    }),
  ]),
});

const mostOf = (figures: readonly Figure[], read: (figure: Figure) => number): number =>
  Math.max(...figures.map(read));

export const refusals: Measurement = {
  name: 'refusals',
  title: 'What refused requests cost',
  run: async (scale) => {
    const { before } = scale;
    const cases = toCases(scale).map(({ name, transport }) => [name, transport] as const);
    const now = await measureRefusals(null, scale);
    const then = before === null ? null : await measureRefusals(before, scale);
    const files = batchFiles(scale.pick(32, 8) * MIB).map(({ name, bytes }) => ({
      name,
      mib: bytes.length / MIB,
    }));
    const filesNow = await measureFiles(null, scale);
    const filesThen = before === null ? null : await measureFiles(before, scale);
    const most = mostOf(now, ({ cpuMs }) => cpuMs);
    const slice = mostOf(filesNow, ({ turnMs }) => turnMs);
    const perMib = Math.max(...filesNow.map(({ cpuMs }, at) => cpuMs / (files[at]?.mib ?? 1)));
    const verdicts: Verdict[] = [
      {
        goal: `a refused request costs ${MAX_CPU_MS} ms of CPU at most`,
        found: `${toText(most)} ms`,
        reached: most <= MAX_CPU_MS,
      },
      {
        goal: `a batch file holds the event loop for ${MAX_SLICE_MS} ms at most`,
        found: `${toText(slice)} ms`,
        reached: slice <= MAX_SLICE_MS,
      },
    ];
    return {
      method: `Requests of up to \`MODELGRAPH_MAX_BODY_BYTES\` (4 MiB), one after the other, to the server as \`npm start\` runs it; each is one that has to be refused. CPU: user and system time of the whole process, garbage collection included, in steps of ${TICK_MS} ms. A turn is the longest one of the event loop meanwhile, in milliseconds of CPU. Batch files are ones of ${scale.pick(32, 8)} MiB, each to a new server.`,
      tables: [
        toTable('Requests', cases, now, then),
        toTable(
          'Batch files',
          files.map(({ name, mib }) => [name, `${toText(mib)} MiB`]),
          filesNow,
          filesThen,
        ),
      ],
      verdicts,
      notes: [`A batch file costs ${toText(perMib)} ms of CPU per MiB at most.`],
    };
  },
};
