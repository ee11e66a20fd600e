import { setPriority } from 'node:os';
import WebSocket from 'ws';
import { toGenerate } from '../clients/subscription.ts';
import { answerParent, readOptions } from './answer-parent.ts';

export interface AttackerOptions {
  readonly url: string;
  readonly key: string;
}

/** What one key has got: open or running at the same time, or taken in all. */
export interface Loot {
  readonly requests: number;
  readonly refused: number;
  readonly sockets: number;
  readonly generations: number;
  readonly batches: number;
  readonly uploadedMib: number;
}

const MIB = 1024 * 1024;
const { url, key } = readOptions() as AttackerOptions;
const authorization = `Bearer ${key}`;

// The client that is measured beside it has a machine of its own, as far as one core can be that.
setPriority(15);

const taken = { requests: 0, refused: 0, generations: 0, batches: 0, uploadedMib: 0 };
const sockets = new Set<WebSocket>();
const over = new AbortController();

interface Result {
  readonly status?: number;
  readonly data?: Readonly<Record<string, unknown>> | null;
  readonly errors?: readonly { readonly extensions?: { readonly code?: string } }[];
}

const send = async (body: string | FormData, headers: Readonly<Record<string, string>>): Promise<Result> => {
  taken.requests += 1;
  try {
    const response = await fetch(url, { method: 'POST', headers: { authorization, ...headers }, body });
    const result = (await response.json()) as Result;
    if (result.errors?.some(({ extensions }) => extensions?.code === 'RATE_LIMITED') === true)
      taken.refused += 1;
    return { ...result, status: response.status };
  } catch {
    // The server has closed the connection, which is one answer as well.
    taken.refused += 1;
    return {};
  }
};

const JSON_TYPE = { 'content-type': 'application/json' };

const start = async (): Promise<void> => {
  const query = 'mutation ($input: GenerateInput!) { startGeneration(input: $input) { id } }';
  const plan = { key: 'attack', deltas: null, intervalMs: 0 };
  const { data } = await send(
    JSON.stringify(toGenerate(plan, query, { onDisconnect: 'CONTINUE' })),
    JSON_TYPE,
  );
  if (data?.['startGeneration'] != null) taken.generations += 1;
};

const submit = async (): Promise<void> => {
  const requests = Array.from({ length: 50 }, (_, at) => ({
    customId: String(at),
    input: { model: 'gpt-4o', prompt: JSON.stringify({ key: 'attack', deltas: null, intervalMs: 0 }) },
  }));
  const query = 'mutation ($input: SubmitBatchInput!) { submitBatch(input: $input) { id } }';
  const { data } = await send(JSON.stringify({ query, variables: { input: { requests } } }), JSON_TYPE);
  if (data?.['submitBatch'] != null) taken.batches += 1;
};

const file = new File([new Uint8Array(4 * MIB)], 'requests.jsonl');

const upload = async (): Promise<void> => {
  const form = new FormData();
  const query = 'mutation ($input: SubmitBatchInput!) { submitBatch(input: $input) { id } }';
  form.append('operations', JSON.stringify({ query, variables: { input: { file: null } } }));
  form.append('map', JSON.stringify({ 0: ['variables.input.file'] }));
  form.append('0', file);
  const { status } = await send(form, { 'graphql-require-preflight': '1' });
  // The file is no batch, which is found out once it has come.
  if (status === 200) taken.uploadedMib += 4;
};

const connect = (): Promise<void> => {
  const { promise, resolve } = Promise.withResolvers<void>();
  taken.requests += 1;
  const socket = new WebSocket(url.replace(/^http/, 'ws'), 'graphql-transport-ws', {
    headers: { authorization },
  });
  socket.on('open', () => socket.send('{"type":"connection_init"}'));
  socket.on('message', () => {
    sockets.add(socket);
    resolve();
  });
  socket.on('error', () => resolve());
  socket.on('close', () => {
    if (!sockets.delete(socket)) taken.refused += 1;
    resolve();
  });
  return promise;
};

const repeat = async (work: () => Promise<void>): Promise<void> => {
  while (!over.signal.aborted) await work();
};

const attack = (): void => {
  for (let at = 0; at < 32; at += 1) void repeat(start);
  for (let at = 0; at < 32; at += 1) void repeat(connect);
  for (let at = 0; at < 4; at += 1) void repeat(submit);
  for (let at = 0; at < 4; at += 1) void repeat(upload);
};

answerParent(
  {},
  {
    attack,
    loot: (): Loot => ({ ...taken, sockets: sockets.size }),
    stop: () => {
      over.abort();
      for (const socket of sockets) socket.terminate();
    },
  },
);
