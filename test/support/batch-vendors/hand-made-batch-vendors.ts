// The batches below are made by hand, of the parts in test/providers/*/fixtures, which are too: on record are only batches
// whose requests were all answered.
import {
  batchBody as messageBatch,
  BATCH_ID as MESSAGE_BATCH_ID,
  errored,
  messageBody,
  NO_COUNTS,
  other,
  succeeded as succeededMessage,
} from '../../providers/text/anthropic/fixtures/hand-made-batches.ts';
import {
  answerBody,
  BATCH as GEMINI_BATCH_ID,
  BLOCKED,
  inlined,
  operation,
} from '../../providers/text/gemini/fixtures/hand-made-batches.ts';
import {
  batchBody as fileBatch,
  BATCH_ID as FILE_BATCH_ID,
  CANCELLED,
  chatBody,
  ERROR_FILE,
  EXPIRED,
  INPUT_FILE,
  OUTPUT_FILE,
  responseBody,
  resultLine,
  TOO_LONG,
} from '../../providers/text/openai/fixtures/hand-made-batches.ts';
import {
  batchBody as grokBatch,
  BATCH_ID as GROK_BATCH_ID,
  completion,
  failed as failedGrok,
  succeeded as succeededGrok,
} from '../../providers/text/xai/fixtures/hand-made-batches.ts';
import { json, jsonLines, type Route, type Routes } from '../upstream/vendor-routes.ts';

/** What a vendor says of one request. An answer says the request's custom id, or something else. */
export type End =
  | { readonly type: 'answered'; readonly text?: string }
  | { readonly type: 'tool-called' | 'refused' | 'errored' | 'expired' | 'cancelled' };

/** A batch that has ended, its requests in the order in which the vendor tells of them. */
export interface EndedBatch {
  readonly how: 'completed' | 'cancelled' | 'expired';
  readonly ends: readonly (readonly [customId: string, end: End])[];
}

export interface HandMadeBatchVendor {
  readonly name: 'openai' | 'groq' | 'anthropic' | 'gemini' | 'xai';
  readonly model: string;
  /** Under the vendor's own origin. */
  readonly path: string;
  readonly id: string;
  readonly cancelRoute: string;
  /** It has an end of its own for requests that ran out of time; another one says nothing of them. */
  readonly tellsExpired: boolean;
  readonly ended: (batch: EndedBatch) => Routes;
  /** It refuses the batch as a whole: for what is in it, or for the sake of the account, which it names. */
  readonly refused: (why: 'requests' | 'account') => Routes;
  /** As it is quoted to the client. */
  readonly refusal: string;
  /** What one answer takes, as the vendor charges it. */
  readonly tokens: {
    readonly uncached: number;
    readonly cacheRead: number;
    readonly cacheWrite: number;
    readonly output: number;
  };
}

const count = ({ ends }: EndedBatch, ...types: readonly End['type'][]): number =>
  ends.filter(([, { type }]) => types.includes(type)).length;
const ANSWERS = ['answered', 'tool-called', 'refused'] as const;

const lines = (texts: readonly string[]): Route =>
  jsonLines(...texts.map((text) => JSON.parse(text) as unknown));

const fileVendor = (
  name: 'openai' | 'groq',
  model: string,
  path: string,
  toAnswer: (end: End, text: string) => unknown,
  tokens: HandMadeBatchVendor['tokens'],
): HandMadeBatchVendor => {
  const routes = (batch: Readonly<Record<string, unknown>>): Routes => ({
    [`POST ${path}/files`]: json({ id: INPUT_FILE, object: 'file' }),
    [`POST ${path}/batches`]: json(fileBatch({ status: 'validating' })),
    [`GET ${path}/batches/${FILE_BATCH_ID}`]: json(fileBatch(batch)),
  });
  const toError = (customId: string, type: End['type']): string => {
    if (type === 'errored') return resultLine(customId, { status: 400, body: TOO_LONG });
    return resultLine(customId, { error: type === 'expired' ? EXPIRED : CANCELLED });
  };
  return {
    name,
    model,
    path,
    id: FILE_BATCH_ID,
    cancelRoute: `POST ${path}/batches/${FILE_BATCH_ID}/cancel`,
    tellsExpired: true,
    ended: (batch) => {
      const isAnswer = ([, { type }]: EndedBatch['ends'][number]): boolean =>
        ANSWERS.some((answer) => answer === type);
      const answers = batch.ends.filter(isAnswer);
      const errors = batch.ends.filter((end) => !isAnswer(end));
      return {
        ...routes({
          status: batch.how,
          output_file_id: answers.length > 0 ? OUTPUT_FILE : null,
          error_file_id: errors.length > 0 ? ERROR_FILE : null,
          request_counts: { total: batch.ends.length, completed: answers.length, failed: errors.length },
        }),
        [`GET ${path}/files/${OUTPUT_FILE}/content`]: lines(
          answers.map(([id, end]) => resultLine(id, { body: toAnswer(end, textOf(id, end)) })),
        ),
        [`GET ${path}/files/${ERROR_FILE}/content`]: lines(errors.map(([id, { type }]) => toError(id, type))),
      };
    },
    refused: (why) => {
      const error =
        why === 'requests'
          ? { code: 'invalid_url', line: 1, message: 'Another endpoint.' }
          : { code: 'billing_hard_limit_reached', message: 'Billing hard limit of org-secret.' };
      return routes({ status: 'failed', errors: { object: 'list', data: [error] }, request_counts: null });
    },
    refusal: 'Line 1: Another endpoint.',
    tokens,
  };
};

const textOf = (customId: string, end: End): string =>
  (end.type === 'answered' ? end.text : undefined) ?? customId;

const TOOL_CALL = { id: 'call_1', type: 'function', function: { name: 'look', arguments: '{"at":"it"}' } };

const toResponse = ({ type }: End, text: string): unknown => {
  const whole = responseBody(text);
  if (type === 'refused')
    return { ...whole, status: 'incomplete', incomplete_details: { reason: 'content_filter' }, output: [] };
  if (type === 'answered') return whole;
  const call = {
    id: 'fc_1',
    type: 'function_call',
    call_id: 'call_1',
    name: 'look',
    arguments: '{"at":"it"}',
  };
  return { ...whole, output: [{ ...call, status: 'completed' }] };
};

const toCompletion =
  (toWhole: (text: string) => Record<string, unknown>) =>
  ({ type }: End, text: string): unknown => {
    if (type === 'answered') return toWhole(text);
    const message = {
      role: 'assistant',
      content: null,
      ...(type === 'tool-called' && { tool_calls: [TOOL_CALL] }),
    };
    const reason = type === 'refused' ? 'content_filter' : 'tool_calls';
    return { ...toWhole(text), choices: [{ index: 0, message, finish_reason: reason }] };
  };

const anthropic: HandMadeBatchVendor = {
  name: 'anthropic',
  model: 'claude-haiku-4-5',
  path: '',
  id: MESSAGE_BATCH_ID,
  cancelRoute: `POST /v1/messages/batches/${MESSAGE_BATCH_ID}/cancel`,
  tellsExpired: true,
  ended: (batch) => {
    const toLine = ([customId, end]: EndedBatch['ends'][number]): object => {
      const text = textOf(customId, end);
      switch (end.type) {
        case 'answered':
          return succeededMessage(customId, messageBody(text));
        case 'tool-called': {
          const content = [{ type: 'tool_use', id: 'call_1', name: 'look', input: { at: 'it' } }];
          return succeededMessage(customId, messageBody(text, { content, stop_reason: 'tool_use' }));
        }
        case 'refused':
          return succeededMessage(customId, messageBody(text, { content: [], stop_reason: 'refusal' }));
        case 'errored':
          return errored(customId, 'invalid_request_error', 'prompt is too long: 9 tokens > 8 maximum');
        case 'expired':
          return other(customId, 'expired');
        case 'cancelled':
          return other(customId, 'canceled');
      }
    };
    const counts = {
      ...NO_COUNTS,
      succeeded: count(batch, ...ANSWERS),
      errored: count(batch, 'errored'),
      canceled: count(batch, 'cancelled'),
      expired: count(batch, 'expired'),
    };
    const body = messageBatch({
      request_counts: counts,
      cancel_initiated_at: batch.how === 'cancelled' ? '2026-11-22T10:01:00Z' : null,
    });
    const path = `/v1/messages/batches/${MESSAGE_BATCH_ID}`;
    return {
      'POST /v1/messages/batches': json(messageBatch({ processing_status: 'in_progress' })),
      [`GET ${path}`]: json(body),
      [`GET ${path}/results`]: jsonLines(...batch.ends.map(toLine)),
    };
  },
  // The API takes a batch or refuses it at once.
  refused: (why) => {
    const message = why === 'requests' ? 'No such model.' : 'Your credit balance is too low, org-secret.';
    const error = { type: 'error', error: { type: 'invalid_request_error', message } };
    return { 'POST /v1/messages/batches': json(error, { status: 400 }) };
  },
  refusal: 'No such model.',
  tokens: { uncached: 6, cacheRead: 3, cacheWrite: 1, output: 5 },
};

const GEMINI_CREATE = 'POST /v1beta/models/gemini-2.5-flash:batchGenerateContent';

const gemini: HandMadeBatchVendor = {
  name: 'gemini',
  model: 'gemini-2.5-flash',
  path: '',
  id: GEMINI_BATCH_ID,
  cancelRoute: `POST /v1beta/${GEMINI_BATCH_ID}:cancel`,
  tellsExpired: false,
  ended: (batch) => {
    const toEnd = (end: End, text: string): object => {
      const content = { role: 'model', parts: [{ functionCall: { name: 'look', args: { at: 'it' } } }] };
      switch (end.type) {
        case 'answered':
          return { response: answerBody(text) };
        case 'tool-called':
          return { response: answerBody(text, { content }) };
        case 'refused':
          return { response: BLOCKED };
        case 'cancelled':
          return { error: { code: 1, message: 'Cancelled.' } };
        default: {
          const message = 'The input token count (9) exceeds the maximum number of tokens allowed (8).';
          return { error: { code: 3, message } };
        }
      }
    };
    const output = inlined(
      ...batch.ends.map(([customId, end]) => ({
        metadata: { custom_id: customId },
        ...toEnd(end, textOf(customId, end)),
      })),
    );
    const state = { completed: 'SUCCEEDED', cancelled: 'CANCELLED', expired: 'EXPIRED' }[batch.how];
    const body = operation({ state: `BATCH_STATE_${state}`, output }, { done: true });
    return { [GEMINI_CREATE]: json(operation()), [`GET /v1beta/${GEMINI_BATCH_ID}`]: json(body) };
  },
  refused: (why) => {
    const error =
      why === 'requests'
        ? { code: 3, message: 'No such model.' }
        : { code: 7, message: 'Billing of project secret is off.' };
    const body = operation({ state: 'BATCH_STATE_FAILED' }, { done: true, error });
    return { [GEMINI_CREATE]: json(operation()), [`GET /v1beta/${GEMINI_BATCH_ID}`]: json(body) };
  },
  refusal: 'No such model.',
  // Four of answer, three of reasoning.
  tokens: { uncached: 10, cacheRead: 0, cacheWrite: 0, output: 7 },
};

const xai: HandMadeBatchVendor = {
  name: 'xai',
  model: 'grok-4.3',
  path: '/v1',
  id: GROK_BATCH_ID,
  cancelRoute: `POST /v1/batches/${GROK_BATCH_ID}:cancel`,
  tellsExpired: false,
  ended: (batch) => {
    const toAnswer = toCompletion(completion);
    const toResult = ([customId, end]: EndedBatch['ends'][number]): unknown => {
      if (end.type === 'cancelled') return failedGrok(customId, { code: 1, message: 'Cancelled.' });
      if (end.type === 'errored')
        return failedGrok(customId, { code: 3, message: "This model's maximum prompt length is 8." });
      return succeededGrok(customId, toAnswer(end, textOf(customId, end)));
    };
    const state = {
      num_requests: batch.ends.length + (batch.how === 'expired' ? 1 : 0),
      num_pending: batch.how === 'expired' ? 1 : 0,
      num_success: count(batch, ...ANSWERS),
      num_error: count(batch, 'errored'),
      num_cancelled: count(batch, 'cancelled'),
    };
    const path = `/v1/batches/${GROK_BATCH_ID}`;
    return {
      'POST /v1/files': json({ id: 'file_xai' }),
      'POST /v1/batches': json(grokBatch()),
      [`GET ${path}`]: json(grokBatch(state, batch.how === 'expired' ? { expire_time: '2026-01-01' } : {})),
      [`GET ${path}/results`]: json({ results: batch.ends.map(toResult), pagination_token: null }),
    };
  },
  refused: (why) => {
    const message =
      why === 'requests' ? 'Line 1 is invalid.' : 'Your team secret has used all available credits.';
    const part = { cancel_time: '2026-08-11', cancel_by_xai_message: message };
    return {
      'POST /v1/files': json({ id: 'file_xai' }),
      'POST /v1/batches': json(grokBatch()),
      [`GET /v1/batches/${GROK_BATCH_ID}`]: json(grokBatch({}, part)),
    };
  },
  refusal: 'Line 1 is invalid.',
  // Two of answer, seven of reasoning.
  tokens: { uncached: 10, cacheRead: 0, cacheWrite: 0, output: 9 },
};

/** Every vendor that has batches. */
export const HAND_MADE_BATCH_VENDORS: readonly HandMadeBatchVendor[] = [
  fileVendor('openai', 'gpt-5-nano', '/v1', toResponse, {
    uncached: 6,
    cacheRead: 4,
    cacheWrite: 0,
    output: 5,
  }),
  fileVendor('groq', 'gpt-oss-20b', '/openai/v1', toCompletion(chatBody), {
    uncached: 10,
    cacheRead: 0,
    cacheWrite: 0,
    output: 5,
  }),
  anthropic,
  gemini,
  xai,
];
