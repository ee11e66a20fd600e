import { styleText } from 'node:util';
import type { Finding, Verdict } from './finding.ts';

const LABELS: Readonly<
  Record<Verdict, { readonly label: string; readonly style: 'green' | 'yellow' | 'gray' | 'red' }>
> = {
  ok: { label: 'ok', style: 'green' },
  note: { label: 'note', style: 'yellow' },
  unused: { label: '-', style: 'gray' },
  problem: { label: 'PROBLEM', style: 'red' },
};

/** The findings in three columns: the part, the verdict, and the detail. A part that has several is named once. */
export const toTable = (findings: readonly Finding[], isColoured: boolean): string => {
  const width = Math.max(...findings.map(({ part }) => part.length));
  const labelWidth = Math.max(...Object.values(LABELS).map(({ label }) => label.length));
  const lines = findings.map(({ part, verdict, detail }, index) => {
    const isRepeated = findings[index - 1]?.part === part;
    const { label, style } = LABELS[verdict];
    const padded = label.padEnd(labelWidth);
    const shown = isColoured ? styleText(style, padded, { validateStream: false }) : padded;
    return `${(isRepeated ? '' : part).padEnd(width)}  ${shown}  ${detail}`;
  });
  return `${lines.join('\n')}\n`;
};
