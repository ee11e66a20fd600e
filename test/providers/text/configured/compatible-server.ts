import {
  sendEventStream,
  sendJson,
  startUpstream,
  type UpstreamRequest,
  type UpstreamServer,
} from '../../../support/upstream/upstream-server.ts';

export interface CompatibleAnswer {
  /** Ids of the models it lists. */
  readonly models?: readonly string[];
  /** The deltas of a chat stream; added up, the message of a whole answer. */
  readonly deltas?: readonly Readonly<Record<string, string>>[];
}

const USAGE = { prompt_tokens: 5, completion_tokens: 7, total_tokens: 12 };

const toMessage = (deltas: NonNullable<CompatibleAnswer['deltas']>): Record<string, string> => {
  const message: Record<string, string> = {};
  for (const delta of deltas)
    for (const [field, text] of Object.entries(delta)) message[field] = (message[field] ?? '') + text;
  return message;
};

const toFrames = (deltas: NonNullable<CompatibleAnswer['deltas']>, reportsUsage: boolean): string =>
  [
    ...deltas.map((delta) => ({ choices: [{ index: 0, delta }] })),
    { choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] },
    ...(reportsUsage ? [{ choices: [], usage: USAGE }] : []),
    '[DONE]',
  ]
    .map((payload) => `data: ${typeof payload === 'string' ? payload : JSON.stringify(payload)}\n\n`)
    .join('');

const answerChat = async (request: UpstreamRequest, { deltas = [{ content: 'Hi' }] }: CompatibleAnswer) => {
  const body = JSON.parse(request.body) as Record<string, unknown>;
  if (body['stream'] === true)
    return sendEventStream(request, toFrames(deltas, body['stream_options'] !== undefined));
  sendJson(request, {
    id: 'chat-1',
    choices: [{ index: 0, message: { role: 'assistant', ...toMessage(deltas) }, finish_reason: 'stop' }],
    usage: USAGE,
  });
};

const answerResponses = async (request: UpstreamRequest) => {
  const content = [{ type: 'output_text', text: 'Hi', annotations: [] }];
  const item = { id: 'msg_1', type: 'message', role: 'assistant', status: 'completed', content };
  const response = {
    id: 'resp_1',
    object: 'response',
    status: 'completed',
    output: [item],
    usage: { input_tokens: 5, output_tokens: 7, total_tokens: 12 },
  };
  const body = JSON.parse(request.body) as Record<string, unknown>;
  if (body['stream'] !== true) return sendJson(request, response);
  const at = { item_id: 'msg_1', output_index: 0, content_index: 0 };
  const events = [
    { type: 'response.created', response: { ...response, status: 'in_progress', output: [] } },
    { type: 'response.output_item.added', output_index: 0, item: { ...item, content: [] } },
    { type: 'response.output_text.delta', ...at, delta: 'Hi' },
    { type: 'response.output_item.done', output_index: 0, item },
    { type: 'response.completed', response },
  ];
  return sendEventStream(
    request,
    events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join(''),
  );
};

/** A server under `/v1` that lists models and answers chats and responses, streaming and waiting. */
export const startCompatibleServer = (answer: CompatibleAnswer = {}): Promise<UpstreamServer> =>
  startUpstream((request) => {
    switch (request.path) {
      case '/v1/models':
        return sendJson(request, { object: 'list', data: (answer.models ?? []).map((id) => ({ id })) });
      case '/v1/chat/completions':
        return answerChat(request, answer);
      case '/v1/responses':
        return answerResponses(request);
      default:
        return sendJson(request, { error: { message: 'no such path' } }, { status: 404 });
    }
  });
