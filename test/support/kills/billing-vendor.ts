import { BILLED_PRICING as pricing } from './billed-model.ts';
import { startUpstream, type UpstreamRequest } from '../upstream/upstream-server.ts';

export interface BillingVendor extends AsyncDisposable {
  readonly origin: string;
  /** What its bill comes to, in US dollars. */
  readonly billedUsd: () => number;
  readonly calls: () => number;
  /** Answers that are under way. */
  readonly open: () => number;
}

/** How a request is answered: bills all that it may write as soon as it takes the request, unless it refuses. */
const FATES = [
  'whole',
  'whole',
  'whole',
  'whole',
  'whole',
  'slow',
  'refused',
  'failed',
  'broken',
  'silent',
] as const;

const frame = (data: object): string => `data: ${JSON.stringify(data)}\n\n`;

const delta = (content: string): string =>
  frame({ id: 'x', model: 'billed', choices: [{ index: 0, delta: { role: 'assistant', content } }] });

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const toEnd = (inputTokens: number, outputTokens: number): string =>
  frame({ id: 'x', model: 'billed', choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] }) +
  frame({
    id: 'x',
    model: 'billed',
    choices: [],
    usage: {
      prompt_tokens: inputTokens,
      completion_tokens: outputTokens,
      total_tokens: inputTokens + outputTokens,
    },
  }) +
  'data: [DONE]\n\n';

/** A vendor that speaks Chat Completions, fails in every way, and keeps its own books. */
export const startBillingVendor = async (random: () => number): Promise<BillingVendor> => {
  let billedUsd = 0;
  let calls = 0;
  let open = 0;
  const answer = async ({ body, response }: UpstreamRequest): Promise<void> => {
    calls += 1;
    const fate = FATES[Math.floor(random() * FATES.length)] ?? 'whole';
    const asked = JSON.parse(body) as {
      readonly max_completion_tokens?: number;
      readonly max_tokens?: number;
    };
    const most = asked.max_completion_tokens ?? asked.max_tokens ?? 0;
    if (fate === 'refused' || fate === 'failed') {
      response.writeHead(fate === 'refused' ? 429 : 500, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ error: { message: fate } }));
      return;
    }
    const isWhole = fate === 'whole' || fate === 'slow';
    const outputTokens = isWhole ? Math.ceil(random() * most) : most;
    const inputTokens = Math.ceil(Buffer.byteLength(body) / 4);
    billedUsd += (inputTokens * pricing.inputPerMillion + outputTokens * pricing.outputPerMillion) / 1e6;
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(delta('Hello'));
    if (fate === 'silent') return;
    if (fate === 'slow') await pause(300 * random());
    if (response.destroyed) return;
    if (fate === 'broken') response.destroy();
    else response.end(toEnd(inputTokens, outputTokens));
  };
  const upstream = await startUpstream(async (request) => {
    open += 1;
    void request.closed.then(() => (open -= 1));
    await answer(request);
  });
  return {
    origin: upstream.origin,
    billedUsd: () => billedUsd,
    calls: () => calls,
    open: () => open,
    [Symbol.asyncDispose]: () => upstream[Symbol.asyncDispose](),
  };
};
