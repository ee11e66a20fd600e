import type { ListedModel, ListModels } from '../../../core/text-provider.ts';
import { isRecord } from '../../../lib/is-record.ts';
import { fetchList } from '../../shared/call/fetch-list.ts';
import { toListedLimit, toDay, toListedModel, toListedText } from '../../shared/reading/listed-model.ts';
import { API_VERSION, BASE_URL } from './api.ts';

/** As many pages as are asked for: a page has up to a thousand models. */
const MOST_PAGES = 5;

const LIFECYCLES = ['active', 'deprecated', 'retired'] as const;

/** By the types of @anthropic-ai/sdk 1.14.0, `ModelInfo`. A date that has passed means that a retirement is overdue. */
const toModel = (model: Readonly<Record<string, unknown>>, id: string): ListedModel => {
  const status = LIFECYCLES.find((lifecycle) => lifecycle === model['lifecycle']) ?? null;
  const day = toDay(model['retires_at']);
  const isOverdue = status === 'deprecated' && day !== null && Date.parse(day) < Date.now();
  return toListedModel(id, {
    displayName: toListedText(model['display_name']),
    releaseDate: toDay(model['created_at']),
    contextWindow: toListedLimit(model['max_input_tokens']),
    maxOutputTokens: toListedLimit(model['max_tokens']),
    status,
    shutdownDate: isOverdue ? null : day,
  });
};

/** Models as `GET /v1/models` lists them, with their lifecycle, the day of their retirement and their limits. */
export const listModels: ListModels = async ({ apiKey, baseUrl }, signal) => {
  const address = `${(baseUrl ?? BASE_URL).replace(/\/+$/, '')}/v1/models?limit=1000`;
  const headers = { authorization: `Bearer ${apiKey ?? ''}`, 'anthropic-version': API_VERSION };
  const found: ListedModel[] = [];
  let after = '';
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const body = await fetchList(`${address}${after}`, headers, signal);
    if (!isRecord(body) || !Array.isArray(body['data']))
      throw new Error('the list of models has no "data" that is a list');
    for (const model of body['data'] as readonly unknown[]) {
      const id = isRecord(model) ? toListedText(model['id']) : null;
      if (isRecord(model) && id !== null) found.push(toModel(model, id));
    }
    const last = toListedText(body['last_id']);
    if (body['has_more'] !== true || last === null) return found;
    after = `&after_id=${encodeURIComponent(last)}`;
  }
  return found;
};
