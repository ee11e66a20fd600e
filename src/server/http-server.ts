import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { sendNodeResponse } from '@whatwg-node/server';
import type { ServiceLog } from '../core/service-log.ts';
import { acceptsEventStream, acceptsMultipart } from './answer-type.ts';
import type { HttpContext } from './context.ts';
import { hasSeveralHosts } from './origin.ts';
import type { Yoga } from './prepare-operation.ts';
import { toRefusalResponse } from './refusal.ts';

export interface HttpOptions {
  readonly yoga: Pick<Yoga, 'handleNodeRequestAndResponse'>;
  /** Whether the server takes no new work any more. */
  readonly isClosing: () => boolean;
  readonly log: ServiceLog;
}

/**
 * Time for the arrival of a request, with the file of a batch; while it arrives it may not fall silent for long either.
 * A connection is kept for longer than load balancers usually keep theirs, so that none is closed under a request.
 */
const NODE_OPTIONS = { headersTimeout: 15_000, requestTimeout: 600_000, keepAliveTimeout: 65_000 };

/** How long what is left of a request is read once it has been answered, so that its client can read the answer. */
const LINGER_MS = 5_000;

/** A client that drips the body of a request that was refused would keep its connection for as long as it likes. */
const closeUnlessComplete = (req: IncomingMessage): void => {
  if (req.complete || req.destroyed) return;
  const impatience = setTimeout(() => req.socket.destroy(), LINGER_MS);
  impatience.unref();
  req.once('close', () => clearTimeout(impatience));
};

const createHttpContext = (req: IncomingMessage, res: ServerResponse): HttpContext => {
  const controller = new AbortController();
  res.on('close', () => {
    if (!res.writableFinished) controller.abort();
  });
  const { signal } = controller;
  const transport = acceptsEventStream(req) ? 'sse' : acceptsMultipart(req) ? 'multipart' : 'http';
  const lastEventId = transport === 'sse' ? req.headers['last-event-id'] : undefined;
  return { req, res, controller, signal, transport, lastEventId: lastEventId?.toString() || null };
};

const answer = async (context: HttpContext, { yoga, log }: HttpOptions): Promise<Response> => {
  const { req, res } = context;
  if (hasSeveralHosts(req))
    return toRefusalResponse(
      { code: 'INVALID_REQUEST', message: 'The request names several hosts.' },
      context,
    );
  // A proxy's request names a whole address, or none.
  if (req.url?.startsWith('/') !== true)
    return toRefusalResponse({ code: 'INVALID_REQUEST', message: 'The request names no path.' }, context);
  try {
    return await yoga.handleNodeRequestAndResponse(req, res, context);
  } catch (error) {
    log.error({ err: error }, 'a request failed because of a defect of this server');
    const message = 'The server failed to answer the request.';
    return toRefusalResponse({ code: 'INTERNAL', message }, context);
  }
};

/** The HTTP side of the server: Node's server in front of yoga. WebSockets are attached separately. Opens nothing. */
export const createHttpServer = (options: HttpOptions): Server =>
  createServer(NODE_OPTIONS, (req, res) => {
    res.on('finish', () => {
      // A connection kept open for the next request would keep a server open that takes none.
      if (options.isClosing()) req.socket.end();
      closeUnlessComplete(req);
    });
    answer(createHttpContext(req, res), options)
      .then((response) => sendNodeResponse(response, res, req, true))
      .catch((error: unknown) => {
        options.log.error({ err: error }, 'a response could not be sent');
        res.destroy();
      });
  });
