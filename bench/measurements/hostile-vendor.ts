import { readFile, writeFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { subscribeOverSse } from '../clients/subscribe-over-sse.ts';
import { readEvent } from '../clients/subscription.ts';
import type { Sample } from '../programs/answer-parent.ts';
import { startChild } from '../programs/child-process.ts';
import { HOSTILE_APIS, type HostileApi } from '../programs/hostile-answers.ts';
import { HOSTILE_FAULTS } from '../programs/hostile-upstream.ts';
import { type ServerProcess, startServerProcess } from '../programs/server-process.ts';
import { type Measurement, notMeasured } from '../report/measurement.ts';
import { toText } from '../report/statistics.ts';

const MIB = 1024 * 1024;

/** What docs/vendor-answers.md promises of one generation, whatever its vendor sends. */
const MOST_MIB = 256;

const MODELS: Readonly<Record<HostileApi, string>> = {
  chat: 'gpt-4o',
  responses: 'gpt-5.6-sol',
  messages: 'claude-opus-4-8',
  generate: 'gemini-3.5-flash',
};

interface Course {
  readonly grownMib: number;
  readonly ms: number;
  readonly cpuMs: number;
  /** The longest that a query beside it took. */
  readonly stallMs: number;
  readonly end: string;
  readonly textLength: number;
}

/** The greatest resident memory since the last reset, which the kernel keeps. */
const readPeakMib = async (pid: number): Promise<number> => {
  const [, kib = Number.NaN] = /VmHWM:\s+(\d+) kB/.exec(await readFile(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kib) / 1024;
};

const resetPeak = (pid: number): Promise<void> => writeFile(`/proc/${pid}/clear_refs`, '5');

const watchQueries = (url: string, signal: AbortSignal): Promise<number> => {
  const watch = async (): Promise<number> => {
    let longestMs = 0;
    while (!signal.aborted) {
      const began = performance.now();
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{"query":"{ __typename }"}',
      });
      await response.text();
      longestMs = Math.max(longestMs, performance.now() - began);
      await wait(5);
    }
    return longestMs;
  };
  return watch();
};

const QUERY = `
  subscription ($input: GenerateInput!) {
    generate(input: $input) {
      __typename
      ... on TextDelta { text }
      ... on GenerationFailed { error { code message } }
    }
  }
`;

const meet = async (server: ServerProcess, api: HostileApi, fault: string): Promise<Course> => {
  const { child, url } = server;
  await child.ask('collectGarbage');
  const before = await child.ask<Sample>('sample');
  await resetPeak(child.pid);
  const watching = new AbortController();
  const watched = watchQueries(url, watching.signal);
  const began = performance.now();
  let end = 'no end';
  let textLength = 0;
  const input = { model: MODELS[api], prompt: `This is about: ${fault}.`, maxOutputTokens: 4_096 };
  const { ended } = await subscribeOverSse(url, { query: QUERY, variables: { input } }, (json) => {
    const { __typename, text, error } = readEvent(json);
    textLength += text?.length ?? 0;
    if (__typename.startsWith('Generation') && __typename !== 'GenerationStarted')
      end = error?.code ?? __typename;
  });
  await ended;
  const ms = performance.now() - began;
  watching.abort();
  const stallMs = await watched;
  const { cpuUs } = await child.ask<Sample>('sample');
  const grownMib = (await readPeakMib(child.pid)) - before.rssBytes / MIB;
  return { grownMib, ms, cpuMs: (cpuUs - before.cpuUs) / 1_000, stallMs, end, textLength };
};

export const hostileVendor: Measurement = {
  name: 'hostile-vendor',
  title: 'A vendor that sends too much',
  run: async ({ pick, say }) => {
    if (process.platform !== 'linux') return notMeasured('the peak of the memory is read from Linux.');
    await using upstream = await startChild({ program: 'hostile-upstream.ts' });
    const origin = String(upstream.ready['origin']);
    await using server = await startServerProcess({
      OPENAI_API_KEY: 'sk-bench',
      OPENAI_BASE_URL: `${origin}/v1`,
      ANTHROPIC_API_KEY: 'sk-bench',
      ANTHROPIC_BASE_URL: origin,
      GEMINI_API_KEY: 'bench',
      GEMINI_BASE_URL: origin,
      MODELGRAPH_LOG_LEVEL: 'info',
      MODELGRAPH_MAX_ATTEMPTS: '1',
      MODELGRAPH_CIRCUIT_FAILURES: '0',
    });
    const apis = pick<readonly HostileApi[]>(HOSTILE_APIS, ['chat']);
    const rows: string[][] = [];
    let most = 0;
    const unended: string[] = [];
    for (const fault of Object.keys(HOSTILE_FAULTS))
      for (const api of apis) {
        say(`${fault}, ${api}`);
        const { grownMib, ms, cpuMs, stallMs, end, textLength } = await meet(server, api, fault);
        most = Math.max(most, grownMib);
        if (end !== 'PROVIDER_FAILED') unended.push(`${fault}, ${api}: ${end}`);
        const figures = [grownMib, ms / 1_000, cpuMs / 1_000, stallMs].map(toText);
        rows.push([fault, api, ...figures, end, textLength.toLocaleString('en')]);
      }
    return {
      method: `One generation of at most 4,096 output tokens after the other, on one server as \`npm start\` runs it, from a vendor that goes on until it is stopped (1 GiB at most). Grown: the peak of the resident memory, as the kernel keeps it, above what it was before, garbage included. Stall: the longest of the queries \`{ __typename }\` that another client sends meanwhile, one after the other.`,
      tables: [
        {
          title: '',
          head: [
            'fault',
            'API',
            'grown, MiB',
            'duration, s',
            'CPU, s',
            'stall, ms',
            'end',
            'characters of text kept',
          ],
          rows,
        },
      ],
      verdicts: [
        {
          goal: `no generation takes more than ${MOST_MIB} MiB`,
          found: `${toText(most)} MiB`,
          reached: most <= MOST_MIB,
        },
        {
          goal: 'each ends as PROVIDER_FAILED',
          found: unended.length === 0 ? 'all do' : unended.join('; '),
          reached: unended.length === 0,
        },
      ],
      notes: [],
    };
  },
};
