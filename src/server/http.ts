import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { ERROR_CODES, type ErrorCode } from '../core/errors.ts';
import type { ServiceLog } from '../core/service-log.ts';
import type { Authenticate } from './auth.ts';
import { BodyTooLarge, readBody } from './body.ts';
import type { OperationOrigin, OperationParams } from './context.ts';
import type { GraphqlPipeline } from './graphql.ts';
import { type ReadinessChecks, toReadiness } from './health.ts';
import type { Metrics } from './metrics.ts';
import { prepareOperation } from './operation.ts';
import { corsHeaders, findOriginProblem, isPreflighted, type OriginPolicy } from './origin.ts';
import { createPlayground, type PlaygroundPage } from './playground.ts';
import { hasReadableAddress, isMultipart, readParams } from './read-params.ts';
import { readMultipart } from './read-multipart.ts';
import { acceptsEventStream, serveEventStream, wantsOnlyEventStream } from './sse.ts';
import { Uploads } from './uploads.ts';

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

/** `application/json` for everything but the newer type, which a client has to ask for. */
const errorMediaType = (request: IncomingMessage): string =>
  request.headers.accept?.includes('application/graphql-response+json')
    ? 'application/graphql-response+json; charset=utf-8'
    : 'application/json; charset=utf-8';

const refuse = (
  { request, response, headers }: Exchange,
  code: ErrorCode,
  message: string,
  status: number = ERROR_CODES[code].http,
): void => {
  const retryable = ERROR_CODES[code].retryable;
  response
    .writeHead(status, { ...headers, 'content-type': errorMediaType(request) })
    .end(JSON.stringify({ errors: [{ message, extensions: { code, retryable } }] }));
};

const answer = ({ response, headers }: Exchange, status: number, body: object): void => {
  response
    .writeHead(status, { ...headers, 'content-type': 'application/json; charset=utf-8' })
    .end(JSON.stringify(body));
};

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

/** Answers in an event stream where one is wanted and fits; false: the operation belongs to plain HTTP. */
const serveStream = async (
  exchange: Exchange,
  params: OperationParams,
  principalId: string,
  { pipeline, heartbeatMs }: HttpOptions,
): Promise<boolean> => {
  const { request, response, headers, controller } = exchange;
  const origin: OperationOrigin = { principalId, signal: controller.signal, transport: 'sse' };
  const operation = prepareOperation(pipeline, params, origin, controller);
  const isSubscription = 'run' in operation && operation.type === 'subscription';
  if (!isSubscription && !wantsOnlyEventStream(request)) return false;
  if (request.method === 'GET' && 'run' in operation && operation.type === 'mutation') {
    refuse(exchange, 'INVALID_REQUEST', 'A mutation must be sent with POST.', 405);
    return true;
  }
  await serveEventStream(response, operation, headers, heartbeatMs);
  return true;
};

interface JsonAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

const executeJson = async (
  { request, url, headers, controller }: Exchange,
  body: Buffer,
  uploaded: OperationParams | undefined,
  principalId: string,
  { pipeline }: HttpOptions,
): Promise<JsonAnswer> => {
  const given = Object.entries(request.headers).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, Array.isArray(value) ? value.join(', ') : value] as [string, string]],
  );
  const result = await pipeline.fetch(
    url,
    {
      method: request.method ?? 'GET',
      headers: given,
      ...(request.method === 'GET' ? {} : { body: uploaded === undefined ? body.toString('utf8') : '' }),
    },
    { principalId, signal: controller.signal, transport: 'http', ...(uploaded && { uploaded }) },
  );
  return {
    status: result.status,
    headers: { ...Object.fromEntries(result.headers), ...headers },
    text: await result.text(),
  };
};

/** Answers an operation in an event stream, or gives its answer; what was uploaded for it has been removed by then. */
const execute = async (
  exchange: Exchange,
  principalId: string,
  options: HttpOptions,
): Promise<JsonAnswer | undefined> => {
  const { request, url } = exchange;
  const multipart = isMultipart(request);
  const streamable =
    acceptsEventStream(request) && (request.method === 'GET' || isJson(request) || multipart);
  await using uploads = new Uploads();
  const body = multipart ? Buffer.alloc(0) : await readBody(request, options.maxBodyBytes);
  const readJsonParams = () => (streamable ? readParams(request, url, body) : undefined);
  const params = multipart ? await readMultipart(request, uploads, options) : readJsonParams();
  if ((multipart || streamable) && params === undefined) {
    const message = 'The body must be a JSON object, or a GraphQL multipart request.';
    refuse(exchange, 'INVALID_REQUEST', message);
    return undefined;
  }
  if (streamable && params && (await serveStream(exchange, params, principalId, options))) return undefined;
  return await executeJson(exchange, body, multipart ? params : undefined, principalId, options);
};

const serveGraphql = async (exchange: Exchange, options: HttpOptions): Promise<void> => {
  const { request } = exchange;
  if (request.method === 'OPTIONS') return answerPreflight(exchange);
  // Among the others is HEAD, which a foreign page can send without being asked, as it can GET.
  if (request.method !== 'GET' && request.method !== 'POST')
    return refuse(
      { ...exchange, headers: { ...exchange.headers, allow: 'GET, POST, OPTIONS' } },
      'INVALID_REQUEST',
      `${request.method} is not a method of this address.`,
      405,
    );
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
  const result = await execute(exchange, principalId, options);
  const { response } = exchange;
  if (result !== undefined && !response.destroyed)
    response.writeHead(result.status, result.headers).end(result.text);
  return undefined;
};

const serveMetrics = async (exchange: Exchange, options: HttpOptions, metrics: Pick<Metrics, 'scrape'>) => {
  const { request, response, headers } = exchange;
  if (request.method !== 'GET' && request.method !== 'HEAD')
    return refuse(
      { ...exchange, headers: { ...headers, allow: 'GET, HEAD' } },
      'INVALID_REQUEST',
      `${request.method} is not a method of this address.`,
      405,
    );
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
      return answer(exchange, 200, { status: 'live' });
    case '/health/ready': {
      const { ready, body } = toReadiness(options.isClosing(), options.readinessChecks);
      return answer(exchange, ready ? 200 : 503, body);
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
