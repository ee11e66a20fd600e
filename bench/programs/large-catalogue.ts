import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Server } from './servers.ts';

export interface LargeCatalogue extends AsyncDisposable {
  /** A document that adds models, as `MODELGRAPH_CATALOGUE_URL` takes it. */
  readonly path: string;
}

/** A document of more models of a vendor without a key, so that what can be used stays the same. */
export const createLargeCatalogue = async (count: number): Promise<LargeCatalogue> => {
  const directory = await mkdtemp(join(tmpdir(), 'bench-catalogue-'));
  const path = join(directory, 'api.json');
  const models = Array.from({ length: count }, (_, index) => [
    `gemini-9-flash-${index}`,
    { name: `Gemini 9 Flash ${index}`, reasoning: true, cost: { input: 1 + index / count, output: 9 } },
  ]);
  await writeFile(path, JSON.stringify({ google: { models: Object.fromEntries(models) } }));
  return { path, [Symbol.asyncDispose]: () => rm(directory, { recursive: true }) };
};

/** Resolves once a server has that many models. */
export const hasModels = async ({ url }: Server, count: number): Promise<void> => {
  const body = JSON.stringify({ query: '{ catalogue { modelCount } }' });
  for (;;) {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    const { data } = (await response.json()) as {
      readonly data: { readonly catalogue: { readonly modelCount: number } };
    };
    if (data.catalogue.modelCount >= count) return;
  }
};
