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

const DAY_MS = 24 * 60 * 60_000;

const answerLine = (customId: string): string =>
  JSON.stringify({
    custom_id: customId,
    result: {
      type: 'succeeded',
      message: {
        model: 'claude-haiku-4-5-20251001',
        id: `msg_${customId}`,
        type: 'message',
        role: 'assistant',
        content: [{ type: 'text', text: answerTo(customId) }],
        stop_reason: 'end_turn',
        stop_sequence: null,
        stop_details: null,
        usage: {
          input_tokens: ANSWER_TOKENS.input,
          cache_creation_input_tokens: 0,
          cache_read_input_tokens: 0,
          output_tokens: ANSWER_TOKENS.output,
          service_tier: 'batch',
        },
      },
    },
  });

/** Anthropic's message batches, which store nothing of ours, on a real socket, with pauses in which a server can die. */
export const startBatchMessageVendor = async (options: BatchVendorOptions): Promise<BatchVendor> => {
  const { polls } = options;
  const { pause, tell, takesUpload, create, stream } = createVendorManners('anthropic', options);
  const batches: KeptBatch[] = [];
  let created = 0;

  const toBody = ({ id, customIds, createdAt, polls: seen }: KeptBatch) => {
    const isEnded = seen > polls;
    return {
      id,
      type: 'message_batch',
      processing_status: isEnded ? 'ended' : 'in_progress',
      request_counts: {
        processing: isEnded ? 0 : customIds.length,
        succeeded: isEnded ? customIds.length : 0,
        errored: 0,
        canceled: 0,
        expired: 0,
      },
      ended_at: isEnded ? createdAt.toISOString() : null,
      created_at: createdAt.toISOString(),
      expires_at: new Date(createdAt.getTime() + DAY_MS).toISOString(),
      archived_at: null,
      cancel_initiated_at: null,
      results_url: isEnded ? `http://vendor/v1/messages/batches/${id}/results` : null,
    };
  };

  const answer = async (exchange: UpstreamRequest): Promise<void> => {
    const { method, path, body, response, closed } = exchange;
    const { pathname, searchParams } = new URL(path, 'http://vendor');
    const [, , , , id = '', part = ''] = pathname.split('/');
    const reply = async (value: unknown): Promise<void> => {
      await pause();
      if (!response.destroyed) sendJson(exchange, value);
    };
    await pause();
    if (method === 'POST' && id === '') {
      const { requests } = JSON.parse(body) as { requests: readonly { readonly custom_id: string }[] };
      created += 1;
      const customIds = requests.map(({ custom_id: customId }) => customId);
      const batch: KeptBatch = { id: `msgbatch_${created}`, customIds, createdAt: new Date(), polls: 0 };
      await create(exchange, batches, batch);
      await reply(toBody(batch));
      await closed;
      await tell(exchange, 'created', customIds[0] ?? null);
      return;
    }
    if (id === '') {
      await tell(exchange, 'searching', null);
      const { page, hasMore } = pageOf(batches, {
        limit: Number(searchParams.get('limit') ?? 20),
        after: searchParams.get('after_id'),
      });
      const ends = { first_id: page.at(0)?.id ?? null, last_id: page.at(-1)?.id ?? null };
      return reply({ data: page.map(toBody), has_more: hasMore, ...ends });
    }
    const batch = batches.find((candidate) => candidate.id === id);
    if (batch === undefined)
      return sendJson(
        exchange,
        { type: 'error', error: { type: 'not_found_error', message: 'not found' } },
        { status: 404 },
      );
    if (part === '') {
      await tell(exchange, 'polling', batch.customIds[0] ?? null);
      batch.polls += 1;
      return reply(toBody(batch));
    }
    response.writeHead(200, { 'content-type': 'application/x-jsonl' });
    return stream(exchange, batch, answerLine);
  };
  const upstream = await startUpstream(answer, {
    takesBody: async (incoming) => incoming.method !== 'POST' || takesUpload(incoming),
  });
  return {
    url: upstream.origin,
    batches,
    [Symbol.asyncDispose]: () => upstream[Symbol.asyncDispose](),
  };
};
