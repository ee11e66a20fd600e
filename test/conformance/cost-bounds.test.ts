import { describe, expect, test } from 'vitest';
import { costOf } from '../../src/services/pricing/cost.ts';
import { boundCost, type CallBound } from '../../src/services/pricing/bound-cost.ts';
import type { Usage } from '../../src/core/usage.ts';
import { type Exchange, hasRecordings, openRecordings, type Raw } from '../support/upstream/replay.ts';
import { retell, Untold } from './recorded-requests.ts';
import { ASKED } from './recordings.ts';
import { FILES, toCatalogued, toldInput } from './told-counts.ts';

interface Bounded {
  readonly file: string;
  readonly told: Usage;
  readonly cost: number;
  readonly bound: CallBound;
}

/** What a vendor's report of usage has as output, reasoning included. */
const outputIn = (usage: Raw): number =>
  usage == null
    ? 0
    : Math.max(
        (usage.candidatesTokenCount ?? 0) + (usage.thoughtsTokenCount ?? 0),
        usage.completion_tokens ?? 0,
        usage.output_tokens ?? 0,
      );

const reportsIn = ({ payloads }: Exchange): readonly Raw[] =>
  payloads.map(
    (payload: Raw) =>
      payload.usageMetadata ?? payload.usage ?? payload.message?.usage ?? payload.response?.usage,
  );

const toldOutput = (exchange: Exchange): number => Math.max(0, ...reportsIn(exchange).map(outputIn));

/** Of all reports the greatest: those of Anthropic's pauses grow, and hold what its searches have found. */
const toldAllInput = (exchange: Exchange): number =>
  Math.max(
    0,
    ...exchange.payloads.map((payload: Raw) => toldInput({ ...exchange, payloads: [payload] }) ?? 0),
  );

const toldSearches = (exchange: Exchange): number =>
  Math.max(0, ...reportsIn(exchange).map((usage: Raw) => usage?.server_tool_use?.web_search_requests ?? 0));

const toUsage = (exchange: Exchange): Usage => {
  const [inputTokens, outputTokens] = [toldAllInput(exchange), toldOutput(exchange)];
  return {
    inputTokens,
    outputTokens,
    totalTokens: inputTokens + outputTokens,
    cacheReadTokens: null,
    cacheWriteTokens: null,
    reasoningTokens: null,
    audioInputTokens: null,
    source: 'provider',
    billing: { toolCounts: { web_search: toldSearches(exchange) } },
  };
};

const limitIn = (body: Raw): number | undefined =>
  body.max_tokens ??
  body.max_completion_tokens ??
  body.max_output_tokens ??
  body.generationConfig?.maxOutputTokens;

const boundAll = async (): Promise<readonly Bounded[]> => {
  const recordings = await openRecordings();
  const bounded: Bounded[] = [];
  for (const file of FILES) {
    const provider = file.split('/')[0] ?? '';
    const exchanges = (await recordings.exchanges(file)).filter(({ method }) => method === 'POST');
    const requests = await recordings.requests(file);
    if (requests.length !== exchanges.length) continue;
    for (const [index, { path, body }] of requests.entries()) {
      const exchange = exchanges[index];
      if (exchange?.status !== 200 || toldAllInput(exchange) === 0) continue;
      try {
        const { config, request } = retell(provider, path.replace(/\/count_tokens$/, ''), body);
        const catalogued = toCatalogued(provider, config);
        if (catalogued?.pricing == null) throw new Error(`no price of ${provider}`);
        const maxOutputTokens = limitIn(body) ?? catalogued.limits.defaultMaxOutputTokens;
        const bound = boundCost({
          request: { ...request, maxOutputTokens },
          config: catalogued,
          pricing: catalogued.pricing,
        });
        const told = toUsage(exchange);
        const cost = costOf(told, catalogued.pricing)?.total;
        if (bound === null || cost === undefined) throw new Error(`no cost of ${file}`);
        bounded.push({ file, told, cost, bound });
      } catch (error) {
        if (!(error instanceof Untold)) throw error;
      }
    }
  }
  return bounded;
};

describe.skipIf(!hasRecordings)('the bound of a cost (skipped where the recordings are absent)', () => {
  test('is never below what a vendor counts, of input, of output and of both with their fees', async () => {
    const bounded = await boundAll();
    const below = bounded.filter(
      ({ told, cost, bound }) =>
        (told.inputTokens ?? 0) > bound.inputTokens ||
        (told.outputTokens ?? 0) > bound.outputTokens ||
        cost > bound.usd,
    );
    expect(below).toEqual([]);
    expect(bounded.length).toBeGreaterThanOrEqual(50);
  });

  test('has room for the output of every recording, also where its request was not recorded', async () => {
    const recordings = await openRecordings();
    const above: unknown[] = [];
    let seen = 0;
    for (const { file, provider, apiType, apiModel } of ASKED) {
      const config = toCatalogued(provider, { apiModel, apiType });
      for (const exchange of await recordings.exchanges(file)) {
        const output = exchange.status === 200 ? toldOutput(exchange) : 0;
        if (output > 0) seen += 1;
        if (output > (config?.limits.defaultMaxOutputTokens ?? 0)) above.push({ file, output });
      }
    }
    expect(above).toEqual([]);
    expect(seen).toBeGreaterThanOrEqual(60);
  });
});
