import { readFileSync, writeFileSync } from 'node:fs';
import type { Figure } from './measurement.ts';

const FILE = new URL('../results.json', import.meta.url);

/** The figures of a measurement's latest run. */
export interface Recorded {
  /** The machine, the time and the commit, as in `RESULTS.md`. */
  readonly machine: string;
  /** Whether other work ran on the machine as the measurement began, which lengthens every time. */
  readonly busy: boolean;
  readonly figures: readonly Figure[];
}

/** The figures by the name of their measurement. */
export type Results = Readonly<Record<string, Recorded>>;

/** Empty before the first run. */
export const readResults = (): Results => {
  try {
    return JSON.parse(readFileSync(FILE, 'utf8')) as Results;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return {};
    throw error;
  }
};

/** A figure a line, so that a change shows which of them changed. */
const toEntry = ([name, { machine, busy, figures }]: readonly [string, Recorded]): string => {
  const lines = figures.map((figure) => `      ${JSON.stringify(figure)}`);
  const head = `    "machine": ${JSON.stringify(machine)},\n    "busy": ${busy},\n    "figures": [\n`;
  return `  ${JSON.stringify(name)}: {\n${head}${lines.join(',\n')}\n    ]\n  }`;
};

/** Puts the figures of a run in the place of the previous ones; without figures it removes those. */
export const writeFigures = (name: string, recorded: Recorded, order: readonly string[]): void => {
  const results = new Map([...Object.entries(readResults()), [name, recorded] as const]);
  const known = order.flatMap((each) => {
    const found = results.get(each);
    return found === undefined || found.figures.length === 0 ? [] : [[each, found] as const];
  });
  writeFileSync(FILE, `{\n${known.map(toEntry).join(',\n')}\n}\n`);
};
