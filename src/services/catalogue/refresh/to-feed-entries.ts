import type { ModelStatus } from '../../../core/model-config.ts';
import type { ListedModel } from '../../../core/text-provider.ts';
import { isUpstreamId } from '../../../lib/is-upstream-id.ts';
import { shorten } from '../../../lib/shorten.ts';
import type { FeedEntry, ModelPatch } from '../../../registry/catalogue-layers.ts';

/** null where the vendor says nothing of it. */
const toStatus = ({ status, shutdownDate }: ListedModel): ModelStatus | null => {
  if (status === 'active' || status === 'preview') return { type: status };
  if (status === null && shutdownDate === null) return null;
  return { type: status ?? 'deprecated', replacement: null, shutdownDate };
};

const toFacts = (model: ListedModel): ModelPatch => {
  const status = toStatus(model);
  const { contextWindow, maxInputTokens, maxOutputTokens } = model;
  const limits = {
    ...(contextWindow !== null && { contextWindow }),
    ...(maxInputTokens !== null && { maxInputTokens }),
    ...(maxOutputTokens !== null && { maxOutputTokens }),
  };
  return {
    ...(status !== null && { status }),
    ...(Object.keys(limits).length > 0 && { limits }),
  };
};

/** What a vendor's list says of its models; of equal ids the first. What cannot be the id of a model is left out. */
export const toFeedEntries = (provider: string, models: readonly ListedModel[]): readonly FeedEntry[] => {
  const entries = new Map<string, FeedEntry>();
  for (const model of models) {
    if (entries.has(model.id) || !isUpstreamId(model.id)) continue;
    const { displayName, releaseDate } = model;
    const furtherFacts = {
      ...(displayName !== null &&
        !/[\p{Cc}\p{Cs}]/u.test(displayName) && { displayName: shorten(displayName, 200) }),
      ...(releaseDate !== null && { releaseDate }),
    };
    entries.set(model.id, { provider, id: model.id, facts: toFacts(model), furtherFacts });
  }
  return [...entries.values()];
};
