import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerParent } from './answer-parent.ts';
import { nowUs } from './now-us.ts';
import { pace, type Plan, readPlan, toDeltaText } from './plan.ts';
import { whenDrained } from './when-drained.ts';

/** The state of the upstream's sockets. */
export interface UpstreamReport {
  /** Open sockets whose answer has not ended. */
  readonly open: number;
  /** When the other side closed the socket of a stream, in microseconds, by the plan's key. */
  readonly closings: Readonly<Record<string, number>>;
  /** How many requests came, by the plan's key. */
  readonly asked: Readonly<Record<string, number>>;
}

interface ChatBody {
  readonly messages: readonly { readonly content: string | readonly { readonly text?: string }[] }[];
}

const planOf = ({ messages }: ChatBody): Plan => {
  const content = messages.at(-1)?.content ?? '';
  return readPlan(typeof content === 'string' ? content : content.map(({ text }) => text ?? '').join(''));
};

const chunk = (delta: object, finishReason: string | null = null): string =>
  `data: ${JSON.stringify({
    id: 'chatcmpl-bench',
    object: 'chat.completion.chunk',
    created: 1,
    model: 'gpt-4o',
    choices: [{ index: 0, delta, logprobs: null, finish_reason: finishReason }],
  })}\n\n`;

const usageChunk = (deltas: number): string =>
  `data: ${JSON.stringify({
    id: 'chatcmpl-bench',
    object: 'chat.completion.chunk',
    created: 1,
    model: 'gpt-4o',
    choices: [],
    usage: { prompt_tokens: 8, completion_tokens: deltas, total_tokens: 8 + deltas },
  })}\n\n`;

const OVERLOADED = JSON.stringify({
  error: { message: 'The server is overloaded.', type: 'server_error', param: null, code: null },
});
const ERROR_FRAME = `data: ${OVERLOADED}\n\n`;

/** Answers as OpenAI's Chat Completions, with an event stream according to the plan in the last message. */
const answerAsPlanned = async (plan: Plan, response: http.ServerResponse): Promise<void> => {
  if (plan.fault === 'overloaded') {
    response.writeHead(503, { 'content-type': 'application/json' }).end(OVERLOADED);
    return;
  }
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
  response.write(chunk({ role: 'assistant', content: '' }));
  if (plan.deltas === null) return;
  const deltas = plan.fault === undefined ? plan.deltas : Math.ceil(plan.deltas / 2);
  await pace(
    { deltas, intervalMs: plan.intervalMs },
    (index) => response.write(chunk({ content: toDeltaText(index) })),
    () => response.destroyed,
    () => whenDrained(response),
  );
  if (response.destroyed) return;
  if (plan.fault === undefined) {
    response.end(`${chunk({}, 'stop')}${usageChunk(deltas)}data: [DONE]\n\n`);
  } else if (plan.fault === 'reset') {
    response.destroy();
  } else if (plan.fault === 'truncate') {
    response.end();
  } else if (plan.fault === 'error-frame') {
    response.end(ERROR_FRAME);
  }
};

const startUpstream = async (): Promise<void> => {
  const open = new Set<http.ServerResponse>();
  let closings: Record<string, number> = {};
  let asked: Record<string, number> = {};
  const serve = async (request: http.IncomingMessage, response: http.ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const piece of request) chunks.push(piece as Buffer);
    const plan = planOf(JSON.parse(Buffer.concat(chunks).toString('utf8')) as ChatBody);
    open.add(response);
    asked[plan.key] = (asked[plan.key] ?? 0) + 1;
    response.on('close', () => {
      open.delete(response);
      if (!response.writableFinished) closings[plan.key] = nowUs();
    });
    await answerAsPlanned(plan, response);
  };
  const server = http.createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    request.socket.setNoDelay(true);
    serve(request, response).catch((error: unknown) => {
      // A client may disconnect while it sends its request.
      if (!response.destroyed) throw error;
    });
  });
  await new Promise<void>((resolve) =>
    server.listen({ host: '127.0.0.1', port: 0, backlog: 4_096 }, resolve),
  );
  answerParent(
    { baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1` },
    {
      report: (): UpstreamReport => {
        const report = { open: open.size, closings, asked };
        closings = {};
        asked = {};
        return report;
      },
    },
  );
};

if (import.meta.main) await startUpstream();
