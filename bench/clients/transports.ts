import { subscribeOverSse } from './subscribe-over-sse.ts';
import { subscribeOverWebSocket } from './subscribe-over-websocket.ts';
import type { Subscribe } from './subscription.ts';

export interface MeasuredTransport {
  readonly name: string;
  /** The package that the bare server of this transport uses. */
  readonly bare: string;
  readonly subscribe: Subscribe;
}

export const WEB_SOCKET: MeasuredTransport = {
  name: 'graphql-ws',
  bare: '`ws`',
  subscribe: subscribeOverWebSocket,
};
export const SSE: MeasuredTransport = { name: 'SSE', bare: '`node:http`', subscribe: subscribeOverSse };

export const TRANSPORTS: readonly MeasuredTransport[] = [WEB_SOCKET, SSE];
