import { FLOODS } from '../clients/floods.ts';
import type { Build } from '../programs/builds.ts';
import { type Figure, WatchedServer } from '../programs/watched-server.ts';
import type { Measurement, Scale } from '../report/measurement.ts';
import { toText } from '../report/statistics.ts';

/** The most that a flood may add to the memory of the server, garbage included, and that is kept of it, in MiB. */
const MAX_GROWTH_MIB = 300;
const MAX_KEPT_MIB = 64;

const growthOf = ({ startMib, peakMib }: Figure): number => peakMib - startMib;

const LIMIT_MS = 120_000;

interface FloodFigure extends Figure {
  /** What is alive afterwards and was not before. */
  readonly keptMib: number;
}

/** Each on a server of its own. */
const measureFloods = async (build: Build | null, { say }: Scale): Promise<readonly FloodFigure[]> => {
  const figures: FloodFigure[] = [];
  for (const { name, run } of FLOODS) {
    await using server = new WatchedServer(build);
    await server.measure(async () => 'started');
    const aliveMib = await server.aliveMib();
    const measured = await server.measure(run, LIMIT_MS);
    const figure = { ...measured, keptMib: (await server.aliveMib()) - aliveMib };
    say(`${build?.name ?? 'now'}: ${name}: ${toText(growthOf(figure))} MiB, ${figure.outcome}`);
    figures.push(figure);
  }
  return figures;
};

const toCells = (figure: FloodFigure): readonly string[] => [
  figure.outcome,
  toText(growthOf(figure)),
  toText(figure.keptMib),
  toText(figure.cpuMs),
];

export const floods: Measurement = {
  name: 'floods',
  title: 'What clients that flood cost',
  run: async (scale) => {
    const now = await measureFloods(null, scale);
    const before = scale.before === null ? [] : await measureFloods(scale.before, scale);
    const most = Math.max(...now.map(growthOf));
    const kept = Math.max(...now.map(({ keptMib }) => keptMib));
    return {
      method:
        'Each flood is sent to a new server, as `npm start` runs it. Growth: the most of its resident memory meanwhile, less what it had before, garbage included. Kept: what is alive after it, and was not before.',
      tables: [
        {
          title: '',
          head: [
            'flood',
            'outcome',
            'growth, MiB',
            'kept, MiB',
            'CPU, ms',
            ...(before.length === 0 ? [] : ['before: outcome', 'growth, MiB', 'kept, MiB', 'CPU, ms']),
          ],
          rows: FLOODS.map(({ name }, at) => [
            name,
            ...[now[at], before[at]].flatMap((figure) => (figure === undefined ? [] : toCells(figure))),
          ]),
        },
      ],
      verdicts: [
        {
          goal: `no flood adds more than ${MAX_GROWTH_MIB} MiB`,
          found: `${toText(most)} MiB`,
          reached: most <= MAX_GROWTH_MIB,
        },
        {
          goal: `no more than ${MAX_KEPT_MIB} MiB of it are kept`,
          found: `${toText(kept)} MiB`,
          reached: kept <= MAX_KEPT_MIB,
        },
      ],
      notes: [],
    };
  },
};
