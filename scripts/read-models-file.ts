import { z } from 'zod';
import { isRecord } from '../src/lib/is-record.ts';
import { type PublishedModel, publishedModel } from './published-model.ts';
import { findPiAiModels } from './read-pi-ai.ts';

export type { PublishedModel } from './published-model.ts';

/** Published models by provider, in our names, and by the vendor's id. */
export type PublishedCatalogue = ReadonlyMap<string, ReadonlyMap<string, PublishedModel>>;

/** The day that a document is of, YYYY-MM-DD, if it says so. */
export const findDay = (text: string): string | undefined => {
  const document = parseJson(text);
  return isRecord(document) && typeof document['date'] === 'string' ? document['date'] : undefined;
};

const byProvider = z.record(z.string(), z.object({ models: z.record(z.string(), publishedModel) }));

/** Providers whose name in models.dev differs from ours. */
const OUR_NAMES: Readonly<Record<string, string>> = { google: 'gemini' };

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`not JSON: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
};

/**
 * Reads a models.dev document, `{providers: {openai: {models}}}` or `{openai: {models}}`, or one of pi-ai's. Unknown fields
 * are ignored. Throws an error that names the position where the document has neither form.
 */
export const readModelsFile = (text: string): PublishedCatalogue => {
  const document = parseJson(text);
  const fromPiAi = findPiAiModels(document);
  if (fromPiAi !== undefined)
    return new Map([...fromPiAi].map(([name, models]) => [OUR_NAMES[name] ?? name, models]));
  const isSnapshot = typeof document === 'object' && document !== null && 'providers' in document;
  const parsed = byProvider.safeParse(isSnapshot ? document.providers : document);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const where = [...(isSnapshot ? ['providers'] : []), ...(issue?.path ?? [])].join('.');
    throw new Error(`not a models.dev document: ${where || 'top level'}: ${issue?.message}`);
  }
  return new Map(
    Object.entries(parsed.data).map(([name, { models }]) => [
      OUR_NAMES[name] ?? name,
      new Map(Object.entries(models)),
    ]),
  );
};
