import {
  type BatchWire,
  customIdsIn,
  type EndedRequest,
  partsOf,
  queryOf,
  type Standing,
  textOf,
} from '../../../../support/batch-vendors/batch-wire.ts';
import { answerBody, BLOCKED, inlined, operation } from '../fixtures/hand-made-batches.ts';

const CALLED = {
  content: { role: 'model', parts: [{ functionCall: { name: 'look', args: { at: 'it' } } }] },
};
const TOO_LONG = 'The input token count (9) exceeds the maximum number of tokens allowed (8).';

const toEnd = (request: EndedRequest): object => {
  const [, end] = request;
  const text = textOf(request);
  switch (end.type) {
    case 'answered':
      return { response: answerBody(text) };
    case 'recorded':
      return { response: end.answer };
    case 'tool-called':
      return { response: answerBody(text, CALLED) };
    case 'refused':
      return { response: BLOCKED };
    case 'cancelled':
      return { error: { code: 1, message: 'Cancelled.' } };
    case 'errored':
    case 'expired':
      return { error: { code: 3, message: TOO_LONG } };
  }
};

const REFUSALS = {
  requests: { code: 3, message: 'No such model.' },
  account: { code: 7, message: 'Billing of project secret is off.' },
};
const STATES = { completed: 'SUCCEEDED', cancelled: 'CANCELLED', expired: 'EXPIRED' };

/** What is said of a batch; its results are in it. */
const toState = (standing: Standing): readonly [metadata: object, part: object] => {
  if (standing === 'running') return [{}, {}];
  if ('refusedFor' in standing)
    return [{ state: 'BATCH_STATE_FAILED' }, { done: true, error: REFUSALS[standing.refusedFor] }];
  const output = inlined(...standing.ends.map((end) => ({ metadata: { custom_id: end[0] }, ...toEnd(end) })));
  return [{ state: `BATCH_STATE_${STATES[standing.how]}`, output }, { done: true }];
};

/** Batches of generateContent whose requests are sent along, and whose results come in the batch itself. */
export const GEMINI_BATCHES: BatchWire = {
  name: 'gemini',
  path: '',
  idOf: (index) => `batches/${index}`,
  read: ({ method, path, body }) => {
    const [version, resource, last = ''] = partsOf(path);
    if (version !== 'v1beta') return undefined;
    if (resource === 'models' && last.endsWith(':batchGenerateContent')) {
      const { batch } = JSON.parse(body);
      return { type: 'create', key: batch.displayName, requests: { customIds: customIdsIn(body) } };
    }
    if (resource !== 'batches') return undefined;
    if (last.endsWith(':cancel')) return { type: 'cancel', id: `batches/${last.replace(':cancel', '')}` };
    if (last !== '') return { type: 'poll', id: `batches/${last}` };
    return method === 'GET'
      ? {
          type: 'list',
          limit: Number(queryOf(path).get('pageSize') ?? 20),
          after: queryOf(path).get('pageToken'),
        }
      : undefined;
  },
  toFile: () => {
    throw new Error('the requests of these batches are sent along');
  },
  toBatch: ({ id, key, customIds, createdAt }, standing) => {
    const [metadata, part] = toState(standing);
    const own = {
      name: id,
      displayName: key,
      createTime: createdAt.toISOString(),
      batchStats: { requestCount: String(customIds.length) },
    };
    return operation({ ...own, ...metadata }, { name: id, ...part });
  },
  toPage: (operations, ids, hasMore) => ({ operations, ...(hasMore && { nextPageToken: ids.at(-1) }) }),
  toResult: (_batch, request) => toEnd(request),
  notFound: { error: { code: 404, message: 'not found', status: 'NOT_FOUND' } },
};
