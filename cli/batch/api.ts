import { setTimeout as wait } from 'node:timers/promises';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { ApiError, ask, isErrorList, post, type Server } from '../api.ts';

export interface BatchState {
  readonly id: string;
  readonly displayName: string | null;
  readonly status: string;
  readonly mode: string;
  readonly model: { readonly name: string };
  readonly counts: {
    readonly total: number;
    readonly pending: number;
    readonly succeeded: number;
    readonly failed: number;
    readonly cancelled: number;
    readonly expired: number;
  };
  readonly cost: { readonly total: number; readonly currency: string } | null;
  readonly error: { readonly code: string; readonly message: string } | null;
  readonly createdAt: string;
}

/** About ten minutes in all, after which the command fails. */
const RETRIES = 60;
const FIRST_RETRY_MS = 500;
const MAX_RETRY_MS = 10_000;

const STATE = `
  id displayName status mode createdAt
  model { name }
  counts { total pending succeeded failed cancelled expired }
  cost { total currency }
  error { code message }
`;

export interface Submission {
  readonly file: Blob;
  readonly displayName: string | null;
  readonly idempotencyKey: string | null;
}

/** Submits a file of requests. The file is streamed. */
export const submitBatch = async (
  server: Server,
  { file, displayName, idempotencyKey }: Submission,
  signal: AbortSignal,
): Promise<BatchState> => {
  const form = new FormData();
  const query = `mutation ($input: SubmitBatchInput!) { submitBatch(input: $input) { ${STATE} } }`;
  const input = { file: null, displayName, idempotencyKey };
  form.append('operations', JSON.stringify({ query, variables: { input } }));
  form.append('map', JSON.stringify({ file: ['variables.input.file'] }));
  form.append('file', file, 'requests.jsonl');
  return (await post<{ readonly submitBatch: BatchState }>(server, form, signal)).submitBatch;
};

const found = (batch: BatchState | null, id: string): BatchState => {
  if (batch === null) throw new Error(`There is no batch ${id}, or it is not yours.`);
  return batch;
};

export const getBatch = async (server: Server, id: string, signal: AbortSignal): Promise<BatchState> => {
  const query = `query ($id: ID!) { batch(id: $id) { ${STATE} } }`;
  const { batch } = await ask<{ readonly batch: BatchState | null }>(server, query, { id }, signal);
  return found(batch, id);
};

export const cancelBatch = async (server: Server, id: string, signal: AbortSignal): Promise<BatchState> => {
  const query = `mutation ($id: ID!) { cancelBatch(id: $id) { ${STATE} } }`;
  return (await ask<{ readonly cancelBatch: BatchState }>(server, query, { id }, signal)).cancelBatch;
};

export const listBatches = async (server: Server, signal: AbortSignal): Promise<readonly BatchState[]> => {
  const query = `{ batches(first: 50) { nodes { ${STATE} } } }`;
  const { batches } = await ask<{ readonly batches: { readonly nodes: readonly BatchState[] } }>(
    server,
    query,
    {},
    signal,
  );
  return batches.nodes;
};

interface ItemPage {
  readonly batch: {
    readonly items: {
      readonly nodes: readonly object[];
      readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
    };
  } | null;
}

/** The results that exist so far, in the order of the requests, read page by page. */
export async function* readResults(
  server: Server,
  id: string,
  signal: AbortSignal,
): AsyncGenerator<object, void, undefined> {
  const query = `query ($id: ID!, $after: String) {
    batch(id: $id) {
      items(first: 100, after: $after, status: [SUCCEEDED, FAILED, CANCELLED, EXPIRED]) {
        nodes {
          customId status text reasoning output finishReason rawFinishReason
          toolCalls { callId name arguments }
          citations { url title snippet startIndex endIndex }
          usage { inputTokens outputTokens totalTokens }
          cost { total currency }
          warnings { code message path }
          error { code message }
          metadata
        }
        pageInfo { hasNextPage endCursor }
      }
    }
  }`;
  for (let after: string | null = null, more = true; more; ) {
    const { batch }: ItemPage = await ask<ItemPage>(server, query, { id, after }, signal);
    if (batch === null) throw new Error(`There is no batch ${id}, or it is not yours.`);
    yield* batch.items.nodes;
    ({ hasNextPage: more, endCursor: after } = batch.items.pageInfo);
  }
}

interface WatchOptions {
  readonly signal: AbortSignal;
  /** Called before each attempt to restore a lost connection. */
  readonly onRetry: () => void;
}

async function* subscribeToBatch(
  server: Server,
  id: string,
  { signal, onRetry }: WatchOptions,
): AsyncGenerator<BatchState, void, undefined> {
  const client = createClient({
    url: server.url.replace(/^http/, 'ws'),
    webSocketImpl: WebSocket,
    retryAttempts: RETRIES,
    retryWait: async (retries) => {
      onRetry();
      await wait(Math.min(2 ** retries * FIRST_RETRY_MS, MAX_RETRY_MS), undefined, { signal }).catch(
        () => undefined,
      );
    },
    shouldRetry: () => !signal.aborted,
    ...(server.key !== null && { connectionParams: { authorization: `Bearer ${server.key}` } }),
  });
  const query = `subscription ($id: ID!) { batchUpdated(id: $id) { ${STATE} } }`;
  const updates = client.iterate<{ readonly batchUpdated: BatchState }>({ query, variables: { id } });
  const stop = (): void => void updates.return?.();
  signal.addEventListener('abort', stop, { once: true });
  try {
    for await (const { data, errors } of updates) {
      if (isErrorList(errors)) throw new ApiError(errors[0]);
      if (data) yield data.batchUpdated;
    }
  } catch (error) {
    throw isErrorList(error) ? new ApiError(error[0]) : error;
  } finally {
    signal.removeEventListener('abort', stop);
    await client.dispose();
  }
}

export const hasEnded = ({ status }: BatchState): boolean =>
  ['COMPLETED', 'CANCELLED', 'FAILED', 'EXPIRED'].includes(status);

/**
 * The state of a batch, then each change until its end, or until the signal is aborted. A lost connection is restored,
 * for some minutes. A server that shuts down ends the subscription, which then continues on another server, or on the
 * same one after its restart.
 */
export async function* watchBatch(
  server: Server,
  id: string,
  options: WatchOptions,
): AsyncGenerator<BatchState, void, undefined> {
  for (;;) {
    for await (const state of subscribeToBatch(server, id, options)) {
      yield state;
      if (hasEnded(state)) return;
    }
    if (options.signal.aborted) return;
    options.onRetry();
    await wait(FIRST_RETRY_MS, undefined, { signal: options.signal }).catch(() => undefined);
  }
}
