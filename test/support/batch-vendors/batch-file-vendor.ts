import {
  ANSWER_TOKENS,
  answerTo,
  type BatchVendor,
  type BatchVendorOptions,
  createVendorManners,
  type KeptBatch,
  pageOf,
} from './batch-vendor-socket.ts';
import { sendJson, startUpstream, type UpstreamRequest } from '../upstream/upstream-server.ts';

export type BatchFileVendor = BatchVendor;

interface FileBatch extends KeptBatch {
  /** What the server gave it to store. */
  readonly key: string;
}

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
            message: { role: 'assistant', content: answerTo(customId), refusal: null },
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
export const startBatchFileVendor = async (options: BatchVendorOptions): Promise<BatchFileVendor> => {
  const { polls } = options;
  const { pause, tell, takesUpload, create, stream } = createVendorManners('openai', options);
  const files = new Map<string, readonly string[]>();
  const batches: FileBatch[] = [];
  let created = 0;

  const toBody = ({ id, key, customIds, createdAt, polls: seen }: FileBatch) => ({
    id,
    object: 'batch',
    endpoint: '/v1/chat/completions',
    status: seen > polls ? 'completed' : 'in_progress',
    output_file_id: seen > polls ? `output-${id}` : null,
    error_file_id: null,
    created_at: Math.floor(createdAt.getTime() / 1_000),
    metadata: { modelgraph_batch: key },
    request_counts: { total: customIds.length, completed: Math.min(seen, customIds.length), failed: 0 },
  });

  const answer = async (exchange: UpstreamRequest): Promise<void> => {
    const { method, path, body, response, closed } = exchange;
    const { pathname, searchParams } = new URL(path, 'http://vendor');
    const [, , resource = '', id = '', part = ''] = pathname.split('/');
    const reply = async (value: unknown): Promise<void> => {
      await pause();
      if (!response.destroyed) sendJson(exchange, value);
    };
    await pause();
    if (method === 'POST' && resource === 'files') {
      const fileId = `file-${files.size + 1}`;
      const customIds = [...body.matchAll(/"custom_id":"([^"]*)"/g)].map(([, customId = '']) => customId);
      files.set(fileId, customIds);
      await reply({ id: fileId, object: 'file', purpose: 'batch' });
      await closed;
      await tell(exchange, 'uploaded', customIds[0] ?? null);
      return;
    }
    if (method === 'POST' && resource === 'batches' && id === '') {
      const { input_file_id: fileId, metadata } = JSON.parse(body) as {
        readonly input_file_id: string;
        readonly metadata: { readonly modelgraph_batch: string };
      };
      const customIds = files.get(fileId) ?? [];
      created += 1;
      const batch: FileBatch = {
        id: `batch-${created}`,
        key: metadata.modelgraph_batch,
        customIds,
        createdAt: new Date(),
        polls: 0,
      };
      await create(exchange, batches, batch);
      await reply(toBody(batch));
      await closed;
      await tell(exchange, 'created', customIds[0] ?? null);
      return;
    }
    if (method === 'GET' && resource === 'batches' && id === '') {
      await tell(exchange, 'searching', null);
      const { page, hasMore } = pageOf(batches, {
        limit: Number(searchParams.get('limit') ?? 20),
        after: searchParams.get('after'),
      });
      return reply({ object: 'list', data: page.map(toBody), has_more: hasMore });
    }
    const batch = batches.find((candidate) => candidate.id === id.replace(/^output-/, ''));
    if (batch === undefined) return sendJson(exchange, { error: { message: 'not found' } }, { status: 404 });
    if (resource === 'batches') {
      await tell(exchange, 'polling', batch.customIds[0] ?? null);
      batch.polls += 1;
      return reply(toBody(batch));
    }
    if (part !== 'content') return sendJson(exchange, { error: { message: 'not found' } }, { status: 404 });
    response.writeHead(200, { 'content-type': 'application/octet-stream' });
    return stream(exchange, batch, answerLine);
  };
  const upstream = await startUpstream(answer, {
    takesBody: async (incoming) => !incoming.url?.endsWith('/files') || takesUpload(incoming),
  });
  return {
    url: `${upstream.origin}/v1`,
    batches,
    [Symbol.asyncDispose]: () => upstream[Symbol.asyncDispose](),
  };
};
