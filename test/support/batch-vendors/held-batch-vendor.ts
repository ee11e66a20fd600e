import { sendJson, startUpstream, type UpstreamRequest } from '../upstream/upstream-server.ts';

/** Where an exchange can be held: what was asked has been done, and the answer, or the rest of it, is kept back. */
export type Stage = 'upload' | 'create' | 'poll' | 'content' | 'answer';

export interface HeldVendor extends AsyncDisposable {
  /** The address of its API. */
  readonly url: string;
  /** The keys of every batch that was ever created. */
  readonly keys: readonly string[];
  /** The prompts of everything that was asked by itself, in order. */
  readonly prompts: readonly string[];
  /** Holds the next exchanges at a stage, as they come; resolves once they have. Gives what lets them go on. */
  hold(stage: Stage, count?: number): Promise<() => void>;
}

interface Hold {
  readonly stage: Stage;
  left: number;
  readonly come: () => void;
  readonly released: Promise<void>;
}

interface KeptBatch {
  readonly id: string;
  readonly key: string;
  readonly customIds: readonly string[];
  polls: number;
}

const USAGE = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 };

const resultLine = (customId: string): string =>
  `${JSON.stringify({
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
        usage: USAGE,
      },
    },
    error: null,
  })}\n`;

const chatFrames = (prompt: string): string => {
  const chunk = (choice: object, rest: object = {}): string =>
    `data: ${JSON.stringify({ id: 'chat', object: 'chat.completion.chunk', choices: [{ index: 0, ...choice }], ...rest })}\n\n`;
  return (
    chunk({ delta: { role: 'assistant', content: `Answer to ${prompt}` }, finish_reason: null }) +
    chunk({ delta: {}, finish_reason: 'stop' }, { usage: USAGE }) +
    'data: [DONE]\n\n'
  );
};

/** OpenAI's API for batches by way of files, and for single answers, on a real socket, held where a test wants it. */
export const startHeldVendor = async (): Promise<HeldVendor> => {
  const files = new Map<string, readonly string[]>();
  const batches: KeptBatch[] = [];
  const prompts: string[] = [];
  const holds = new Set<Hold>();

  const pass = async (stage: Stage): Promise<void> => {
    const hold = [...holds].find((candidate) => candidate.stage === stage);
    if (hold === undefined) return;
    hold.left -= 1;
    if (hold.left === 0) {
      holds.delete(hold);
      hold.come();
    }
    await hold.released;
  };

  const toBody = ({ id, key, customIds, polls }: KeptBatch) => ({
    id,
    object: 'batch',
    endpoint: '/v1/chat/completions',
    status: polls > 1 ? 'completed' : 'in_progress',
    output_file_id: polls > 1 ? `output-${id}` : null,
    error_file_id: null,
    created_at: Math.floor(Date.now() / 1_000),
    metadata: { modelgraph_batch: key },
    request_counts: { total: customIds.length, completed: 0, failed: 0 },
  });

  const create = async (exchange: UpstreamRequest): Promise<void> => {
    const { input_file_id: fileId, metadata } = JSON.parse(exchange.body) as {
      readonly input_file_id: string;
      readonly metadata: { readonly modelgraph_batch: string };
    };
    const id = `batch-${batches.length + 1}`;
    const batch = { id, key: metadata.modelgraph_batch, customIds: files.get(fileId) ?? [], polls: 0 };
    batches.push(batch);
    await pass('create');
    sendJson(exchange, toBody(batch));
  };

  const answer = async (exchange: UpstreamRequest): Promise<void> => {
    const { method, path, body, response } = exchange;
    const [, , resource = '', id = '', part = ''] = path.replace(/\?.*/, '').split('/');
    if (resource === 'chat') {
      const { messages } = JSON.parse(body) as { readonly messages: readonly { readonly content: string }[] };
      const prompt = messages.at(-1)?.content ?? '';
      prompts.push(prompt);
      await pass('answer');
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.end(chatFrames(prompt));
      return;
    }
    if (method === 'POST' && resource === 'files') {
      const fileId = `file-${files.size + 1}`;
      files.set(
        fileId,
        [...body.matchAll(/"custom_id":"([^"]*)"/g)].map(([, customId = '']) => customId),
      );
      await pass('upload');
      return sendJson(exchange, { id: fileId, object: 'file', purpose: 'batch' });
    }
    if (method === 'POST' && resource === 'batches' && id === '') return create(exchange);
    if (method === 'GET' && resource === 'batches' && id === '')
      return sendJson(exchange, { object: 'list', data: batches.toReversed().map(toBody), has_more: false });
    const batch = batches.find((candidate) => candidate.id === id.replace(/^output-/, ''));
    if (batch === undefined) return sendJson(exchange, { error: { message: 'not found' } }, { status: 404 });
    if (part !== 'content') {
      batch.polls += 1;
      await pass('poll');
      return sendJson(exchange, toBody(batch));
    }
    response.writeHead(200, { 'content-type': 'application/octet-stream' });
    const half = Math.ceil(batch.customIds.length / 2);
    response.write(batch.customIds.slice(0, half).map(resultLine).join(''));
    await pass('content');
    response.end(batch.customIds.slice(half).map(resultLine).join(''));
  };

  const upstream = await startUpstream(answer);
  return {
    url: `${upstream.origin}/v1`,
    get keys() {
      return batches.map(({ key }) => key);
    },
    prompts,
    hold: async (stage, count = 1) => {
      const come = Promise.withResolvers<void>();
      const released = Promise.withResolvers<void>();
      holds.add({ stage, left: count, come: come.resolve, released: released.promise });
      await come.promise;
      return released.resolve;
    },
    [Symbol.asyncDispose]: () => upstream[Symbol.asyncDispose](),
  };
};
