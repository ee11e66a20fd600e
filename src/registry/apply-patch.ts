import { isDeepStrictEqual } from 'node:util';
import {
  deepFreeze,
  type ModelConfig,
  type ModelLimits,
  type ModelOrigin,
  type Pricing,
} from '../core/model-config.ts';
import type { ModelPatch } from './catalogue-layers.ts';

/** The limit that is sent where a request names none stays within the limit of the model. */
const mergeLimits = (below: ModelLimits, given: Partial<ModelLimits> = {}): ModelLimits => {
  const limits = { ...below, ...given };
  if (given.defaultMaxOutputTokens !== undefined || limits.maxOutputTokens === null) return limits;
  return {
    ...limits,
    defaultMaxOutputTokens: Math.min(limits.defaultMaxOutputTokens, limits.maxOutputTokens),
  };
};

/** A price is taken as a whole; what a layer has no word for, such as the price of tools, stays as it was. */
const mergePricing = (below: Pricing | null, given: Pricing | null | undefined): Pricing | null => {
  if (given === undefined) return below;
  return given === null ? null : { ...below, ...given };
};

/** The model with the facts of one more layer; the same object where that layer says nothing else. Frozen. */
export const applyPatch = (
  config: ModelConfig,
  { limits, sampling, pricing, ...facts }: ModelPatch,
  { origin, source }: { readonly origin: ModelOrigin; readonly source: string },
): ModelConfig => {
  const patched: ModelConfig = {
    ...config,
    ...facts,
    pricing: mergePricing(config.pricing, pricing),
    limits: mergeLimits(config.limits, limits),
    sampling: { ...config.sampling, ...sampling },
  };
  if (isDeepStrictEqual(patched, config)) return config;
  return deepFreeze({ ...patched, origin, source: `${config.source}; ${source}` });
};

/** A model that the catalogue lacks, after one that it has: everything but what belongs to that one alone. */
export const toModelLike = (
  template: ModelConfig,
  own: Pick<ModelConfig, 'name' | 'apiModel' | 'displayName' | 'origin' | 'source' | 'verifiedAt'>,
): ModelConfig =>
  deepFreeze({
    ...template,
    description: null,
    status: { type: 'active' },
    releaseDate: null,
    knowledgeCutoff: null,
    ...own,
  });
