import { parseArgs } from 'node:util';
import { getCheckout } from './programs/builds.ts';
import { killChildren, leaveServerCore } from './programs/child-process.ts';
import { describeMachine, describeNoise } from './report/machine.ts';
import { failedReport, type Measurement, type Scale } from './report/measurement.ts';
import { batchKill } from './measurements/batch-kill.ts';
import { batchMemory } from './measurements/batch-memory.ts';
import { budgets } from './measurements/budgets.ts';
import { cancel } from './measurements/cancel.ts';
import { client } from './measurements/client.ts';
import { clientRender } from './measurements/client-render.ts';
import { hostileVendor } from './measurements/hostile-vendor.ts';
import { floods } from './measurements/floods.ts';
import { fuzz } from './measurements/fuzz.ts';
import { limits } from './measurements/limits.ts';
import { many } from './measurements/many.ts';
import { memory } from './measurements/memory.ts';
import { models } from './measurements/models.ts';
import { overhead } from './measurements/overhead.ts';
import { paced } from './measurements/paced.ts';
import { path } from './measurements/path.ts';
import { peers } from './measurements/peers.ts';
import { refusals } from './measurements/refusals.ts';
import { resume } from './measurements/resume.ts';
import { soak } from './measurements/soak.ts';
import { store } from './measurements/store.ts';
import { throughput } from './measurements/throughput.ts';
import { workers } from './measurements/workers.ts';
import { writeFigures } from './report/results-file.ts';
import { writePicture } from './report/write-picture.ts';
import { toSection, writeSection } from './report/write-results.ts';

const MEASUREMENTS: readonly Measurement[] = [
  peers,
  path,
  many,
  overhead,
  throughput,
  workers,
  paced,
  memory,
  store,
  models,
  cancel,
  resume,
  batchKill,
  batchMemory,
  budgets,
  limits,
  hostileVendor,
  refusals,
  floods,
  soak,
  fuzz,
  client,
  clientRender,
];

const NAMES = MEASUREMENTS.map(({ name }) => name);
/** Draws the latest results, without a measurement. It comes by itself after each run of `peers`. */
const PICTURE = 'picture';

const RUNS = 5;
const QUICK_RUNS = 2;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    runs: { type: 'string' },
    minutes: { type: 'string' },
    against: { type: 'string' },
    seed: { type: 'string' },
    from: { type: 'string' },
    'no-write': { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

const USAGE = `npm run bench -- [measurement …] [--quick] [--runs=${RUNS}] [--minutes=3] [--against=<folder>] [--seed=<n>] [--from=<n>] [--no-write]
Measurements: ${NAMES.join(', ')}.
${PICTURE}: draws docs/performance.svg from bench/results.json, as each run of peers does.
--against: another checkout of this repository, with its packages installed. models, path, many, throughput, paced and memory alternate it with this one and give the ratio of the two; refusals and floods measure one after the other.
--seed: the input of the fuzz run that is run alone, made smaller and printed; nothing is written. --from: the seed that the run begins with.
--no-write: leaves bench/RESULTS.md, bench/results.json and the picture as they are.
The soak starts a PostgreSQL of its own for several nodes; DATABASE_URL names another.
`;

const readNumber = (text: string | undefined, fallback: number): number => {
  const number = text === undefined ? fallback : Number(text);
  if (!Number.isFinite(number) || number <= 0) throw new Error(`${String(text)} is not a number above 0`);
  return number;
};

const readSeed = (text: string | undefined): number | null =>
  text === undefined ? null : readNumber(text, 1);

const { quick } = values;
const scale: Scale = {
  quick,
  runs: readNumber(values.runs, quick ? QUICK_RUNS : RUNS),
  minutes: readNumber(values.minutes, quick ? 0.5 : 3),
  seed: readSeed(values.seed),
  from: readSeed(values.from),
  databaseUrl: process.env['DATABASE_URL'] ?? null,
  before: values.against === undefined ? null : getCheckout(values.against),
  pick: (full, small) => (quick ? small : full),
  say: (line) => process.stdout.write(`  ${line}\n`),
};

/** Whether the results of this run take the place of the ones before. */
const writes = !values['no-write'] && scale.seed === null;

const measureAll = async (chosen: readonly Measurement[]): Promise<boolean> => {
  const pinned = leaveServerCore();
  let allRan = true;
  for (const measurement of chosen) {
    process.stdout.write(`${measurement.name}: ${measurement.title}\n`);
    const began = performance.now();
    const noise = describeNoise();
    const mode = scale.quick ? '**quick mode: figures for development**, ' : '';
    const conditions = `${describeMachine(pinned)}; ${mode}${scale.runs} runs`;
    const report = await measurement.run(scale).catch((error: unknown) => {
      allRan = false;
      process.stdout.write(`${error instanceof Error ? error.stack : String(error)}\n`);
      killChildren();
      return failedReport(error instanceof Error ? error.message : String(error));
    });
    const machine = `${conditions}; took ${((performance.now() - began) / 1_000).toFixed(0)} s`;
    const section = toSection(measurement, report, { machine, noise });
    process.stdout.write(`${section}\n\n`);
    if (writes) {
      writeSection(measurement.name, section, NAMES);
      writeFigures(measurement.name, { machine, busy: noise !== '', figures: report.figures ?? [] }, NAMES);
    }
  }
  return allRan;
};

for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => {
    killChildren();
    process.exit(130);
  });
process.on('exit', killChildren);

const isPictured = (names: readonly string[]): boolean =>
  names.includes(PICTURE) || names.includes(peers.name);

const unknown = positionals.filter((name) => name !== PICTURE && !NAMES.includes(name));
if (values.help) {
  process.stdout.write(USAGE);
} else if (unknown.length > 0) {
  process.stdout.write(`There is no measurement ${unknown.join(', ')}.\n${USAGE}`);
  process.exitCode = 1;
} else {
  const chosen = MEASUREMENTS.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
  process.exitCode = (await measureAll(chosen)) ? 0 : 1;
  if (writes && isPictured([...positionals, ...chosen.map(({ name }) => name)]) && !writePicture())
    process.stdout.write('There is no picture: bench/results.json has no figures of peers.\n');
  process.exit();
}
