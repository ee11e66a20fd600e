import type { Figure } from './measurement.ts';
import type { Recorded } from './results-file.ts';
import { toText } from './statistics.ts';

interface Panel {
  readonly title: string;
  /** The name of the figure in the results. */
  readonly figure: string;
}

const PANELS: readonly Panel[] = [
  { title: 'CPU time of a delta, µs', figure: 'CPU µs per delta' },
  {
    title: 'Added to a first delta, p50, ms',
    figure: 'first delta p50 beside 1, ms added',
  },
  { title: 'Delay of a delta, p99, ms', figure: 'delay p99, ms' },
  { title: 'Memory of an open stream, KiB', figure: 'RSS per stream, KiB' },
];

const OURS = 'this server';
const BUSY = 'Of a busy machine: compare the bars only. Lines span all rounds.';

const LABELS: Readonly<Record<string, string>> = {
  'yoga over the AI SDK, SSE': 'yoga + AI SDK',
  'Portkey gateway, SSE': 'Portkey gateway',
  'node:http relay, SSE': 'node:http relay',
  'bare SDK, no server': 'no server (openai SDK)',
};

// Of the drawing's own units: 400 of them take the width of a telephone's page, so that 13 stay readable there.
const WIDTH = 400;
const MARGIN = 14;
const BAR_LEFT = 186;
const BAR_MOST = 142;
const ROW = 21;
const HEAD = 58;
const PANEL_HEAD = 32;
const FOOT = 46;

const STYLE = `
    text { font: 13px system-ui, -apple-system, 'Segoe UI', sans-serif; fill: #1f2328 }
    .title { font-size: 16px; font-weight: 600 }
    .panel { font-weight: 600 }
    .note { font-size: 11px; fill: #59636e }
    .ours { font-weight: 600 }
    .page { fill: #ffffff; stroke: #d1d9e0 }
    .bar { fill: #afb8c1 }
    .bar.ours { fill: #0969da }
    .spread { stroke: #59636e; stroke-width: 1.5 }
    @media (prefers-color-scheme: dark) {
      text { fill: #f0f6fc }
      .note { fill: #9198a1 }
      .page { fill: #0d1117; stroke: #3d444d }
      .bar { fill: #59636e }
      .bar.ours { fill: #4493f8 }
      .spread { stroke: #c9d1d9 }
    }`;

const escapeXml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');

const labelOf = ({ subject }: Figure): string => LABELS[subject] ?? subject;

/** Values of a panel, this server's first, then the others as they were measured. */
const findFigures = (figures: readonly Figure[], { figure: name }: Panel): readonly Figure[] => {
  const found = figures.filter(({ figure }) => figure === name);
  const isOurs = ({ subject }: Figure): boolean => subject.startsWith(OURS);
  return [...found.filter(isOurs), ...found.filter((each) => !isOurs(each))];
};

const valueOf = ({ median }: Figure): string => (median === null ? 'none' : toText(median));

const toRow = (figure: Figure, top: number, scale: number): readonly string[] => {
  const { median, least, most } = figure;
  const kind = figure.subject.startsWith(OURS) ? ' ours' : '';
  const length = (value: number | null): number => Math.max(0, (value ?? 0) * scale);
  const at = (value: number | null): string => (BAR_LEFT + length(value)).toFixed(1);
  const middle = top + 8;
  const end = BAR_LEFT + Math.max(length(median), length(most)) + 6;
  return [
    `<text class="label${kind}" x="${MARGIN}" y="${top + 12}">${escapeXml(labelOf(figure))}</text>`,
    `<rect class="bar${kind}" x="${BAR_LEFT}" y="${top + 2}" width="${length(median).toFixed(1)}" height="12" rx="2"/>`,
    ...(least === most
      ? []
      : [`<line class="spread" x1="${at(least)}" x2="${at(most)}" y1="${middle}" y2="${middle}"/>`]),
    `<text class="value${kind}" x="${end.toFixed(1)}" y="${top + 12}">${escapeXml(valueOf(figure))}</text>`,
  ];
};

const toPanel = (panel: Panel, figures: readonly Figure[], top: number): readonly string[] => {
  const largest = Math.max(
    ...figures.flatMap(({ median, most }) => [median ?? 0, most ?? 0]),
    Number.EPSILON,
  );
  return [
    `<text class="panel" x="${MARGIN}" y="${top + 22}">${escapeXml(panel.title)}</text>`,
    ...figures.flatMap((figure, row) => toRow(figure, top + PANEL_HEAD + row * ROW, BAR_MOST / largest)),
  ];
};

/** What the picture says, in words: its alternative text. */
export const describePicture = ({ figures, busy }: Recorded): string => {
  const panels = PANELS.flatMap((panel) => {
    const values = findFigures(figures, panel).map((figure) => `${labelOf(figure)} ${valueOf(figure)}`);
    return values.length === 0 ? [] : [`${panel.title}: ${values.join('; ')}.`];
  });
  return [...(busy ? [BUSY] : []), ...panels].join(' ');
};

/** The picture of the measurement `peers`: bars of medians, with lines from the least to the most of all rounds. */
export const drawPicture = (recorded: Recorded): string => {
  const drawn: string[] = [];
  let top = HEAD;
  for (const panel of PANELS) {
    const figures = findFigures(recorded.figures, panel);
    if (figures.length === 0) continue;
    drawn.push(...toPanel(panel, figures, top));
    top += PANEL_HEAD + figures.length * ROW;
  }
  const [machine = '', node = '', measured = '', commit = '', load = ''] = recorded.machine.split('; ');
  const height = top + FOOT;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-labelledby="title words">`,
    '  <title id="title">Streams through this server and through others</title>',
    `  <desc id="words">${escapeXml(describePicture(recorded))}</desc>`,
    `  <style>${STYLE}\n  </style>`,
    `  <rect class="page" x="0.5" y="0.5" width="${WIDTH - 1}" height="${height - 1}" rx="6"/>`,
    `  <text class="title" x="${MARGIN}" y="28">Streams through a server: less is better</text>`,
    `  <text class="note" x="${MARGIN}" y="47">${recorded.busy ? BUSY : 'Medians; lines span all rounds. Others than this server: SSE.'}</text>`,
    ...drawn.map((line) => `  ${line}`),
    `  <text class="note" x="${MARGIN}" y="${top + 20}">${escapeXml([machine, load].join(', '))}</text>`,
    `  <text class="note" x="${MARGIN}" y="${top + 35}">${escapeXml([node, measured, commit].join(', '))}</text>`,
    '</svg>',
    '',
  ].join('\n');
};
