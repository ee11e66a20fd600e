import type { Browser } from 'playwright-core';
import type { RenderFigures } from '../../client/test/pages/render-figures.ts';
import { bundleReactPage } from '../../test/client/browser/bundle-react-page.ts';
import { canBundle } from '../../test/client/browser/bundle-page.ts';
import { startPageHost } from '../../test/client/browser/page-host.ts';
import { findChromium, openBrowser } from '../../test/support/app/browser.ts';
import { type Measurement, notMeasured, type Report } from '../report/measurement.ts';
import { spreadOf, toSpreadText } from '../report/statistics.ts';
import { alternate, getRounds, ratioOf } from './alternate.ts';

const STREAMS = 100;
const PIECES_A_SECOND = 50;
const LONG_TASK_MS = 50;

const KINDS = { modelgraph: 'modelgraph-client/react', 'ai-sdk': 'AI SDK UI, @ai-sdk/react' } as const;

interface Figures extends RenderFigures {
  /** Of the page's main thread while the pieces came. */
  readonly busyMs: number;
  readonly scriptMs: number;
}

const measurePage = async (browser: Browser, address: string): Promise<Figures> => {
  const page = await browser.newPage();
  await page.goto(address);
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable');
  const read = async (): Promise<ReadonlyMap<string, number>> => {
    const { metrics } = await session.send('Performance.getMetrics');
    return new Map(metrics.map(({ name, value }) => [name, value * 1_000]));
  };
  const before = await read();
  const figures = await page.evaluate<RenderFigures>('run()');
  const after = await read();
  await page.close();
  const spent = (name: string): number => (after.get(name) ?? 0) - (before.get(name) ?? 0);
  return { ...figures, busyMs: spent('TaskDuration'), scriptMs: spent('ScriptDuration') };
};

const toRow = (title: string, found: readonly Figures[], seconds: number): readonly string[] => {
  const column = (read: (figures: Figures) => number): string => toSpreadText(spreadOf(found.map(read)));
  return [
    title,
    column(({ busyMs }) => busyMs / seconds),
    column(({ scriptMs }) => scriptMs / seconds),
    column(({ tookMs }) => tookMs / 1_000),
    column(({ renders }) => renders / STREAMS / seconds),
    column(({ longTasks }) => longTasks),
    column(({ longestTaskMs }) => longestTaskMs),
  ];
};

export const clientRender: Measurement = {
  name: 'client-render',
  title: 'Many growing answers on one page, in Chromium',
  run: async ({ runs, pick, say }): Promise<Report> => {
    const executablePath = findChromium();
    if (executablePath === undefined) return notMeasured('there is no Chromium here.');
    if (!canBundle()) return notMeasured('the packages of client/ are not installed.');
    const seconds = pick(10, 3);
    await using stack = new AsyncDisposableStack();
    const pages = stack.use(await startPageHost((name) => bundleReactPage(name, 'production')));
    const browser = await openBrowser(executablePath);
    stack.defer(() => browser.close());
    const subjects = Object.keys(KINDS).map((kind) => ({
      name: kind,
      measure: () => {
        const query = new URLSearchParams({
          kind,
          streams: String(STREAMS),
          pieces: String(seconds * PIECES_A_SECOND),
        });
        return measurePage(browser, `${pages.addressOf('render-streams')}?${query.toString()}`);
      },
    }));
    const rounds = await alternate(subjects, {
      runs,
      warmsUp: true,
      onRound: (round) => say(`round ${round}`),
    });
    const ours = getRounds(rounds, 'modelgraph');
    const ratio = ratioOf(rounds, ['modelgraph', 'ai-sdk'], ({ busyMs }) => busyMs);
    return {
      method: `${STREAMS} conversations on one page, each with an answer that grows by ${PIECES_A_SECOND} pieces of 10 characters a second for ${seconds} s. Both libraries read the same pieces as event streams from a fetch that is answered in the page, and render at most every 50 ms, the last 160 characters of each in a pane of a fixed size; React is its production build. The main thread's time includes React's and that of writing the pieces.`,
      tables: [
        {
          title: 'The page',
          head: [
            '',
            'main thread, ms for each second of pieces',
            'of it script, ms',
            'took, s',
            'renders of an answer a second',
            `tasks above ${LONG_TASK_MS} ms`,
            'longest such task, ms',
          ],
          rows: Object.entries(KINDS).map(([kind, title]) => toRow(title, getRounds(rounds, kind), seconds)),
        },
      ],
      verdicts: [
        {
          goal: `no task above ${LONG_TASK_MS} ms through the package`,
          found: toSpreadText(spreadOf(ours.map(({ longTasks }) => longTasks))),
          reached: ours.every(({ longTasks }) => longTasks === 0),
        },
        {
          goal: 'less time of the main thread than AI SDK UI',
          found: `${toSpreadText(ratio)} of it`,
          reached: ratio.most < 1,
        },
      ],
      notes: [],
    };
  },
};
