import { once } from 'node:events';
import { parseSettings } from '../../../config/env.ts';
import { MODEL_CONFIGS } from '../../../config/providers/index.ts';
import { createSchema } from '../../../src/schema/index.ts';
import { createHttpServer } from '../../../src/server/http-server.ts';
import { DEFAULT_LIMITS, maxBodyValuesOf } from '../../../src/server/limits.ts';
import { listen } from '../../../src/server/listen.ts';
import { createErrorMask } from '../../../src/server/mask-error.ts';
import { ProviderKeyReader } from '../../../src/server/provider-keys.ts';
import { createDocumentPolicy } from '../../../src/server/trusted-documents/resolve-document.ts';
import { serveWebSockets, WEBSOCKET_LIMITS } from '../../../src/server/websocket/websocket.ts';
import { createYogaServer, type YogaOptions } from '../../../src/server/yoga.ts';
import { authenticateLocally } from '../../../src/services/principals/authenticator.ts';
import { createMetrics } from '../../../src/telemetry/metrics.ts';
import { NO_LIMITS } from './no-limits.ts';

const ignore = (): void => undefined;
const log = { debug: ignore, info: ignore, warn: ignore, error: ignore };

/** The transports alone, on a free port, in front of services that a test makes up. */
export const serveBare = async (options: Pick<YogaOptions, 'services'> & Partial<YogaOptions>) => {
  const maskError = createErrorMask(log);
  const authenticate = authenticateLocally;
  const originPolicy = { loopbackOnly: true, allowedOrigins: [] };
  const schema = createSchema();
  const yoga = createYogaServer({
    ...parseSettings({}, Object.keys(MODEL_CONFIGS)),
    schema,
    limits: DEFAULT_LIMITS,
    rateLimits: NO_LIMITS,
    authenticate,
    originPolicy,
    isClosing: () => false,
    readinessChecks: {},
    metrics: createMetrics({}),
    servesMetrics: false,
    maskError,
    plugins: [],
    log,
    ...options,
  });
  const server = createHttpServer({ yoga, isClosing: () => false, log });
  const sockets = serveWebSockets(server, {
    yoga,
    rateLimits: NO_LIMITS,
    authenticate,
    originPolicy,
    maskError,
    documents: createDocumentPolicy(null),
    providerKeyReader: new ProviderKeyReader('off', () => []),
    streamOpened: () => ignore,
    onRefused: ignore,
    heartbeatMs: 30_000,
    limits: {
      ...WEBSOCKET_LIMITS,
      initTimeoutMs: 30_000,
      maxPayloadBytes: 1_000_000,
      maxPayloadValues: maxBodyValuesOf(DEFAULT_LIMITS),
      maxOperationsPerSocket: 4,
    },
    log,
  });
  const origin = await listen(server, '127.0.0.1', 0);
  return {
    schema,
    url: `${origin}/graphql`,
    async [Symbol.asyncDispose]() {
      sockets.terminate();
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
};
