import { MODEL_CONFIGS } from '../../config/providers/index.ts';
import type { ModelConfig, ModelConfigs } from '../../src/core/model-config.ts';
import type { Exchange, Raw } from '../support/upstream/replay.ts';
import { ASKED, UNASKED } from './recordings.ts';

/** The tokens of input that a vendor's report of usage has, those of the cache included. */
const inputIn = (usage: Raw): number | undefined => {
  const told = usage?.promptTokenCount ?? usage?.prompt_tokens ?? usage?.input_tokens;
  if (typeof told !== 'number' || told === 0) return undefined;
  return told + (usage.cache_creation_input_tokens ?? 0) + (usage.cache_read_input_tokens ?? 0);
};

export const toldInput = ({ status, payloads }: Exchange): number | undefined => {
  if (status !== 200) return undefined;
  const reports = payloads.map(
    (payload: Raw) =>
      payload.usageMetadata ?? payload.usage ?? payload.message?.usage ?? payload.response?.usage ?? payload,
  );
  return reports.map(inputIn).find((told) => told !== undefined);
};

/** The model itself where the catalogue has it, else one of its vendor. */
export const toCatalogued = (
  provider: string,
  { apiModel, apiType }: Pick<ModelConfig, 'apiModel' | 'apiType'>,
): ModelConfig | undefined => {
  const models: Readonly<Record<string, ModelConfigs>> = MODEL_CONFIGS;
  const configs = Object.values(models[provider] ?? {});
  return (
    configs.find((config) => apiModel.startsWith(config.apiModel)) ??
    configs.find((config) => config.apiType === apiType) ??
    configs[0]
  );
};

/** What a search finds is input as well, which no estimate can know. */
export const searches = (body: Raw): boolean =>
  body.web_search_options !== undefined ||
  /"(web_search|googleSearch)/.test(JSON.stringify(body.tools ?? []));

/** Recordings of single requests that hold the requests too. */
export const FILES = [...ASKED, ...UNASKED]
  .map(({ file }) => file)
  .filter((file) => /\.ya?ml$/.test(file) && !file.includes('batch_with'));
