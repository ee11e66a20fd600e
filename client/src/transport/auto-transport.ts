import { ModelgraphError } from '../modelgraph-error.ts';
import type { GraphqlResult, Transport } from '../transport.ts';

/** Refusals that another transport would get as well. */
const ALSO_ELSEWHERE: ReadonlySet<string> = new Set(['UNAUTHENTICATED', 'RATE_LIMITED', 'INVALID_REQUEST']);

const isRefused = (error: unknown): boolean =>
  error instanceof ModelgraphError && ALSO_ELSEWHERE.has(error.code);

/**
 * WebSocket, and SSE where no WebSocket opens: behind a proxy that lets none through, say. Whichever has opened last is
 * tried first the next time. A subscription changes over only before the server has accepted its connection.
 */
export const createAutoTransport = (webSocket: Transport | undefined, sse: Transport): Transport => {
  let preferred = webSocket ?? sse;

  return {
    async *subscribe(request, options) {
      let isOpen = false;
      const over = (transport: Transport): AsyncIterable<GraphqlResult> =>
        transport.subscribe(request, {
          ...options,
          onOpen: () => {
            preferred = transport;
            isOpen = true;
            options.onOpen?.();
          },
        });
      const first = preferred;
      try {
        yield* over(first);
        return;
      } catch (error) {
        if (isOpen || options.signal.aborted || isRefused(error) || first === sse) throw error;
      }
      yield* over(sse);
    },
    dispose() {
      webSocket?.dispose();
      sse.dispose();
    },
  };
};
