import { readFileSync, writeFileSync } from 'node:fs';
import type { Measurement, Report, Table, Verdict } from './measurement.ts';

const RESULTS = new URL('../RESULTS.md', import.meta.url);

const HEAD = `# Measurements

Written by \`npm run bench\`: one section for each measurement, from its latest run. Loopback only. The servers of a table
alternate within each round, and ratios and differences are taken within a round. A figure is the median over the rounds,
with the least and the most in brackets. Compare figures of one table only: machines differ, and so does their load.
`;

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

const toTable = ({ title, head, rows }: Table): string =>
  [`### ${title}`, '', row(head), row(head.map(() => '---')), ...rows.map(row)].join('\n');

const word = ({ reached }: Verdict): string =>
  reached === null ? 'undecided' : reached ? 'reached' : '**missed**';

/** The section of one measurement. */
export const toSection = (
  { name, title }: Measurement,
  report: Report,
  { machine, noise }: { readonly machine: string; readonly noise: string },
): string =>
  [
    `## ${name}: ${title}`,
    `_${machine}_`,
    ...(noise === '' ? [] : [noise]),
    report.method,
    ...report.tables.map(toTable),
    ...(report.verdicts.length === 0
      ? []
      : [
          [
            '| target | found | |',
            '| --- | --- | --- |',
            ...report.verdicts.map((verdict) => row([verdict.goal, verdict.found, word(verdict)])),
          ].join('\n'),
        ]),
    ...(report.notes.length === 0 ? [] : [['```', ...report.notes, '```'].join('\n')]),
  ].join('\n\n');

const readSections = (): ReadonlyMap<string, string> => {
  try {
    const sections = readFileSync(RESULTS, 'utf8')
      .split(/^(?=## )/m)
      .slice(1);
    return new Map(sections.map((section) => [/^## ([a-z-]+)/.exec(section)?.[1] ?? '', section.trimEnd()]));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return new Map();
    throw error;
  }
};

/** Writes a section into `RESULTS.md`, in place of the measurement's previous one. */
export const writeSection = (name: string, section: string, order: readonly string[]): void => {
  const sections = new Map([...readSections(), [name, section]]);
  const known = order.flatMap((each) => sections.get(each) ?? []);
  writeFileSync(RESULTS, `${[HEAD.trimEnd(), ...known].join('\n\n')}\n`);
};
