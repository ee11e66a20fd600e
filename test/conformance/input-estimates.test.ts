import { describe, expect, test } from 'vitest';
import { MODEL_CONFIGS } from '../../config/providers/index.ts';
import type { ModelConfig, ModelConfigs } from '../../src/core/model-config.ts';
import { estimateInputTokens } from '../../src/services/pricing/estimate-input-tokens.ts';
import { type Exchange, hasRecordings, openRecordings, type Raw } from '../support/upstream/replay.ts';
import { retell, Untold } from './recorded-requests.ts';
import { ASKED, UNASKED } from './recordings.ts';

interface Compared {
  readonly file: string;
  readonly told: number;
  readonly estimated: number;
}

/** The tokens of input that a vendor's report of usage has, those of the cache included. */
const inputIn = (usage: Raw): number | undefined => {
  const told = usage?.promptTokenCount ?? usage?.prompt_tokens ?? usage?.input_tokens;
  if (typeof told !== 'number' || told === 0) return undefined;
  return told + (usage.cache_creation_input_tokens ?? 0) + (usage.cache_read_input_tokens ?? 0);
};

const toldInput = ({ status, payloads }: Exchange): number | undefined => {
  if (status !== 200) return undefined;
  const reports = payloads.map(
    (payload: Raw) =>
      payload.usageMetadata ?? payload.usage ?? payload.message?.usage ?? payload.response?.usage ?? payload,
  );
  return reports.map(inputIn).find((told) => told !== undefined);
};

/** The model itself where the catalogue has it, else one of its vendor. */
const toCatalogued = (provider: string, { apiModel, apiType }: ModelConfig): ModelConfig | undefined => {
  const models: Readonly<Record<string, ModelConfigs>> = MODEL_CONFIGS;
  const configs = Object.values(models[provider] ?? {});
  return (
    configs.find((config) => apiModel.startsWith(config.apiModel)) ??
    configs.find((config) => config.apiType === apiType) ??
    configs[0]
  );
};

/** What a search finds is input as well, which no estimate can know. */
const searches = (body: Raw): boolean =>
  body.web_search_options !== undefined ||
  /"(web_search|googleSearch)/.test(JSON.stringify(body.tools ?? []));

const FILES = [...ASKED, ...UNASKED]
  .map(({ file }) => file)
  .filter((file) => /\.ya?ml$/.test(file) && !file.includes('batch_with'));

const compareAll = async (): Promise<readonly Compared[]> => {
  const recordings = await openRecordings();
  const compared: Compared[] = [];
  for (const file of FILES) {
    const provider = file.split('/')[0] ?? '';
    const exchanges = (await recordings.exchanges(file)).filter(({ method }) => method === 'POST');
    const requests = await recordings.requests(file);
    if (requests.length !== exchanges.length) continue;
    for (const [index, { path, body }] of requests.entries()) {
      const exchange = exchanges[index];
      const told = exchange && toldInput(exchange);
      if (told === undefined || searches(body)) continue;
      try {
        const { config, request } = retell(provider, path.replace(/\/count_tokens$/, ''), body);
        const catalogued = toCatalogued(provider, config);
        if (catalogued === undefined) throw new Error(`no model of ${provider}`);
        compared.push({ file, told, estimated: estimateInputTokens(request, catalogued) });
      } catch (error) {
        if (!(error instanceof Untold)) throw error;
      }
    }
  }
  return compared;
};

const errorOf = ({ told, estimated }: Compared): number => Math.abs(estimated - told) / told;

const quantile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;

describe.skipIf(!hasRecordings)('the estimate of input (skipped where the recordings are absent)', () => {
  test('is near what vendors count', async () => {
    const compared = await compareAll();
    const errors = compared.map(errorOf).toSorted((a, b) => a - b);
    expect(compared.length).toBeGreaterThanOrEqual(44);
    // The figures of docs/cost.md: 5 % and 40 %.
    expect(quantile(errors, 0.5)).toBeLessThanOrEqual(0.055);
    expect(quantile(errors, 0.95)).toBeLessThanOrEqual(0.41);
  });
});
