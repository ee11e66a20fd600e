import { readFileSync } from 'node:fs';
import type { Measurement, Report, Verdict } from '../report/measurement.ts';
import { type Comparison, reportComparisons } from '../report/comparison.ts';
import { profileOf } from '../report/profile-of.ts';
import { measureServerRate, type RateOptions, type ServerRate } from '../clients/request-rate.ts';
import { type Build, PRESENT, type StartedBuild } from '../programs/builds.ts';
import { createLargeCatalogue, hasModels } from '../programs/large-catalogue.ts';
import { type Server, startOther, startUpstream } from '../programs/servers.ts';
import { spreadOf, toSpreadText } from '../report/statistics.ts';
import { alternate, compareRounds, ratioOf, type Rounds } from './alternate.ts';

const CONNECTIONS = 32;

const FIXED = '`node:http`, a fixed answer';
const YOGA = 'bare yoga as it comes';
const YOGA_WITHOUT_LIMIT = 'bare yoga without its body limit';

const LARGE_COUNT = 2_000;
const LARGE = `this server, ${LARGE_COUNT.toLocaleString('en')} models more in its catalogue`;

const COLUMNS: readonly (readonly [title: string, read: (rate: ServerRate) => number])[] = [
  ['requests/s', ({ requestsPerSecond }) => requestsPerSecond],
  ['p50, ms', ({ p50Ms }) => p50Ms],
  ['p99, ms', ({ p99Ms }) => p99Ms],
  ['requests per CPU second', ({ requestsPerCpuSecond }) => requestsPerCpuSecond],
  ['CPU of the core, %', ({ cpuShare }) => 100 * cpuShare],
];

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');

/** The query that the README shows. */
const readQuery = (): string => {
  const query = /```graphql\n([\s\S]*?)```/.exec(read('../../README.md'))?.[1];
  if (query === undefined) throw new Error('the README has no query');
  return query;
};

const ask = async ({ url }: Server, body: string): Promise<string> => {
  const headers = { 'content-type': 'application/json', accept: 'application/graphql-response+json' };
  return (await fetch(url, { method: 'POST', headers, body })).text();
};

interface Servers {
  readonly all: readonly StartedBuild[];
  readonly answer: string;
  /** How the other build's answer differs, which a change of the catalogue may cause. */
  readonly notes: readonly string[];
}

/** Starts bare servers that answer with the bytes of the present tree, and the builds. */
const startServers = async (
  stack: AsyncDisposableStack,
  before: Build | null,
  body: string,
): Promise<Servers> => {
  const upstream = stack.use(await startUpstream());
  const start = async ({ name, start: startBuild }: Build): Promise<StartedBuild> => ({
    name,
    server: stack.use(await startBuild({ upstreamUrl: upstream.baseUrl })),
  });
  const present = await start(PRESENT);
  const answer = await ask(present.server, body);
  const { models: data } = (JSON.parse(answer) as { readonly data: { readonly models: unknown } }).data;
  const startYoga = async (name: string, limitsBody: boolean): Promise<StartedBuild> => {
    const options = { typeDefs: read('../../schema.graphql'), models: data, limitsBody };
    return { name, server: stack.use(await startOther('yoga-server.ts', options)) };
  };
  const catalogue = stack.use(await createLargeCatalogue(LARGE_COUNT));
  const large = stack.use(
    await PRESENT.start({ upstreamUrl: upstream.baseUrl, settings: { catalogueUrl: catalogue.path } }),
  );
  await hasModels(large, LARGE_COUNT);
  const all = [
    { name: FIXED, server: stack.use(await startOther('fixed-answer-server.ts', { answer })) },
    await startYoga(YOGA, true),
    await startYoga(YOGA_WITHOUT_LIMIT, false),
    ...(before === null ? [] : [await start(before)]),
    { name: LARGE, server: large },
    present,
  ];
  const notes: string[] = [];
  for (const { name, server } of all) {
    const other = await ask(server, body);
    if (other === answer) continue;
    if (name !== before?.name) throw new Error(`${name} answers with other bytes`);
    notes.push(`${name} answers with ${other.length} characters instead of ${answer.length}.`);
  }
  return { all, answer, notes };
};

const requestsPerSecond = (rate: ServerRate): number => rate.requestsPerSecond;

const toRows = (rounds: Rounds<ServerRate>): string[][] =>
  [...rounds].map(([name, rates]) => [
    name === PRESENT.name ? `**${name}**` : name,
    ...COLUMNS.map(([, column]) => toSpreadText(spreadOf(rates.map(column)))),
    name === PRESENT.name ? '' : toSpreadText(ratioOf(rounds, [PRESENT.name, name], requestsPerSecond)),
  ]);

const toVerdict = (rounds: Rounds<ServerRate>, name: string): Verdict => {
  const ratio = ratioOf(rounds, [PRESENT.name, name], requestsPerSecond);
  return { goal: `1.0 of ${name}`, found: toSpreadText(ratio), reached: ratio.median >= 1 };
};

const toComparison = (rounds: Rounds<ServerRate>, before: string): Comparison =>
  compareRounds(
    rounds,
    { now: PRESENT.name, before },
    { what: 'requests/s', better: 'more' },
    requestsPerSecond,
  );

const profile = async (options: RateOptions): Promise<readonly string[]> => {
  await using upstream = await startUpstream();
  return await profileOf(PRESENT.start({ upstreamUrl: upstream.baseUrl }), async (server) => {
    await measureServerRate(server, options);
  });
};

export const models: Measurement = {
  name: 'models',
  title: 'Queries of the catalogue',
  run: async ({ runs, before, pick, say }): Promise<Report> => {
    const body = JSON.stringify({ query: readQuery() });
    const options = { body, connections: CONNECTIONS, seconds: pick(4, 1.5) };
    await using stack = new AsyncDisposableStack();
    const { all, answer, notes } = await startServers(stack, before, body);
    const subjects = all.map(({ name, server }) => ({
      name,
      measure: () => measureServerRate(server, options),
    }));
    const rounds = await alternate(subjects, {
      runs,
      warmsUp: true,
      onRound: (round) => say(`round ${round}`),
    });
    const compared = reportComparisons(before, before === null ? [] : [toComparison(rounds, before.name)]);
    const verdicts = [
      ...[YOGA, YOGA_WITHOUT_LIMIT].map((name) => toVerdict(rounds, name)),
      ...compared.verdicts,
    ];
    return {
      method: `The README's query, ${CONNECTIONS} connections that stay open, ${options.seconds} s for each server and round. Bare yoga has the same schema and gives finished data from one resolver; one more of this server has ${LARGE_COUNT.toLocaleString('en')} models more, of a vendor without a key; all answer with the same ${answer.length.toLocaleString('en')} bytes, which is checked. Where a server does not use its whole core, the load generator was the slower side.`,
      tables: [
        {
          title: 'Requests',
          head: ['', ...COLUMNS.map(([title]) => title), 'requests/s of this server / of that one'],
          rows: toRows(rounds),
        },
        ...compared.tables,
      ],
      verdicts,
      notes: [...notes, ...(verdicts.some(({ reached }) => reached === false) ? await profile(options) : [])],
    };
  },
};
