import {
  type BatchWire,
  countAnswers,
  countEnds,
  customIdsIn,
  type EndedRequest,
  partsOf,
  queryOf,
  type Standing,
  textOf,
} from '../../../../support/batch-vendors/batch-wire.ts';
import { toCompletion } from '../../openai/batch/batch-wire.ts';
import { batchBody, completion, failed, succeeded } from '../fixtures/hand-made-batches.ts';

const toResult = (request: EndedRequest): unknown => {
  const [customId, end] = request;
  switch (end.type) {
    case 'cancelled':
      return failed(customId, { code: 1, message: 'Cancelled.' });
    case 'errored':
      return failed(customId, { code: 3, message: "This model's maximum prompt length is 8." });
    case 'recorded':
      return succeeded(customId, end.answer, 'responses');
    default:
      return succeeded(customId, toCompletion(completion(textOf(request)), end));
  }
};

const REFUSALS = {
  requests: 'Line 1 is invalid.',
  account: 'Your team secret has used all available credits.',
};

const toState = (
  count: number,
  standing: Standing,
): readonly [state: Record<string, number>, part: object] => {
  if (standing === 'running') return [{ num_requests: count, num_pending: count }, {}];
  if ('refusedFor' in standing)
    return [{}, { cancel_time: '2026-08-11', cancel_by_xai_message: REFUSALS[standing.refusedFor] }];
  const { how, ends } = standing;
  const isExpired = how === 'expired';
  return [
    {
      num_requests: ends.length + (isExpired ? 1 : 0),
      num_pending: isExpired ? 1 : 0,
      num_success: countAnswers(ends),
      num_error: countEnds(ends, 'errored'),
      num_cancelled: countEnds(ends, 'cancelled'),
    },
    isExpired ? { expire_time: '2026-01-01' } : {},
  ];
};

/** xAI's batches: a file, a name, and results in pages. */
export const XAI_BATCHES: BatchWire = {
  name: 'xai',
  path: '/v1',
  idOf: (index) => `batch_${index}`,
  read: ({ method, path, body }) => {
    const [, resource, id = '', part] = partsOf(path);
    if (resource === 'files' && method === 'POST') return { type: 'upload', customIds: customIdsIn(body) };
    if (resource !== 'batches') return undefined;
    if (part === 'results') return { type: 'results', id, part: 'all' };
    if (id.endsWith(':cancel')) return { type: 'cancel', id: id.replace(':cancel', '') };
    if (id !== '') return { type: 'poll', id };
    const query = queryOf(path);
    if (method === 'GET')
      return { type: 'list', limit: Number(query.get('limit') ?? 100), after: query.get('pagination_token') };
    const { name, input_file_id: fileId } = JSON.parse(body);
    return { type: 'create', key: name, requests: { fileId } };
  },
  toFile: (id) => ({ id }),
  toBatch: ({ id, key, customIds }, standing) => {
    const [state, part] = toState(customIds.length, standing);
    return batchBody(state, { batch_id: id, name: key, ...part });
  },
  toPage: (batches, ids, hasMore) => ({ batches, pagination_token: hasMore ? ids.at(-1) : null }),
  toResult: (_batch, request) => toResult(request),
  toResults: (results) => ({ results, pagination_token: null }),
  notFound: { error: 'not found', code: 'not-found' },
};
