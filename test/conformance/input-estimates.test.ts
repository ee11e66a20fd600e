import { describe, expect, test } from 'vitest';
import { estimateInputTokens } from '../../src/services/pricing/estimate-input-tokens.ts';
import { hasRecordings, openRecordings } from '../support/upstream/replay.ts';
import { retell, Untold } from './recorded-requests.ts';
import { FILES, searches, toCatalogued, toldInput } from './told-counts.ts';

interface Compared {
  readonly file: string;
  readonly told: number;
  readonly estimated: number;
}

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
