import { z } from 'zod';

const rates = {
  input: z.number().optional(),
  output: z.number().optional(),
  cache_read: z.number().optional(),
  cache_write: z.number().optional(),
};

const publishedModel = z.object({
  status: z.string().optional(),
  reasoning: z.boolean().optional(),
  reasoning_options: z
    .array(
      z.object({
        type: z.string(),
        values: z.array(z.string()).optional(),
        min: z.number().optional(),
        max: z.number().optional(),
      }),
    )
    .optional(),
  knowledge: z.string().optional(),
  cost: z
    .object({
      ...rates,
      input_audio: z.number().optional(),
      tiers: z.array(z.object({ ...rates, tier: z.object({ size: z.number() }) })).optional(),
    })
    .optional(),
  limit: z
    .object({ context: z.number().optional(), input: z.number().optional(), output: z.number().optional() })
    .optional(),
  modalities: z.object({ input: z.array(z.string()), output: z.array(z.string()) }).optional(),
});

/** One model as models.dev describes it. A missing field is unknown there. Prices per million tokens. */
export type PublishedModel = z.infer<typeof publishedModel>;

/** Published models by provider, in our names, and by the vendor's id. */
export type PublishedCatalogue = ReadonlyMap<string, ReadonlyMap<string, PublishedModel>>;

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
 * Reads a models.dev document, `{providers: {openai: {models}}}` or `{openai: {models}}`. Unknown fields are ignored.
 * Throws an error that names the position where the document has another form.
 */
export const readModelsFile = (text: string): PublishedCatalogue => {
  const document = parseJson(text);
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
