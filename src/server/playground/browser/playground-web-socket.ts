/** Close codes of a server that does not accept the key: Unauthorized; Forbidden from servers up to 0.1. */
const UNAUTHORIZED_CODES: ReadonlySet<number> = new Set([4401, 4403]);

export interface PlaygroundWebSocketOptions {
  /** The page's own address. */
  readonly pageUrl: string;
  readonly findAuthorization: () => string | undefined;
  /** Called with each text message before it is sent. */
  readonly onSend: (message: string) => void;
  /** Called with each text message that comes. */
  readonly onMessage: (message: string) => void;
  /** Called when the server closes the socket because it does not accept the key. */
  readonly onUnauthorized: () => void;
}

/** The `connection_init` message with the key in its payload, where the payload has none; other messages as they are. */
export const withAuthorization = (message: string, authorization: string): string => {
  if (!message.includes('"connection_init"')) return message;
  const parsed = JSON.parse(message) as { readonly type?: unknown; readonly payload?: object };
  if (parsed.type !== 'connection_init') return message;
  return JSON.stringify({ ...parsed, payload: { authorization, ...parsed.payload } });
};

/**
 * A `WebSocket` that gives the key to the page's own server in `connection_init`, since a browser sends no headers of
 * a page's choice with a WebSocket.
 */
export const createPlaygroundWebSocket = (
  Base: typeof globalThis.WebSocket,
  { pageUrl, findAuthorization, onSend, onMessage, onUnauthorized }: PlaygroundWebSocketOptions,
): typeof globalThis.WebSocket => {
  const { host } = new URL(pageUrl);
  return class PlaygroundWebSocket extends Base {
    readonly #isOurs: boolean;

    constructor(url: string | URL, protocols?: string | string[]) {
      super(url, protocols);
      this.#isOurs = new URL(url, pageUrl).host === host;
      if (!this.#isOurs) return;
      this.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
        if (typeof data === 'string') onMessage(data);
      });
      this.addEventListener('close', ({ code }) => {
        if (UNAUTHORIZED_CODES.has(code)) onUnauthorized();
      });
    }

    override send(data: Parameters<WebSocket['send']>[0]): void {
      const authorization = this.#isOurs ? findAuthorization() : undefined;
      const isText = typeof data === 'string';
      if (isText && this.#isOurs) onSend(data);
      super.send(isText && authorization !== undefined ? withAuthorization(data, authorization) : data);
    }
  };
};
