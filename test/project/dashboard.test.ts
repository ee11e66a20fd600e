import { readFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { request, startApp, type TestApp } from '../support/app/app.ts';
import { findFreePort } from '../support/find-free-port.ts';
import { findProgram } from '../support/find-program.ts';
import { type Daemon, startDaemon } from '../support/start-daemon.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const CLUSTER = new URL('../../deploy/cluster/', import.meta.url);

interface Panel {
  readonly title: string;
  readonly description?: string;
  readonly type: string;
  readonly targets?: readonly { readonly expr: string }[];
}

const { panels, templating } = JSON.parse(
  readFileSync(new URL('grafana/dashboards/modelgraph.json', CLUSTER), 'utf8'),
) as {
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly { readonly name: string; readonly definition: string }[] };
};

/** As Grafana sends them, with all servers and all models chosen. */
const QUERIES = panels.flatMap(({ title, targets = [] }) =>
  targets.map(({ expr }) => ({
    title,
    query: expr.replaceAll(/\$(?:instance|model)\b/g, '.*').replaceAll('$__rate_interval', '1m'),
  })),
);

/**
 * Panels that are empty as long as all is well, while nothing but demo models is used, which have no price, and without keys,
 * which have limits and budgets.
 */
const EMPTY_HERE = [
  'Cost per hour',
  'Circuits that are not closed',
  'Cost per hour, by model',
  'Failed steps of batches',
  'Refused by rate limits',
  'Refused by budgets',
];

/** Metrics of Prometheus itself. */
const OF_PROMETHEUS = ['up'];

const WORDS = /\b[a-z_][a-z0-9_]+(?=\{)/g;

const GENERATE = `mutation ($input: GenerateInput!) { generate(input: $input) { id } }`;

const SUBMIT = `mutation ($input: SubmitBatchInput!) { submitBatch(input: $input) { id } }`;

/** A request of a batch that ends at once, and one of another that does not. */
const submitAll = async (app: TestApp): Promise<void> => {
  for (const model of ['demo', 'demo-long'])
    await request(app, SUBMIT, {
      input: { requests: [{ customId: 'a', input: { model, prompt: 'Hello' } }] },
    });
};

/** One that completes, one that fails after its retries, one that falls back, one that is refused. */
const generateAll = async (app: TestApp): Promise<void> => {
  const inputs = [
    { model: 'demo', prompt: 'Hello' },
    { model: 'demo-error', prompt: 'Hello' },
    { model: 'demo-error', fallbackModels: ['demo'], prompt: 'Hello' },
    { model: 'no-such-model', prompt: 'Hello' },
  ];
  await Promise.all(inputs.map((input) => request(app, GENERATE, { input })));
};

describe('The dashboard', () => {
  let served: string;
  beforeAll(async () => {
    await using app = await startApp({ maxAttempts: 2 });
    await generateAll(app);
    served = await (await fetch(new URL('/metrics', app.url))).text();
  });

  it('describes every panel, and asks for metrics that a server has', () => {
    const names = [
      ...QUERIES.map(({ query }) => query),
      ...templating.list.map(({ definition }) => definition),
    ]
      .flatMap((query) => query.match(WORDS) ?? [])
      .filter((name) => !OF_PROMETHEUS.includes(name));
    expect(names.length).toBeGreaterThan(20);
    expect(names.filter((name) => !served.includes(`\n# TYPE ${name.replace(/_bucket$/, '')} `))).toEqual([]);
    for (const { type, description, title } of panels)
      if (type !== 'row') expect(description, title).toMatch(/./);
  });

  it.skipIf(findProgram('prometheus') === undefined)(
    `has data in every panel, by a Prometheus that scrapes a server${
      findProgram('prometheus') === undefined ? ' (prometheus is not installed here)' : ''
    }`,
    async () => {
      await using app = await startApp({ maxAttempts: 2 });
      await using folder = temporaryFolder();
      await using prometheus = await startPrometheus(app, folder.path);
      const ask = async (query: string): Promise<readonly object[]> => {
        const address = `http://127.0.0.1:${prometheus.port}/api/v1/query?query=${encodeURIComponent(query)}`;
        const answer = (await (await fetch(address)).json()) as {
          readonly status: string;
          readonly error?: string;
          readonly data: { readonly result: readonly object[] };
        };
        expect(answer, query).toMatchObject({ status: 'success' });
        return answer.data.result;
      };
      // What is counted for the first time after a scrape has grown by the next one.
      await generateAll(app);
      const scrapes = 'count_over_time(modelgraph_generations_total[1m]) > 1';
      while ((await ask(scrapes)).length === 0) await new Promise((resolve) => setTimeout(resolve, 50));
      await generateAll(app);
      await submitAll(app);
      while ((await ask('sum(increase(modelgraph_batch_items_total[1m])) >= 0')).length === 0)
        await new Promise((resolve) => setTimeout(resolve, 50));
      while ((await ask('sum(increase(modelgraph_fallbacks_total[1m])) > 0')).length === 0)
        await new Promise((resolve) => setTimeout(resolve, 50));
      const empty: string[] = [];
      for (const { title, query } of QUERIES) if ((await ask(query)).length === 0) empty.push(title);
      expect(empty).toEqual(EMPTY_HERE);
    },
  );
});

/** Prometheus with its configuration of the cluster, for one server, many times as often. */
const startPrometheus = async (app: TestApp, folder: string): Promise<Daemon> => {
  const text = await readFile(new URL('prometheus.yaml', CLUSTER), 'utf8');
  const key = join(folder, 'key');
  const path = join(folder, 'prometheus.yaml');
  await writeFile(key, 'mg_any_key');
  const [first, ...others] = text.match(/modelgraph-\d:4000/g) ?? [];
  const servers = others.reduce(
    (configuration, server) => configuration.replace(`          - ${server}\n`, ''),
    text.replace(first ?? '', new URL(app.url).host),
  );
  await writeFile(
    path,
    servers.replaceAll('_interval: 15s', '_interval: 200ms').replace('/run/secrets/metrics_key', key),
  );
  const port = await findFreePort();
  return startDaemon(
    findProgram('prometheus') ?? '',
    [
      `--config.file=${path}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    port,
    async () => {},
  );
};
