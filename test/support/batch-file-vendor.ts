import { setTimeout as wait } from 'node:timers/promises';
import { sendJson, startUpstream, type UpstreamRequest } from './upstream-server.ts';

/** A batch as this vendor keeps it. */
export interface FileBatch {
  readonly id: string;
  /** What the server gave it to store. */
  readonly key: string;
  readonly customIds: readonly string[];
  polls: number;
}

export interface BatchFileVendor extends AsyncDisposable {
  /** The address of its API. */
  readonly url: string;
  /** Every batch that was ever created, whoever knows of it. */
  readonly batches: readonly FileBatch[];
}

export interface BatchFileVendorOptions {
  /** From 0 to below 1. */
  readonly random: () => number;
  /** The longest it takes to do something, and to say so when it is done, in milliseconds. */
  readonly delayMs: number;
  /** How often it is asked about a batch until that has ended. */
  readonly polls: number;
}

/** Tokens of each answer. */
export const ANSWER_TOKENS = { input: 10, output: 5 };

const answerLine = (customId: string): string =>
  JSON.stringify({
    id: `request-${customId}`,
    custom_id: customId,
    response: {
      status_code: 200,
      request_id: customId,
      body: {
        id: `chatcmpl-${customId}`,
        object: 'chat.completion',
        choices: [
          {
            index: 0,
            message: { role: 'assistant', content: `Answer to ${customId}`, refusal: null },
            finish_reason: 'stop',
          },
        ],
        usage: {
          prompt_tokens: ANSWER_TOKENS.input,
          completion_tokens: ANSWER_TOKENS.output,
          total_tokens: ANSWER_TOKENS.input + ANSWER_TOKENS.output,
        },
      },
    },
    error: null,
  });

/** OpenAI's batches by way of files, on a real socket, with pauses in which a server can die. */
export const startBatchFileVendor = async ({
  random,
  delayMs,
  polls,
}: BatchFileVendorOptions): Promise<BatchFileVendor> => {
  const files = new Map<string, readonly string[]>();
  const batches: FileBatch[] = [];
  const pause = (): Promise<void> => wait(random() * delayMs);

  const toBody = ({ id, key, customIds, polls: seen }: FileBatch) => ({
    id,
    object: 'batch',
    endpoint: '/v1/chat/completions',
    status: seen > polls ? 'completed' : 'in_progress',
    output_file_id: seen > polls ? `output-${id}` : null,
    error_file_id: null,
    created_at: Math.floor(Date.now() / 1_000),
    metadata: { modelgraph_batch: key },
    request_counts: { total: customIds.length, completed: Math.min(seen, customIds.length), failed: 0 },
  });

  const answer = async (exchange: UpstreamRequest): Promise<void> => {
    const { method, path, body, response } = exchange;
    const [, , resource = '', id = '', part = ''] = path.replace(/\?.*/, '').split('/');
    await pause();
    const reply = async (value: unknown): Promise<void> => {
      await pause();
      if (!response.destroyed) sendJson(exchange, value);
    };
    if (method === 'POST' && resource === 'files') {
      const fileId = `file-${files.size + 1}`;
      files.set(
        fileId,
        [...body.matchAll(/"custom_id":"([^"]*)"/g)].map(([, customId = '']) => customId),
      );
      return reply({ id: fileId, object: 'file', purpose: 'batch' });
    }
    if (method === 'POST' && resource === 'batches' && id === '') {
      const { input_file_id: fileId, metadata } = JSON.parse(body) as {
        readonly input_file_id: string;
        readonly metadata: { readonly modelgraph_batch: string };
      };
      const batch: FileBatch = {
        id: `batch-${batches.length + 1}`,
        key: metadata.modelgraph_batch,
        customIds: files.get(fileId) ?? [],
        polls: 0,
      };
      batches.push(batch);
      return reply(toBody(batch));
    }
    if (method === 'GET' && resource === 'batches' && id === '')
      return reply({ object: 'list', data: batches.toReversed().map(toBody), has_more: false });
    const batch = batches.find((candidate) => candidate.id === id.replace(/^output-/, ''));
    if (batch === undefined) return sendJson(exchange, { error: { message: 'not found' } }, { status: 404 });
    if (resource === 'batches') {
      batch.polls += 1;
      return reply(toBody(batch));
    }
    if (part !== 'content') return sendJson(exchange, { error: { message: 'not found' } }, { status: 404 });
    response.writeHead(200, { 'content-type': 'application/octet-stream' });
    for (const [index, customId] of batch.customIds.entries()) {
      if (response.destroyed) return;
      response.write(`${answerLine(customId)}\n`);
      if (index % 200 === 199) await pause();
    }
    response.end();
  };
  const upstream = await startUpstream(answer);
  return {
    url: `${upstream.origin}/v1`,
    batches,
    [Symbol.asyncDispose]: () => upstream[Symbol.asyncDispose](),
  };
};
