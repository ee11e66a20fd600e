import { EventEmitter, once } from 'node:events';
import { createClient as createSseClient } from 'graphql-sse';
import { createClient as createWebSocketClient } from 'graphql-ws';
import WebSocket from 'ws';
import { parseSettings } from '../../../config/env.ts';
import type { Settings } from '../../../config/settings.ts';
import { MODEL_CONFIGS } from '../../../config/providers/index.ts';
import { type AppOverrides, buildApp } from '../../../src/app.ts';
import type { ServiceLog } from '../../../src/core/service-log.ts';

export interface LogLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly fields: Readonly<Record<string, unknown>>;
  readonly message: string;
}

export interface TestApp extends AsyncDisposable {
  readonly url: string;
  /** Every line the server has logged, oldest first. */
  readonly logLines: readonly LogLine[];
  /** The first log line that matches, waited for if it has not come yet. */
  logged(matches: (line: LogLine) => boolean): Promise<LogLine>;
  close(): Promise<void>;
}

/** A response to a GraphQL request, as a client reads it. */
export interface GraphqlResponse {
  // Tests read what they asked for; a wrong path is a failed assertion.
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly data?: any;
  readonly errors?: readonly {
    readonly message: string;
    readonly path?: readonly (string | number)[];
    readonly extensions?: Readonly<Record<string, unknown>>;
  }[];
}

const createTestLog = (): { log: ServiceLog; lines: LogLine[]; logged: TestApp['logged'] } => {
  const lines: LogLine[] = [];
  const written = new EventEmitter().setMaxListeners(0);
  const write =
    (level: LogLine['level']): ServiceLog['info'] =>
    (fields, message) => {
      lines.push({ level, fields, message });
      written.emit('line');
    };
  return {
    log: { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') },
    lines,
    logged: async (matches) => {
      for (;;) {
        const line = lines.find(matches);
        if (line !== undefined) return line;
        await once(written, 'line');
      }
    },
  };
};

/** Settings with nothing from this machine's environment: a free port, no delay between demo deltas, no keys. */
export const testSettings = (settings: Partial<Settings> = {}): Settings => ({
  ...parseSettings({ PORT: '0', MODELGRAPH_DEMO_DELAY_MS: '0' }, Object.keys(MODEL_CONFIGS)),
  shutdownGraceMs: 0,
  dataDirectory: null,
  disconnectGraceMs: 0,
  maxAttempts: 1,
  circuitFailures: 0,
  ...settings,
});

/**
 * The clock that the catalogue's days go by: it runs, and begins on the day on which the built-in catalogue was checked.
 * With the real one, tests of a model would fail from the day on which its vendor shuts it down.
 */
export const catalogueClock = (): number => Date.parse('2026-11-29T06:00:00Z') + performance.now();

/** A whole server on a free loopback port. `await using app = await startApp()` closes it at the end of the test. */
export const startApp = async (
  settings: Partial<Settings> = {},
  overrides: AppOverrides = {},
): Promise<TestApp> => {
  const { log, lines, logged } = createTestLog();
  const app = await buildApp(testSettings(settings), log, { now: catalogueClock, ...overrides });
  const url = await app.listen();
  const close = (): Promise<void> => app.close();
  return { url, logLines: lines, logged, close, [Symbol.asyncDispose]: close };
};

/** One GraphQL request over plain HTTP. */
export const request = async (
  { url }: Pick<TestApp, 'url'>,
  query: string,
  variables: Readonly<Record<string, unknown>> = {},
  init: { readonly headers?: Readonly<Record<string, string>>; readonly signal?: AbortSignal } = {},
): Promise<GraphqlResponse> => {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...init.headers },
    body: JSON.stringify({ query, variables }),
    ...(init.signal && { signal: init.signal }),
  });
  return (await response.json()) as GraphqlResponse;
};

export interface StreamOptions {
  /** Called with each result; the stream ends when it gives true. */
  readonly until?: (result: GraphqlResponse, index: number) => boolean;
}

const wantsAction = ({ data }: GraphqlResponse): boolean =>
  (data?.generate ?? data?.generationEvents)?.__typename === 'ActionRequired';

const collectResults = async (
  results: AsyncIterable<unknown>,
  { until }: StreamOptions,
): Promise<GraphqlResponse[]> => {
  const collected: GraphqlResponse[] = [];
  for await (const result of results) {
    const plain = structuredClone(result) as GraphqlResponse;
    collected.push(plain);
    // A generation that wants tool results goes on only when somebody submits them.
    if ((until ?? wantsAction)(plain, collected.length - 1)) break;
  }
  return collected;
};

/** Every result of an operation over a real `graphql-ws` client, on a socket of its own. */
export const collectOverWebSocket = async (
  { url }: Pick<TestApp, 'url'>,
  query: string,
  variables: Readonly<Record<string, unknown>> = {},
  options: StreamOptions = {},
): Promise<GraphqlResponse[]> => {
  const client = createWebSocketClient({
    url: url.replace(/^http/, 'ws'),
    webSocketImpl: WebSocket,
    retryAttempts: 0,
  });
  try {
    return await collectResults(client.iterate({ query, variables: { ...variables } }), options);
  } finally {
    await client.dispose();
  }
};

/** Every result of an operation over a real `graphql-sse` client. */
export const collectOverSse = async (
  { url }: Pick<TestApp, 'url'>,
  query: string,
  variables: Readonly<Record<string, unknown>> = {},
  options: StreamOptions = {},
): Promise<GraphqlResponse[]> => {
  const client = createSseClient({ url, retryAttempts: 0 });
  try {
    return await collectResults(client.iterate({ query, variables: { ...variables } }), options);
  } finally {
    client.dispose();
  }
};

/** The three ways to the server, by name. */
export const TRANSPORTS = {
  http: async (
    app: Pick<TestApp, 'url'>,
    query: string,
    variables: Readonly<Record<string, unknown>> = {},
  ) => [await request(app, query, variables)],
  sse: collectOverSse,
  websocket: collectOverWebSocket,
} as const;

/** A bare WebSocket that speaks the protocol by hand, for what a real client would never send. */
export const openSocket = async (
  { url }: Pick<TestApp, 'url'>,
  options: { readonly headers?: Readonly<Record<string, string>>; readonly init?: boolean } = {},
): Promise<WebSocket> => {
  const socket = new WebSocket(url.replace(/^http/, 'ws'), 'graphql-transport-ws', {
    headers: { ...options.headers },
  });
  await once(socket, 'open');
  if (options.init === false) return socket;
  const acknowledged = once(socket, 'message');
  socket.send(JSON.stringify({ type: 'connection_init' }));
  await acknowledged;
  return socket;
};
