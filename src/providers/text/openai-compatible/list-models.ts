import type { ListModels } from '../../../core/text-provider.ts';
import { isRecord } from '../../../lib/is-record.ts';
import { fetchList } from '../../shared/call/fetch-list.ts';
import { toListedLimit, toDay, toListedModel, toListedText } from '../../shared/reading/listed-model.ts';
import type { OpenAICompatibleVendor } from './dialect.ts';

/**
 * Models as `GET /models` of OpenAI's API lists them, in one page. OpenAI tells the shutdown date (openai 7.59.0,
 * `Model.shutdown_date`), Groq the limits; the others tell the id and when it was created.
 */
export const createListModels =
  ({ baseUrl }: Pick<OpenAICompatibleVendor, 'baseUrl'>): ListModels =>
  async (connection, signal) => {
    const address = (connection.baseUrl ?? baseUrl).replace(/\/+$/, '');
    const body = await fetchList(
      `${address}/models`,
      { authorization: `Bearer ${connection.apiKey ?? ''}` },
      signal,
    );
    const data = isRecord(body) ? body['data'] : undefined;
    if (!Array.isArray(data)) throw new Error('the list of models has no "data" that is a list');
    return data.flatMap((model: unknown) => {
      const id = isRecord(model) ? toListedText(model['id']) : null;
      if (!isRecord(model) || id === null) return [];
      return [
        toListedModel(id, {
          releaseDate: toDay(model['created']),
          contextWindow: toListedLimit(model['context_window']),
          maxOutputTokens: toListedLimit(model['max_completion_tokens']),
          // Groq's word for a model that it serves no more.
          status: model['active'] === false ? 'retired' : null,
          shutdownDate: toDay(model['shutdown_date']),
        }),
      ];
    });
  };
