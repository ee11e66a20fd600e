import { FORMS, type Form } from './expectations.ts';
import type { Outcome } from './faulty-app.ts';

export interface ObservedCell {
  readonly fault: string;
  readonly form: Form;
  /** The provider's line in the contract. */
  readonly line: string;
  readonly outcome: Outcome;
}

const HEAD = `# What a client hears when a vendor fails

Observed through the API by \`test/faults/fault-matrix.test.ts\`, with a vendor of our own that fails on purpose behind every
provider; written by that test (\`UPDATE_FAULT_MATRIX=1 npx vitest run test/faults\`), never by hand.

- *Again*: \`error.retryable\`, whether the same request may succeed if it is sent again.
- *Wait*: \`error.retryAfterMs\`, how long the vendor asks to wait.
- *Text*: whether what had been said before the fault is kept under the generation's id.

A subscriber hears it as \`GenerationFailed\`, whoever waits for a mutation as an error with the same \`extensions\`.
`;

const TITLES: Readonly<Record<Form, string>> = {
  streamed: 'Answers that the vendor streams',
  waiting: 'Answers that the vendor gives in one piece (models that cannot stream)',
};

const waitOf = ({ retryAfterMs }: Outcome): string => {
  if (retryAfterMs === null) return '';
  return typeof retryAfterMs === 'number' ? `${retryAfterMs} ms` : 'until the date';
};

const columnsOf = (outcome: Outcome): string =>
  [
    `\`${outcome.code}\``,
    outcome.retryable ? 'yes' : 'no',
    waitOf(outcome),
    outcome.text === '' ? '' : 'kept',
  ].join(' | ');

/** One row for each outcome of a fault, the one of most providers first. */
const rowsOf = (fault: string, cells: readonly ObservedCell[], all: number): readonly string[] => {
  const groups = Map.groupBy(cells, ({ outcome }) => columnsOf(outcome));
  const ordered = [...groups].toSorted(([, a], [, b]) => b.length - a.length);
  return ordered.map(([columns, group], index) => {
    const lines = group.map(({ line }) => line).join(', ');
    const whose =
      group.length === all ? 'every provider' : index === 0 && ordered.length > 1 ? 'the others' : lines;
    return `| ${index === 0 ? fault : ''} | ${whose} | ${columns} |`;
  });
};

/** The table of what was observed; the same whatever order it was observed in. */
export const printMatrix = (observed: readonly ObservedCell[]): string => {
  const all = new Set(observed.map(({ line }) => line)).size;
  const sections = FORMS.map((form) => {
    const faults = Map.groupBy(
      observed.filter((cell) => cell.form === form),
      ({ fault }) => fault,
    );
    const rows = [...faults].flatMap(([fault, cells]) => rowsOf(fault, cells, all));
    return [
      `## ${TITLES[form]}`,
      '',
      '| Fault | Of | Code | Again | Wait | Text |',
      '|---|---|---|---|---|---|',
      ...rows,
    ].join('\n');
  });
  return `${HEAD}\n${sections.join('\n\n')}\n`;
};
