import type { ModelgraphOptions } from '../modelgraph.ts';
import type { Transport } from '../transport.ts';
import { createAutoTransport } from './auto-transport.ts';
import { createSseTransport } from './sse-transport.ts';
import { createWebSocketTransport } from './websocket-transport.ts';

/** What is asked of a client without a WebSocket of its own or of the environment. */
const hasWebSocket = ({ webSocket }: ModelgraphOptions): boolean =>
  webSocket !== undefined || typeof globalThis.WebSocket === 'function';

/** The transport that the options name. */
export const createTransport = (
  options: ModelgraphOptions,
  sse: Transport = createSseTransport(options),
): Transport => {
  const { transport = 'auto' } = options;
  if (typeof transport === 'object') return transport;
  if (transport === 'sse') return sse;
  const webSocket = createWebSocketTransport(options);
  if (transport === 'websocket') return webSocket;
  return createAutoTransport(hasWebSocket(options) ? webSocket : undefined, sse);
};
