import { readFileSync } from 'node:fs';
import type { Measurement, Verdict } from '../report/measurement.ts';
import { profileOf } from '../report/profile-of.ts';
import { measureRequestRate, type RequestRate } from '../clients/request-rate.ts';
import { type Server, startModelgraph, startOther, startUpstream } from '../programs/servers.ts';
import { spreadOf, toSpreadText } from '../report/statistics.ts';

const CONNECTIONS = 32;

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');

/** The query that the README begins with. */
const readQuery = (): string => {
  const section = read('../../README.md').split('## A first query')[1] ?? '';
  const query = /```graphql\n([\s\S]*?)```/.exec(section)?.[1];
  if (query === undefined) throw new Error('the README has no first query');
  return query;
};

const ask = async ({ url }: Server, body: string): Promise<string> => {
  const headers = { 'content-type': 'application/json', accept: 'application/graphql-response+json' };
  return (await fetch(url, { method: 'POST', headers, body })).text();
};

export const models: Measurement = {
  name: 'models',
  title: 'Queries of the catalogue',
  run: async ({ runs, pick, say }) => {
    const body = JSON.stringify({ query: readQuery() });
    await using upstream = await startUpstream();
    const startOurs = () => startModelgraph({ upstreamUrl: upstream.baseUrl });
    await using ours = await startOurs();
    const answer = await ask(ours, body);
    const { models: data } = (JSON.parse(answer) as { readonly data: { readonly models: unknown } }).data;
    const startYoga = (limitsBody: boolean) =>
      startOther('yoga-server.ts', {
        typeDefs: read('../../schema.graphql'),
        models: data,
        limitsBody,
      });
    await using yoga = await startYoga(true);
    await using unlimited = await startYoga(false);
    await using fixed = await startOther('fixed-answer-server.ts', { answer });
    const servers = [
      ['`node:http`, a fixed answer', fixed],
      ['bare yoga as it comes', yoga],
      ['bare yoga without its body limit', unlimited],
      ['**this server**', ours],
    ] as const;
    for (const [name, server] of servers)
      if ((await ask(server, body)) !== answer) throw new Error(`${name} answers with other bytes`);

    const options = { body, connections: CONNECTIONS, seconds: pick(4, 1.5) };
    const found = new Map<string, RequestRate[]>(servers.map(([name]) => [name, []]));
    for (let run = -1; run < runs; run += 1) {
      say(run < 0 ? 'warming up' : `run ${run + 1}`);
      for (const [name, server] of servers) {
        const rate = await measureRequestRate(server.url, options);
        if (run >= 0) found.get(name)?.push(rate);
      }
    }
    const of = (name: string): readonly RequestRate[] => found.get(name) ?? [];
    const ratioTo = (name: string) =>
      spreadOf(
        of('**this server**').map(
          ({ requestsPerSecond }, index) =>
            requestsPerSecond / (of(name)[index]?.requestsPerSecond ?? Number.NaN),
        ),
      );
    const verdicts: Verdict[] = ['bare yoga as it comes', 'bare yoga without its body limit'].map((name) => {
      const ratio = ratioTo(name);
      return { goal: `0.9 of ${name}`, found: toSpreadText(ratio), reached: ratio.median >= 0.9 };
    });
    return {
      method: `The README's first query, ${CONNECTIONS} connections that stay open, ${options.seconds} s each, all servers in turn within each run. Bare yoga has the same schema and gives finished data from one resolver; all answer with the same ${answer.length.toLocaleString('en')} bytes, which is checked.`,
      tables: [
        {
          title: 'Requests',
          head: ['', 'requests/s', 'p50, ms', 'p99, ms', 'of which this server does'],
          rows: servers.map(([name]) => [
            name,
            ...(
              [
                ({ requestsPerSecond }) => requestsPerSecond,
                ({ p50Ms }) => p50Ms,
                ({ p99Ms }) => p99Ms,
              ] satisfies ((rate: RequestRate) => number)[]
            ).map((of_) => toSpreadText(spreadOf(of(name).map(of_)))),
            name === '**this server**' ? '' : toSpreadText(ratioTo(name)),
          ]),
        },
      ],
      verdicts,
      notes: verdicts.some(({ reached }) => reached === false)
        ? await profileOf(startOurs(), async ({ url }) => {
            await measureRequestRate(url, options);
          })
        : [],
    };
  },
};
