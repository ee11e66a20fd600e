import type { ListedModel, ListModels } from '../../../core/text-provider.ts';
import { isRecord } from '../../../lib/is-record.ts';
import { fetchList } from '../../shared/call/fetch-list.ts';
import { toListedLimit, toListedModel, toListedText } from '../../shared/reading/listed-model.ts';
import { API_VERSION } from './api-version.ts';
import { BASE_URL } from './base-url.ts';

/** As many pages as are asked for: a page has up to a thousand models. */
const MOST_PAGES = 5;

const PREFIX = /^models\//;

/** What a model must be able to do to be asked for text: https://ai.google.dev/api/models */
const GENERATE = 'generateContent';

const toModel = (model: unknown): readonly ListedModel[] => {
  const name = isRecord(model) ? toListedText(model['name']) : null;
  if (!isRecord(model) || name === null) return [];
  const actions = model['supportedGenerationMethods'];
  if (Array.isArray(actions) && !actions.includes(GENERATE)) return [];
  return [
    toListedModel(name.replace(PREFIX, ''), {
      displayName: toListedText(model['displayName']),
      contextWindow: toListedLimit(model['inputTokenLimit']),
      maxOutputTokens: toListedLimit(model['outputTokenLimit']),
    }),
  ];
};

/** Models that generate content, as `GET /v1beta/models` lists them, with their limits. It tells no dates. */
export const listModels: ListModels = async ({ apiKey, baseUrl }, signal) => {
  const address = `${(baseUrl ?? BASE_URL).replace(/\/+$/, '')}/${API_VERSION}/models?pageSize=1000`;
  const headers = { 'x-goog-api-key': apiKey ?? '' };
  const found: ListedModel[] = [];
  let after = '';
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const body = await fetchList(`${address}${after}`, headers, signal);
    if (!isRecord(body) || !Array.isArray(body['models']))
      throw new Error('the list of models has no "models" that is a list');
    found.push(...(body['models'] as readonly unknown[]).flatMap(toModel));
    const next = toListedText(body['nextPageToken']);
    if (next === null) return found;
    after = `&pageToken=${encodeURIComponent(next)}`;
  }
  return found;
};
