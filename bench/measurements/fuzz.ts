import { type Finding, type FuzzReport, runFuzz, runFuzzSeed } from '../../test/fuzz/fuzz.ts';
import { type BatchFinding, type BatchFuzzReport, runFuzzedBatches } from '../../test/fuzz/fuzz-batches.ts';
import type { ProblemKind } from '../../test/fuzz/problem.ts';
import { recordedInputs } from '../../test/fuzz/recorded-inputs.ts';
import { toVendorInputs } from '../../test/fuzz/vendor-case.ts';
import { handMadeInputs } from '../../test/fuzz/vendor-inputs.ts';
import { leaveServerCore, useEveryCore } from '../programs/child-process.ts';
import type { Measurement, Report, Verdict } from '../report/measurement.ts';
import { toText } from '../report/statistics.ts';

const FIRST_SEED = 1;
const PARALLEL = 12;
/** The server alone, and three generations that take the 256 MiB of docs/vendor-answers.md at the same time. */
const MAX_PEAK_MIB = 1_024;
const MOST_BYTES_SHOWN = 2_000;

const toLines = ({ case: fuzzed, problems, others }: Finding): readonly string[] => [
  `seed ${fuzzed.seed}, ${fuzzed.side}, ${fuzzed.line}: ${fuzzed.what}`,
  ...problems.map(({ kind, what }) => `  ${kind}: ${what}`),
  ...(others > 0 ? [`  and ${others} inputs more`] : []),
  `  again: npm run bench -- fuzz --seed=${fuzzed.seed}`,
];

/** What is sent, in full unless it is very long. */
const toReproduction = (finding: Finding): readonly string[] => {
  const bytes = finding.case.bytes();
  const rest = bytes.length - MOST_BYTES_SHOWN;
  return [
    ...toLines(finding),
    bytes.slice(0, MOST_BYTES_SHOWN),
    ...(rest > 0 ? [`… and ${rest} characters more`] : []),
  ];
};

const toBatchLines = ({ line, problem, answer }: BatchFinding): readonly string[] => [
  `${line}: ${problem.kind}: ${problem.what}`,
  ...(answer === null ? [] : [`  ${answer}`]),
];

interface Found {
  readonly single: FuzzReport;
  readonly batches: BatchFuzzReport;
}

const countOf = ({ single, batches }: Found, kind: ProblemKind): number =>
  single.findings
    .filter(({ problems }) => problems.some((problem) => problem.kind === kind))
    .reduce((sum, { others }) => sum + 1 + others, 0) +
  batches.findings.filter(({ problem }) => problem.kind === kind).length;

const toVerdicts = (found: Found): readonly Verdict[] => {
  const { single, batches } = found;
  const none = (goal: string, count: number): Verdict => ({
    goal,
    found: toText(count),
    reached: count === 0,
  });
  const peaks = [single.peakMib, batches.peakMib].filter((peak) => peak !== null);
  const peak = Math.max(...peaks);
  return [
    none('no input ends the process', countOf(found, 'process end')),
    none(
      'every generation has exactly one terminal event, every request of a batch one result',
      countOf(found, 'terminal event'),
    ),
    none('no generation is left running', single.stillRunning),
    none('no answer is INTERNAL', countOf(found, 'INTERNAL')),
    none('nothing else is wrong: no error inside a stream, no count below 0', countOf(found, 'other')),
    {
      goal: `the server takes ${MAX_PEAK_MIB} MiB of resident memory at most`,
      found: peaks.length === 0 ? 'not measured' : `${toText(peak)} MiB`,
      reached: peaks.length === 0 ? null : peak <= MAX_PEAK_MIB,
    },
  ];
};

const METHOD =
  'Answers of vendors and operations of clients, changed by a seed: bytes; JSON values (numbers as text, negative, fractions, huge, other types, nested, long, left out, keys twice); the order of events (dropped, doubled, swapped, cut, of another answer); content types, statuses, headers, compression, the borders of packets; documents by their tokens, variables, bodies, messages of WebSockets, parts of multipart bodies, lines of batches. The server is a process of its own, as `npm start` runs it, before vendors on a socket; a client subscribes over WebSocket or SSE or waits, then reads what is kept of the generation and its events once more. Answers are hand-made ones of every API, and recorded ones where they are beside the checkout. Then each API answers the requests of a batch, whose answers are changed. A finding is made smaller by leaving out changes and frames.';

const toReport = (found: Found): Report => {
  const { single, batches } = found;
  const counts = [...single.counts, ...batches.counts];
  const total = counts.reduce((sum, [, count]) => sum + count, 0);
  const { seed, ms } = single.slowest;
  return {
    method: METHOD,
    tables: [
      {
        title: 'Inputs',
        head: ['for', 'number'],
        rows: [...counts.map(([line, count]) => [line, String(count)]), ['all', String(total)]],
      },
    ],
    verdicts: toVerdicts(found),
    notes: [
      `The input that took longest: seed ${seed}, ${(ms / 1_000).toFixed(1)} s.`,
      ...single.findings.flatMap(toLines),
      ...batches.findings.flatMap(toBatchLines),
    ],
  };
};

export const fuzz: Measurement = {
  name: 'fuzz',
  title: 'Whatever a vendor or a client sends',
  run: async ({ minutes, seed, from, say, pick }) => {
    const inputs = toVendorInputs(handMadeInputs(), await recordedInputs());
    // No times are measured here.
    useEveryCore();
    try {
      if (seed !== null) {
        const finding = await runFuzzSeed(inputs, seed);
        return { method: 'One input alone.', tables: [], verdicts: [], notes: toReproduction(finding) };
      }
      const until = performance.now() + minutes * 60_000;
      const isOver = (): boolean => performance.now() > until;
      const first = from ?? FIRST_SEED;
      const single = await runFuzz({
        inputs,
        from: first,
        parallel: PARALLEL,
        makesSmaller: true,
        isOver,
        say,
      });
      for (const finding of single.findings) for (const line of toReproduction(finding)) say(line);
      const requestsPerBatch = pick(300, 30);
      say(`batches of ${requestsPerBatch} requests`);
      return toReport({ single, batches: await runFuzzedBatches({ inputs, from: first, requestsPerBatch }) });
    } finally {
      leaveServerCore();
    }
  },
};
