import {
  type BatchWire,
  countAnswers,
  countEnds,
  customIdsIn,
  type EndedRequest,
  partsOf,
  queryOf,
  textOf,
} from '../../../../support/batch-vendors/batch-wire.ts';
import {
  batchBody,
  errored,
  messageBody,
  NO_COUNTS,
  other,
  runningBody,
  succeeded,
} from '../fixtures/hand-made-batches.ts';

const DAY_MS = 24 * 60 * 60_000;

const toResult = (request: EndedRequest): object => {
  const [customId, end] = request;
  const text = textOf(request);
  switch (end.type) {
    case 'answered':
      return succeeded(customId, messageBody(text));
    case 'recorded':
      return succeeded(customId, end.answer);
    case 'tool-called': {
      const content = [{ type: 'tool_use', id: 'call_1', name: 'look', input: { at: 'it' } }];
      return succeeded(customId, messageBody(text, { content, stop_reason: 'tool_use' }));
    }
    case 'refused':
      return succeeded(customId, messageBody(text, { content: [], stop_reason: 'refusal' }));
    case 'errored':
      return errored(customId, 'invalid_request_error', 'prompt is too long: 9 tokens > 8 maximum');
    case 'expired':
      return other(customId, 'expired');
    case 'cancelled':
      return other(customId, 'canceled');
  }
};

const REFUSALS = {
  requests: 'No such model.',
  account: 'Your credit balance is too low, org-secret.',
};

/** Anthropic's message batches: the requests come with the call that creates a batch, and nothing of ours is stored. */
export const ANTHROPIC_BATCHES: BatchWire = {
  name: 'anthropic',
  path: '',
  idOf: (index) => `msgbatch_${index}`,
  read: ({ method, path, body }) => {
    const [version, resource, batches, id = '', part] = partsOf(path);
    if (version !== 'v1' || resource !== 'messages' || batches !== 'batches') return undefined;
    if (part === 'results') return { type: 'results', id, part: 'all' };
    if (part === 'cancel') return { type: 'cancel', id };
    if (id !== '') return { type: 'poll', id };
    if (method === 'POST') return { type: 'create', key: null, requests: { customIds: customIdsIn(body) } };
    const query = queryOf(path);
    return { type: 'list', limit: Number(query.get('limit') ?? 20), after: query.get('after_id') };
  },
  toFile: () => {
    throw new Error('there are no files in these batches');
  },
  toBatch: ({ id, customIds, createdAt }, standing) => {
    const times = {
      id,
      created_at: createdAt.toISOString(),
      expires_at: new Date(createdAt.getTime() + DAY_MS).toISOString(),
    };
    if (standing === 'running' || 'refusedFor' in standing)
      return runningBody({ ...times, request_counts: { ...NO_COUNTS, processing: customIds.length } });
    const { how, ends } = standing;
    return batchBody({
      ...times,
      results_url: `http://vendor/v1/messages/batches/${id}/results`,
      ended_at: createdAt.toISOString(),
      cancel_initiated_at: how === 'cancelled' ? createdAt.toISOString() : null,
      request_counts: {
        ...NO_COUNTS,
        succeeded: countAnswers(ends),
        errored: countEnds(ends, 'errored'),
        canceled: countEnds(ends, 'cancelled'),
        expired: countEnds(ends, 'expired'),
      },
    });
  },
  // The API takes a batch or refuses it at once.
  toRefusal: (why) => ({
    status: 400,
    body: { type: 'error', error: { type: 'invalid_request_error', message: REFUSALS[why] } },
  }),
  toPage: (data, ids, hasMore) => ({
    data,
    has_more: hasMore,
    first_id: ids.at(0) ?? null,
    last_id: ids.at(-1) ?? null,
  }),
  toResult: (_batch, request) => toResult(request),
  notFound: { type: 'error', error: { type: 'not_found_error', message: 'not found' } },
};
