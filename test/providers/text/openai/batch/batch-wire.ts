import {
  type BatchWire,
  countAnswers,
  customIdsIn,
  type End,
  isAnswer,
  partsOf,
  queryOf,
  textOf,
} from '../../../../support/batch-vendors/batch-wire.ts';
import {
  batchBody,
  CANCELLED,
  chatBody,
  EXPIRED,
  responseBody,
  resultLine,
  TOO_LONG,
} from '../fixtures/hand-made-batches.ts';

const RESPONSES = '/v1/responses';

const toResponse = (end: End, text: string): unknown => {
  const whole = responseBody(text);
  if (end.type === 'answered') return whole;
  if (end.type === 'refused')
    return { ...whole, status: 'incomplete', incomplete_details: { reason: 'content_filter' }, output: [] };
  const call = {
    id: 'fc_1',
    type: 'function_call',
    call_id: 'call_1',
    name: 'look',
    arguments: '{"at":"it"}',
  };
  return { ...whole, output: [{ ...call, status: 'completed' }] };
};

const TOOL_CALL = { id: 'call_1', type: 'function', function: { name: 'look', arguments: '{"at":"it"}' } };

/** A completion that ends as it should, out of one that just answers. */
export const toCompletion = (whole: Record<string, unknown>, { type }: End): unknown => {
  if (type === 'answered') return whole;
  const message = {
    role: 'assistant',
    content: null,
    ...(type === 'tool-called' && { tool_calls: [TOOL_CALL] }),
  };
  const reason = type === 'refused' ? 'content_filter' : 'tool_calls';
  return { ...whole, choices: [{ index: 0, message, finish_reason: reason }] };
};

const toBody = (end: End, text: string, endpoint: string | null): unknown => {
  if (end.type === 'recorded') return end.answer;
  return endpoint === RESPONSES ? toResponse(end, text) : toCompletion(chatBody(text), end);
};

/** Batches by way of files, as OpenAI introduced them; Groq's are the same under another path. */
export const createFileBatchWire = (name: 'openai' | 'groq', path: string): BatchWire => ({
  name,
  path,
  idOf: (index) => `batch_${index}`,
  read: ({ method, path: whole, body }) => {
    if (!whole.startsWith(`${path}/`)) return undefined;
    const [resource, id = '', part] = partsOf(whole.slice(path.length));
    const [, of = '', batchId = ''] = /^(output|errors)-(.*)$/.exec(id) ?? [];
    if (resource === 'files' && method === 'POST') return { type: 'upload', customIds: customIdsIn(body) };
    if (resource === 'files' && part === 'content')
      return { type: 'results', id: batchId, part: of === 'output' ? 'answers' : 'errors' };
    if (resource !== 'batches') return undefined;
    if (part === 'cancel') return { type: 'cancel', id };
    if (id !== '') return { type: 'poll', id };
    const query = queryOf(whole);
    if (method === 'GET')
      return { type: 'list', limit: Number(query.get('limit') ?? 20), after: query.get('after') };
    const { input_file_id: fileId, endpoint, metadata } = JSON.parse(body);
    return { type: 'create', key: metadata.modelgraph_batch, endpoint, requests: { fileId } };
  },
  toFile: (id) => ({ id, object: 'file', purpose: 'batch' }),
  toBatch: ({ id, key, endpoint, customIds, createdAt }, standing) => {
    const own = {
      id,
      endpoint,
      created_at: Math.floor(createdAt.getTime() / 1_000),
      metadata: { modelgraph_batch: key },
      request_counts: { total: customIds.length, completed: 0, failed: 0 },
    };
    if (standing === 'running') return batchBody({ ...own, status: 'in_progress' });
    if ('refusedFor' in standing)
      return batchBody({
        ...own,
        status: 'failed',
        errors: { object: 'list', data: [REFUSALS[standing.refusedFor]] },
        request_counts: null,
      });
    const { how, ends } = standing;
    const completed = countAnswers(ends);
    return batchBody({
      ...own,
      status: how,
      output_file_id: completed > 0 ? `output-${id}` : null,
      error_file_id: ends.every(isAnswer) ? null : `errors-${id}`,
      request_counts: { total: ends.length, completed, failed: ends.length - completed },
    });
  },
  toPage: (data, _ids, hasMore) => ({ object: 'list', data, has_more: hasMore }),
  toResult: ({ endpoint }, request) => {
    const [customId, end] = request;
    switch (end.type) {
      case 'errored':
        return JSON.parse(resultLine(customId, { status: 400, body: TOO_LONG }));
      case 'expired':
        return JSON.parse(resultLine(customId, { error: EXPIRED }));
      case 'cancelled':
        return JSON.parse(resultLine(customId, { error: CANCELLED }));
      default:
        return JSON.parse(resultLine(customId, { body: toBody(end, textOf(request), endpoint) }));
    }
  },
  notFound: { error: { message: 'not found' } },
});

const REFUSALS = {
  requests: { code: 'invalid_url', line: 1, message: 'Another endpoint.' },
  account: { code: 'billing_hard_limit_reached', message: 'Billing hard limit of org-secret.' },
};

export const OPENAI_BATCHES = createFileBatchWire('openai', '/v1');
