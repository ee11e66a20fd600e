import {
  type ConfiguredApiType,
  type ConfiguredProvider,
  outputTokensWithin,
} from '../../../core/configured-provider.ts';
import {
  defineModels,
  type ModelConfig,
  type ModelDefinition,
  type ModelLimits,
} from '../../../core/model-config.ts';
import { toCount } from '../../shared/reading/to-count.ts';
import { isRecord } from '../../../lib/is-record.ts';
import { fetchList } from '../../shared/call/fetch-list.ts';

/** Of one provider: each becomes a model of the catalogue. */
const MAX_MODELS = 10_000;

/** An entry of a server's list, as much of it as is read. */
interface ListedModel {
  readonly id: string;
  readonly contextWindow: number | null;
}

/**
 * The models that a server lists at `/models`, named `<provider>/<id>` in lower case; of ids that differ only in case, the
 * first, and of more than 10,000 the first. Empty for a provider whose models are not discovered. Throws when there is no readable list within ten seconds
 * and four mebibytes, or when the signal is aborted.
 */
export const discoverModels = async (
  { name: provider, baseUrl, discovered }: ConfiguredProvider,
  apiKey: string | null,
  signal: AbortSignal,
): Promise<readonly ModelConfig[]> => {
  if (discovered === null) return [];
  const headers = apiKey === null ? {} : { authorization: `Bearer ${apiKey}` };
  const listed = readList(await fetchList(`${baseUrl}/models`, headers, signal, 'follow'));
  const definitions = new Map<string, ModelDefinition<ConfiguredApiType>>();
  for (const model of listed) {
    if (definitions.size === MAX_MODELS) break;
    const name = `${provider}/${model.id.toLowerCase()}`;
    if (!definitions.has(name)) definitions.set(name, toDefinition(discovered, model));
  }
  return Object.values(defineModels(provider, Object.fromEntries(definitions), 'discovered'));
};

/**
 * The entries of a list: `{data: […]}`, which is null at a server without models, `{models: […]}` (Ollama's own API),
 * `{result: […]}` (Cloudflare), or the list itself (Together). The entries may be no more than the ids.
 */
const readList = (body: unknown): readonly ListedModel[] => {
  const entries = findEntries(body);
  if (entries === null) return [];
  const areNames = entries.every((entry) => typeof entry === 'string');
  return entries.flatMap((given) => {
    const entry = areNames ? { id: given } : given;
    if (!isRecord(entry)) return [];
    const id =
      ID_FIELDS.map((name) => entry[name])
        .find(isNotEmpty)
        ?.trim() ?? '';
    return isModelId(id) ? [{ id, contextWindow: readContextWindow(entry) }] : [];
  });
};

/** OpenAI; Ollama; LiteLLM; others. */
const ID_FIELDS = ['id', 'name', 'model', 'model_name', 'slug'];

const isNotEmpty = (value: unknown): value is string => typeof value === 'string' && value !== '';

const findEntries = (body: unknown): readonly unknown[] | null => {
  if (Array.isArray(body)) return body;
  if (!isRecord(body)) throw new Error('the list of models is none');
  const lists = ['data', 'models', 'result'].flatMap((name) => (name in body ? [body[name]] : []));
  const full = lists.find((list) => Array.isArray(list) && list.length > 0);
  if (Array.isArray(full)) return full;
  if ('data' in body) {
    const { data } = body;
    if (data === null || Array.isArray(data)) return data;
    // Some servers wrap the list in another object.
    if (isRecord(data)) return findEntries(data);
    throw new Error('the list of models has "data" that is no list');
  }
  throw new Error('the list of models has no "data"');
};

/** Longer than any model's id, and short enough to be quoted in an answer and to be a label of a metric. */
const LONGEST_ID = 200;

/** A text of one line, without markup: it is shown, logged, and part of clients' queries. */
const isModelId = (id: string): boolean =>
  id !== '' && id.length <= LONGEST_ID && id.isWellFormed() && !/[\p{C}\p{Zl}\p{Zp}<>"]/u.test(id);

/** vLLM, OpenRouter and Groq, Together, LM Studio, Mistral, and llama.cpp tell it, each by its own name. */
const readContextWindow = (entry: Readonly<Record<string, unknown>>): number | null => {
  const meta = isRecord(entry['meta']) ? entry['meta'] : {};
  const given = [
    entry['max_model_len'],
    entry['context_length'],
    entry['context_window'],
    entry['loaded_context_length'],
    entry['max_context_length'],
    meta['n_ctx'],
  ];
  return given.map(toCount).find((count) => count !== null && count > 0) ?? null;
};

const toDefinition = (
  given: ModelDefinition<ConfiguredApiType>,
  { id, contextWindow }: ListedModel,
): ModelDefinition<ConfiguredApiType> => ({
  ...given,
  displayName: id,
  apiModel: id,
  // What the operator says of the context window stands over what the server says.
  limits: given.limits.contextWindow === null ? withContextWindow(given.limits, contextWindow) : given.limits,
});

const withContextWindow = (limits: ModelLimits, contextWindow: number | null): ModelLimits => ({
  ...limits,
  contextWindow,
  defaultMaxOutputTokens: outputTokensWithin(contextWindow, limits.defaultMaxOutputTokens),
});
