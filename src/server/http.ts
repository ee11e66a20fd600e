import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { ExecutionResult } from 'graphql';
import { ERROR_CODES, type ErrorCode } from '../core/errors.ts';
import type { ServiceLog } from '../core/service-log.ts';
import { type AnswerType, findAcceptedType, GRAPHQL_RESPONSE, JSON_TYPE } from './accepted-type.ts';
import type { Authenticate } from './auth.ts';
import { BodyTooLarge, readBody } from './uploads/body.ts';
import type { OperationOrigin, OperationParams } from './context.ts';
import type { GraphqlPipeline } from './graphql.ts';
import { type ReadinessChecks, toReadiness } from './health.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { findParamsError, prepareOperation } from './operation.ts';
import { corsHeaders, findOriginProblem, isPreflighted, type OriginPolicy } from './origin.ts';
import { createPlayground, type PlaygroundPage } from './playground/playground.ts';
import { hasReadableAddress, isMultipart, readParams } from './read-params.ts';
import { readMultipart } from './uploads/read-multipart.ts';
import { acceptsEventStream, serveEventStream, wantsOnlyEventStream } from './sse.ts';
import { Uploads } from './uploads/uploads.ts';

export const GRAPHQL_PATH = '/graphql';
const METRICS_PATH = '/metrics';

const UNAUTHENTICATED_MESSAGE = 'Send a key of this server: Authorization: Bearer mg_…';

export interface HttpOptions {
  readonly pipeline: GraphqlPipeline;
  readonly authenticate: Authenticate;
  readonly originPolicy: OriginPolicy;
  readonly playground: boolean;
  readonly maxBodyBytes: number;
  /** For multipart requests, which carry uploads. */
  readonly maxUploadBytes: number;
  /** For those among them that hand in a batch. */
  readonly maxBatchFileBytes: number;
  readonly heartbeatMs: number;
  /** Whether the server takes no new work any more. */
  readonly isClosing: () => boolean;
  readonly readinessChecks: ReadinessChecks;
  /** null: metrics are not served. */
  readonly metrics: Pick<Metrics, 'scrape'> | null;
  readonly log: ServiceLog;
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** Aborted when the client leaves before it has its answer. */
  readonly controller: AbortController;
}

const send = (
  { response, headers }: Pick<Exchange, 'response' | 'headers'>,
  status: number,
  type: AnswerType,
  text: string,
): void => {
  const given = { 'content-type': `${type}; charset=utf-8`, 'content-length': Buffer.byteLength(text) };
  response.writeHead(status, { ...headers, ...given }).end(text);
};

const refuse = (
  exchange: Exchange,
  code: ErrorCode,
  message: string,
  status: number = ERROR_CODES[code].http,
): void => {
  const { retryable } = ERROR_CODES[code];
  const type = findAcceptedType(exchange.request.headers.accept) ?? JSON_TYPE;
  send(exchange, status, type, JSON.stringify({ errors: [{ message, extensions: { code, retryable } }] }));
};

const refuseMethod = (exchange: Exchange, allow: string, message: string): void =>
  refuse({ ...exchange, headers: { ...exchange.headers, allow } }, 'INVALID_REQUEST', message, 405);

const answerPreflight = ({ response, headers }: Exchange): void => {
  response
    .writeHead(204, {
      ...headers,
      'access-control-allow-methods': 'GET, POST, OPTIONS',
      'access-control-allow-headers':
        'authorization, content-type, x-graphql-client, graphql-require-preflight',
    })
    .end();
};

/** The address asked for; undefined when the request line holds no path, as a proxy's does. */
const findUrl = ({ url = '' }: IncomingMessage): URL | undefined =>
  url.startsWith('/') && URL.canParse(`http://localhost${url}`)
    ? new URL(`http://localhost${url}`)
    : undefined;

const isJson = (request: IncomingMessage): boolean =>
  /^application\/([\w.-]+\+)?json\b/i.test(request.headers['content-type'] ?? '');

interface JsonAnswer {
  readonly status: number;
  readonly type: AnswerType;
  readonly text: string;
}

/** What was refused before execution has a status of its own only for clients that ask for the newer media type. */
const statusOf = ({ data, errors = [] }: ExecutionResult, type: AnswerType): number => {
  if (data !== undefined) return 200;
  if (errors.some(({ extensions }) => extensions['code'] === 'INTERNAL')) return 500;
  return type === GRAPHQL_RESPONSE ? 400 : 200;
};

/** Answers an operation in an event stream where one is wanted and fits, refuses it, or gives its answer. */
const executeParams = async (
  exchange: Exchange,
  params: OperationParams,
  principalId: string,
  { pipeline, heartbeatMs }: HttpOptions,
): Promise<JsonAnswer | undefined> => {
  const { request, response, headers, controller } = exchange;
  const transport = acceptsEventStream(request) ? 'sse' : 'http';
  const origin: OperationOrigin = { principalId, signal: controller.signal, transport };
  const operation = prepareOperation(pipeline, params, origin, controller);
  const kind = 'run' in operation ? operation.type : undefined;
  if (kind === 'mutation' && request.method === 'GET') {
    refuseMethod(exchange, 'POST', 'A mutation must be sent with POST.');
    return undefined;
  }
  if (transport === 'sse' && (kind === 'subscription' || wantsOnlyEventStream(request))) {
    await serveEventStream(response, operation, headers, heartbeatMs);
    return undefined;
  }
  const type = findAcceptedType(request.headers.accept);
  if (type === undefined || kind === 'subscription') {
    const message =
      kind === 'subscription'
        ? 'Subscriptions are served over WebSocket (graphql-transport-ws) and over SSE (Accept: text/event-stream).'
        : `The answer is ${GRAPHQL_RESPONSE} or ${JSON_TYPE}, and neither is accepted.`;
    refuse(exchange, 'INVALID_REQUEST', message, 406);
    return undefined;
  }
  const malformed = findParamsError(params);
  if (malformed !== undefined) {
    refuse(exchange, 'INVALID_REQUEST', malformed.message);
    return undefined;
  }
  const result = 'run' in operation ? await operation.execute() : { errors: operation };
  return { status: statusOf(result, type), type, text: JSON.stringify(result) };
};

/** As `executeParams`. What was uploaded for the operation has been removed when its answer is there. */
const execute = async (
  exchange: Exchange,
  principalId: string,
  options: HttpOptions,
): Promise<JsonAnswer | undefined> => {
  const { request, url } = exchange;
  await using uploads = new Uploads();
  const params = isMultipart(request)
    ? await readMultipart(request, uploads, options)
    : readParams(request, url, await readBody(request, options.maxBodyBytes));
  if (params !== undefined) return await executeParams(exchange, params, principalId, options);
  await uploads[Symbol.asyncDispose]();
  const message = 'The body must be a JSON object, or a GraphQL multipart request.';
  refuse(exchange, 'INVALID_REQUEST', message);
  return undefined;
};

const serveGraphql = async (exchange: Exchange, options: HttpOptions): Promise<void> => {
  const { request } = exchange;
  if (request.method === 'OPTIONS') return answerPreflight(exchange);
  // Among the others is HEAD, which a foreign page can send without being asked, as it can GET.
  if (request.method !== 'GET' && request.method !== 'POST')
    return refuseMethod(exchange, 'GET, POST, OPTIONS', `${request.method} is not a method of this address.`);
  if (!isPreflighted(request))
    return refuse(
      exchange,
      'FORBIDDEN',
      request.method === 'GET'
        ? 'A GET request needs the header graphql-require-preflight, so that no foreign page can send it.'
        : 'Send application/json, or the header graphql-require-preflight, so that no foreign page can send the request.',
    );
  const principalId = options.authenticate(request.headers.authorization);
  if (principalId === undefined) return refuse(exchange, 'UNAUTHENTICATED', UNAUTHENTICATED_MESSAGE);
  if (request.method === 'GET' && !hasReadableAddress(exchange.url))
    return refuse(exchange, 'INVALID_REQUEST', 'variables and extensions must be JSON objects.');
  if (request.method === 'POST' && !isJson(request) && !isMultipart(request))
    return refuse(exchange, 'INVALID_REQUEST', 'Send application/json, or multipart/form-data.', 415);
  const answer = await execute(exchange, principalId, options);
  if (answer !== undefined && !exchange.response.destroyed)
    send(exchange, answer.status, answer.type, answer.text);
  return undefined;
};

const serveMetrics = async (exchange: Exchange, options: HttpOptions, metrics: Pick<Metrics, 'scrape'>) => {
  const { request, response, headers } = exchange;
  if (request.method !== 'GET' && request.method !== 'HEAD')
    return refuseMethod(exchange, 'GET, HEAD', `${request.method} is not a method of this address.`);
  if (options.authenticate(request.headers.authorization) === undefined)
    return refuse(exchange, 'UNAUTHENTICATED', UNAUTHENTICATED_MESSAGE);
  const { contentType, body } = await metrics.scrape();
  response.writeHead(200, { ...headers, 'content-type': contentType, 'cache-control': 'no-store' }).end(body);
  return undefined;
};

const wantsPage = ({ request, url }: Exchange): boolean =>
  request.method === 'GET' &&
  (request.headers.accept ?? '').includes('text/html') &&
  !url.searchParams.has('query');

const servePage = async ({ response }: Exchange, page: () => Promise<PlaygroundPage>): Promise<void> => {
  const { body, headers } = await page();
  response.writeHead(200, headers).end(body);
};

const route = async (
  exchange: Exchange,
  options: HttpOptions,
  page: () => Promise<PlaygroundPage>,
): Promise<void> => {
  const { url, response, request } = exchange;
  switch (url.pathname) {
    case '/health/live':
      return send(exchange, 200, JSON_TYPE, JSON.stringify({ status: 'live' }));
    case '/health/ready': {
      const { ready, body } = toReadiness(options.isClosing(), options.readinessChecks);
      return send(exchange, ready ? 200 : 503, JSON_TYPE, JSON.stringify(body));
    }
    case METRICS_PATH:
      if (options.metrics !== null) return serveMetrics(exchange, options, options.metrics);
      break;
    case GRAPHQL_PATH:
      if (options.playground && wantsPage(exchange)) return servePage(exchange, page);
      return serveGraphql(exchange, options);
    case '/':
      if (options.playground && request.method === 'GET') {
        response.writeHead(307, { location: GRAPHQL_PATH }).end();
        return undefined;
      }
      break;
  }
  return refuse(exchange, 'NOT_FOUND', `There is nothing at ${url.pathname}. The API is at ${GRAPHQL_PATH}.`);
};

/** The HTTP side of the server; WebSockets are attached to it separately. Opens nothing. */
export const createHttpServer = (options: HttpOptions): Server => {
  const page = createPlayground();

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const controller = new AbortController();
    response.on('close', () => {
      if (!response.writableFinished) controller.abort();
    });
    response.on('finish', () => {
      // A connection kept open for the next request would keep a server open that takes none.
      if (options.isClosing()) request.socket.end();
    });
    const url = findUrl(request);
    const exchange: Exchange = {
      request,
      response,
      url: url ?? new URL('http://localhost'),
      headers: corsHeaders(request),
      controller,
    };
    if (url === undefined) return refuse(exchange, 'INVALID_REQUEST', 'The request names no path.');
    const problem = findOriginProblem(request, options.originPolicy);
    if (problem !== undefined) return refuse({ ...exchange, headers: {} }, 'FORBIDDEN', problem);
    try {
      return await route(exchange, options, page);
    } catch (error) {
      if (response.destroyed) return undefined;
      if (error instanceof BodyTooLarge) {
        refuse(exchange, 'INVALID_REQUEST', error.message, 413);
        return undefined;
      }
      options.log.error({ err: error }, 'a request failed on a defect of this server');
      if (response.headersSent) response.destroy();
      else refuse(exchange, 'INTERNAL', 'The server failed to answer the request.');
      return undefined;
    }
  };

  const server = createServer(
    // For the arrival of a request, with the file of a batch; while it arrives it may not fall silent for long either.
    { headersTimeout: 15_000, requestTimeout: 600_000, keepAliveTimeout: 65_000 },
    (request, response) => void handle(request, response),
  );
  return server;
};
