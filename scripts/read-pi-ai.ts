import { z } from 'zod';
import { REASONING_EFFORTS } from '../src/core/model-config.ts';
import { isRecord } from '../src/lib/is-record.ts';
import type { PublishedModel } from './published-model.ts';

const rates = { input: z.number(), output: z.number(), cacheRead: z.number(), cacheWrite: z.number() };

const piAiModel = z.object({
  id: z.string(),
  name: z.string().optional(),
  provider: z.string().optional(),
  type: z.string().optional(),
  reasoning: z.boolean().optional(),
  thinkingLevelMap: z.record(z.string(), z.string().nullable()).optional(),
  cost: z.object({
    ...rates,
    tiers: z.array(z.object({ ...rates, inputTokensAbove: z.number() })).optional(),
  }),
  contextWindow: z.number(),
  maxTokens: z.number().optional(),
});

type PiAiModel = z.infer<typeof piAiModel>;

const toRates = ({ input, output, cacheRead, cacheWrite }: Omit<PiAiModel['cost'], 'tiers'>) => ({
  input,
  output,
  cache_read: cacheRead,
  cache_write: cacheWrite,
});

/**
 * A level that the map leaves out is taken as it is, but for the two that few models have; one that is null is not taken.
 * Without a word on the least level the map says how pi-ai's own levels are sent, not which the vendor has.
 */
const toEfforts = (levels: Readonly<Record<string, string | null>>): string[] => {
  const taken = REASONING_EFFORTS.filter((effort) => {
    if (effort === 'none') return typeof levels['off'] === 'string';
    if (effort === 'xhigh' || effort === 'max') return typeof levels[effort] === 'string';
    return levels[effort] !== null;
  });
  return [...taken];
};

/** pi-ai's list of what a model reads has text and images only, and says nothing of documents: it is left out. */
const toPublished = ({
  name,
  reasoning,
  thinkingLevelMap,
  cost,
  contextWindow,
  maxTokens,
}: PiAiModel): PublishedModel => ({
  name,
  reasoning,
  ...(thinkingLevelMap?.['minimal'] !== undefined && {
    reasoning_options: [{ type: 'effort', values: toEfforts(thinkingLevelMap) }],
  }),
  cost: {
    ...toRates(cost),
    tiers: (cost.tiers ?? []).map((tier) => ({ ...toRates(tier), tier: { size: tier.inputTokensAbove } })),
  },
  limit: { context: contextWindow, output: maxTokens },
});

const isPiAiModel = (value: Readonly<Record<string, unknown>>): boolean =>
  typeof value['id'] === 'string' && typeof value['api'] === 'string' && 'contextWindow' in value;

/** Models lie under their API, and that perhaps under their provider; older documents have a list, or no API. */
function* findModels(
  value: unknown,
  keys: readonly string[],
): Generator<{ value: unknown; provider: string }> {
  if (Array.isArray(value)) for (const part of value) yield* findModels(part, keys);
  if (!isRecord(value) || keys.length > DEEPEST) return;
  if (isPiAiModel(value)) yield { value, provider: keys[0] ?? '' };
  else for (const [key, part] of Object.entries(value)) yield* findModels(part, [...keys, key]);
}

const DEEPEST = 3;

/**
 * The chat models of a pi-ai document by their provider, which the model names or else its place, and by id; undefined where
 * there is no model of that form. Throws for a model of that form with other fields.
 */
export const findPiAiModels = (document: unknown): Map<string, Map<string, PublishedModel>> | undefined => {
  const found = new Map<string, Map<string, PublishedModel>>();
  const root = isRecord(document) && 'providers' in document ? document['providers'] : document;
  for (const { value, provider: place } of findModels(root, [])) {
    const parsed = piAiModel.safeParse(value);
    if (!parsed.success) throw new Error(`not a pi-ai document: ${z.prettifyError(parsed.error)}`);
    const { provider = place, id, type = 'chat' } = parsed.data;
    if (type !== 'chat') continue;
    const models = found.get(provider) ?? new Map<string, PublishedModel>();
    found.set(provider, models.set(id, toPublished(parsed.data)));
  }
  return found.size === 0 ? undefined : found;
};
