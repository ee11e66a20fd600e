import { once } from 'node:events';
import { createClient as createSseClient } from 'graphql-sse';
import { createClient as createWebSocketClient } from 'graphql-ws';
import WebSocket from 'ws';
import type { GraphqlResponse, TestApp } from './app.ts';

export type Server = Pick<TestApp, 'url'>;

export interface Operation {
  readonly query: string;
  readonly variables?: Record<string, unknown>;
  readonly operationName?: string;
}

type Headers = Readonly<Record<string, string>>;

const JSON_TYPE = { 'content-type': 'application/json' } as const;

/** A POST with a JSON body, whatever that is. */
export const post = (
  { url }: Server,
  body: unknown,
  { headers, signal }: { readonly headers?: Headers; readonly signal?: AbortSignal } = {},
): Promise<Response> =>
  fetch(url, {
    method: 'POST',
    headers: { ...JSON_TYPE, ...headers },
    body: JSON.stringify(body),
    ...(signal && { signal }),
  });

const isErrorList = (value: unknown): value is NonNullable<GraphqlResponse['errors']> => Array.isArray(value);

/** All that one operation gives over plain HTTP, over SSE and over WebSocket; a refusal is a response with errors. */
export const ANSWERS: Readonly<
  Record<'http' | 'sse' | 'websocket', (server: Server, operation: Operation) => Promise<GraphqlResponse[]>>
> = {
  http: async (server, operation) => [(await (await post(server, operation)).json()) as GraphqlResponse],
  sse: async ({ url }, operation) => {
    const client = createSseClient({ url, retryAttempts: 0 });
    try {
      const answers: GraphqlResponse[] = [];
      for await (const answer of client.iterate(operation))
        answers.push(structuredClone(answer) as GraphqlResponse);
      return answers;
    } finally {
      client.dispose();
    }
  },
  websocket: async ({ url }, operation) => {
    const client = createWebSocketClient({
      url: url.replace(/^http/, 'ws'),
      webSocketImpl: WebSocket,
      retryAttempts: 0,
    });
    try {
      const answers: GraphqlResponse[] = [];
      for await (const answer of client.iterate(operation))
        answers.push(structuredClone(answer) as GraphqlResponse);
      return answers;
    } catch (error) {
      if (isErrorList(error)) return [{ errors: error }];
      throw error;
    } finally {
      await client.dispose();
    }
  },
};

export interface SocketMessage {
  readonly type: string;
  readonly id?: string;
  // Tests read what they asked for; a wrong path is a failed assertion.
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly payload?: any;
}

export interface RawSocket extends AsyncDisposable {
  readonly socket: WebSocket;
  /** Everything the server has sent, oldest first. */
  readonly messages: readonly SocketMessage[];
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
  send(message: unknown): void;
  /** The first message that matches, waited for if it has not come yet. */
  received(matches: (message: SocketMessage) => boolean): Promise<SocketMessage>;
}

/** Frames by hand, for what a real client would never send or would hide. Nothing that arrives is lost. */
export const openRawSocket = async (
  { url }: Server,
  options: {
    readonly headers?: Headers;
    readonly protocol?: string | null;
    /** The payload of `connection_init`; null: none is sent. */
    readonly init?: Readonly<Record<string, unknown>> | null;
    readonly socket?: WebSocket.ClientOptions;
  } = {},
): Promise<RawSocket> => {
  const protocols = options.protocol === null ? [] : [options.protocol ?? 'graphql-transport-ws'];
  const socket = new WebSocket(url.replace(/^http/, 'ws'), protocols, {
    headers: { ...options.headers },
    ...options.socket,
  });
  const messages: SocketMessage[] = [];
  let arrival = Promise.withResolvers<void>();
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.on('close', (code, reason) => resolve({ code, reason: String(reason) }));
  });
  socket.on('message', (data: Buffer) => {
    messages.push(JSON.parse(data.toString('utf8')) as SocketMessage);
    arrival.resolve();
    arrival = Promise.withResolvers<void>();
  });
  const received = async (matches: (message: SocketMessage) => boolean): Promise<SocketMessage> => {
    for (;;) {
      const message = messages.find(matches);
      if (message !== undefined) return message;
      const end = await Promise.race([arrival.promise, closed]);
      if (end !== undefined && !messages.some(matches))
        throw new Error(`the socket was closed with ${end.code} ${end.reason}`);
    }
  };
  const send = (message: unknown): void =>
    socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  await once(socket, 'open');
  // After this, a frame the server refuses is its right.
  socket.on('error', () => undefined);
  if (options.init !== null) {
    send({ type: 'connection_init', ...(options.init && { payload: options.init }) });
    await Promise.race([received(({ type }) => type === 'connection_ack'), closed]);
  }
  return {
    socket,
    messages,
    closed,
    send,
    received,
    [Symbol.asyncDispose]: async () => {
      socket.terminate();
      await closed;
    },
  };
};

export interface EventSourceStream {
  readonly response: Response;
  /** Everything that has arrived, as text. */
  readonly text: () => string;
  /** Resolves once the text matches; rejects when the stream ends without that. */
  received(pattern: RegExp): Promise<void>;
  /** The whole text, once the stream has ended. */
  readonly ended: Promise<string>;
  /** Closes the connection as a browser does that leaves the page. */
  leave(): void;
}

/** An event stream byte by byte, for what a real client hides: comments, and how it ends. */
export const openEventStream = async (
  server: Server,
  operation: Operation,
  headers: Headers = {},
): Promise<EventSourceStream> => {
  const controller = new AbortController();
  const response = await post(server, operation, {
    headers: { accept: 'text/event-stream', ...headers },
    signal: controller.signal,
  });
  let text = '';
  let arrival = Promise.withResolvers<void>();
  const read = async (): Promise<string> => {
    const decoder = new TextDecoder();
    for await (const chunk of response.body ?? []) {
      text += decoder.decode(chunk, { stream: true });
      arrival.resolve();
      arrival = Promise.withResolvers<void>();
    }
    return text;
  };
  const ended = read();
  // Whoever leaves does not ask how it ended.
  ended.catch(() => undefined);
  return {
    response,
    text: () => text,
    received: async (pattern) => {
      while (!pattern.test(text)) {
        const end = await Promise.race([arrival.promise, ended]);
        if (end !== undefined && !pattern.test(text)) throw new Error(`the stream ended with: ${end}`);
      }
    },
    ended,
    leave: () => controller.abort(),
  };
};
