import { ModelgraphError } from '../modelgraph-error.ts';
import type { GraphqlResult, SubscribeOptions, Transport } from '../transport.ts';

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

  async function* over(
    transport: Transport,
    request: Parameters<Transport['subscribe']>[0],
    { onOpen, ...options }: SubscribeOptions,
    opened: () => void,
  ): AsyncGenerator<GraphqlResult, void, undefined> {
    const open = (): void => {
      preferred = transport;
      opened();
      onOpen?.();
    };
    yield* transport.subscribe(request, { ...options, onOpen: open });
  }

  return {
    async *subscribe(request, options) {
      let isOpen = false;
      const opened = (): void => {
        isOpen = true;
      };
      const first = preferred;
      try {
        yield* over(first, request, options, opened);
        return;
      } catch (error) {
        if (isOpen || options.signal.aborted || isRefused(error) || first === sse) throw error;
      }
      yield* over(sse, request, options, opened);
    },
    dispose() {
      webSocket?.dispose();
      sse.dispose();
    },
  };
};
