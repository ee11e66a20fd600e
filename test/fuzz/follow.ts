import { createClient as createSseClient } from 'graphql-sse';
import { createClient as createWebSocketClient } from 'graphql-ws';
import WebSocket from 'ws';
import type { GraphqlResponse } from '../support/app/app.ts';
import type { Operation, Server } from '../support/app/clients.ts';

/** How a client hears of a generation. */
export const WAYS = ['websocket', 'websocket', 'websocket', 'sse', 'http'] as const;
export type Way = (typeof WAYS)[number];

export interface Followed {
  readonly results: readonly GraphqlResponse[];
  /** `complete` where the stream ended by itself; else why it did not. */
  readonly end: string;
}

interface Client {
  readonly iterate: (operation: Operation) => AsyncIterable<unknown>;
  readonly dispose: () => void | Promise<void>;
}

const OPEN: Readonly<Record<'websocket' | 'sse', (url: string) => Client>> = {
  websocket: (url) =>
    createWebSocketClient({ url: url.replace(/^http/, 'ws'), webSocketImpl: WebSocket, retryAttempts: 0 }),
  sse: (url) => createSseClient({ url, retryAttempts: 0 }),
};

const codeOf = (error: unknown): unknown =>
  typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;

const describe = (error: unknown): string => {
  if (Array.isArray(error)) return `refused: ${JSON.stringify(error).slice(0, 300)}`;
  if (error instanceof Error) return error.message;
  return `closed: ${String(codeOf(error))}`;
};

/** The server did not hear of the connection in time: the machine was busy with something else, and nothing has begun. */
const NOT_BEGUN = 4408;
const MOST_CONNECTIONS = 5;

/** Follows a subscription to its end, or until `patienceMs` have passed. Every result is handed to `hear` as it comes. */
export const follow = async (
  { url }: Server,
  way: 'websocket' | 'sse',
  operation: Operation,
  patienceMs: number,
  hear: (result: GraphqlResponse) => void = () => undefined,
): Promise<Followed> => {
  const results: GraphqlResponse[] = [];
  let client = OPEN[way](url);
  const read = async (connections = 1): Promise<string> => {
    try {
      for await (const result of client.iterate(operation)) {
        const plain = structuredClone(result) as GraphqlResponse;
        results.push(plain);
        hear(plain);
      }
      return 'complete';
    } catch (error) {
      if (codeOf(error) !== NOT_BEGUN || connections === MOST_CONNECTIONS) return describe(error);
      await client.dispose();
      client = OPEN[way](url);
      return read(connections + 1);
    }
  };
  const { promise: late, resolve } = Promise.withResolvers<string>();
  const impatience = setTimeout(() => resolve(`no end within ${patienceMs / 1_000} s`), patienceMs);
  const end = await Promise.race([read(), late]);
  clearTimeout(impatience);
  await client.dispose();
  return { results, end };
};
