import type { IncomingMessage } from 'node:http';

/** The types of a GraphQL answer: errors of the request itself have a status of their own only under the newer one. */
export const GRAPHQL_RESPONSE = 'application/graphql-response+json';
export const JSON_TYPE = 'application/json';
export const EVENT_STREAM = 'text/event-stream';
export const MULTIPART = 'multipart/mixed';
export type AnswerType = typeof GRAPHQL_RESPONSE | typeof JSON_TYPE;

const ANSWER_TYPES: ReadonlyMap<string, AnswerType> = new Map<string, AnswerType>([
  [GRAPHQL_RESPONSE, GRAPHQL_RESPONSE],
  [JSON_TYPE, JSON_TYPE],
  ['application/*', JSON_TYPE],
  ['*/*', JSON_TYPE],
]);

/**
 * The type that an `Accept` header wants an answer in: the one of the greatest `q`, among equals the first, and plain
 * JSON for any type; undefined when it takes none. By GraphQL over HTTP, a request without the header gets JSON.
 */
export const findAcceptedType = (accept: string | undefined): AnswerType | undefined => {
  if (accept === undefined || accept.trim() === '') return JSON_TYPE;
  let found: AnswerType | undefined;
  let best = 0;
  for (const range of accept.toLowerCase().split(',')) {
    const [name = '', ...parameters] = range.split(';').map((part) => part.trim());
    const type = ANSWER_TYPES.get(name);
    const quality = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2) ?? 1;
    const charset = parameters.find((parameter) => parameter.startsWith('charset='))?.slice(8) ?? 'utf-8';
    if (type === undefined || charset.replaceAll('"', '') !== 'utf-8' || !(Number(quality) > best)) continue;
    found = type;
    best = Number(quality);
  }
  return found;
};

const accepts = ({ headers }: IncomingMessage, mediaType: string): boolean =>
  (headers.accept ?? '').toLowerCase().includes(mediaType);

/** Whether the client can read a subscription as Apollo's multipart protocol has it, which names its version. */
export const acceptsMultipart = ({ headers }: IncomingMessage): boolean =>
  (headers.accept ?? '')
    .toLowerCase()
    .split(',')
    .some((range) => {
      const [type, ...parameters] = range.split(';').map((part) => part.trim().replaceAll('"', ''));
      return type === MULTIPART && parameters.includes('subscriptionspec=1.0');
    });

/** Whether the client can read an event stream. */
export const acceptsEventStream = (request: IncomingMessage): boolean => accepts(request, EVENT_STREAM);

/** Whether the client asks for an event stream and nothing else: then even a query is answered in one. */
export const wantsOnlyEventStream = (request: IncomingMessage): boolean =>
  acceptsEventStream(request) && !accepts(request, 'json') && !accepts(request, '*/*');
