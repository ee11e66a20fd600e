import { OPENAI_BATCHES } from '../providers/text/openai/batch/batch-wire.ts';
import type { Route } from '../support/upstream/vendor-routes.ts';
import { answerTo, startBatchVendor } from '../support/batch-vendors/batch-vendor.ts';
import type { VendorMoment } from '../support/batch-vendors/batch-moments.ts';

/** Where an exchange can be held: what was asked has been done, and the answer, or the rest of it, is kept back. */
export type Stage = 'upload' | 'create' | 'poll' | 'content' | 'answer';

export interface HeldVendor extends AsyncDisposable {
  /** The address of its API. */
  readonly url: string;
  /** The keys of every batch that was ever created. */
  readonly keys: readonly (string | null)[];
  /** The prompts of everything that was asked by itself, in order. */
  readonly prompts: readonly string[];
  /** Holds the next exchanges at a stage, as they come; resolves once they have. Gives what lets them go on. */
  hold(stage: Stage, count?: number): Promise<() => void>;
}

const STAGES: Readonly<Partial<Record<VendorMoment, Stage>>> = {
  'file kept': 'upload',
  creating: 'create',
  polling: 'poll',
  streaming: 'content',
};

interface Hold {
  readonly stage: Stage;
  left: number;
  readonly come: () => void;
  readonly released: Promise<void>;
}

const createHolds = () => {
  const holds = new Set<Hold>();
  return {
    /** Waits where a hold is set. */
    pass: async (stage: Stage): Promise<void> => {
      const hold = [...holds].find((candidate) => candidate.stage === stage);
      if (hold === undefined) return;
      hold.left -= 1;
      if (hold.left === 0) {
        holds.delete(hold);
        hold.come();
      }
      await hold.released;
    },
    hold: async (stage: Stage, count = 1): Promise<() => void> => {
      const come = Promise.withResolvers<void>();
      const released = Promise.withResolvers<void>();
      holds.add({ stage, left: count, come: come.resolve, released: released.promise });
      await come.promise;
      return released.resolve;
    },
  };
};

const USAGE = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 };

const chatFrames = (prompt: string): string => {
  const chunk = (choice: object, rest: object = {}): string =>
    `data: ${JSON.stringify({ id: 'chat', object: 'chat.completion.chunk', choices: [{ index: 0, ...choice }], ...rest })}\n\n`;
  return (
    chunk({ delta: { role: 'assistant', content: answerTo(prompt) }, finish_reason: null }) +
    chunk({ delta: {}, finish_reason: 'stop' }, { usage: USAGE }) +
    'data: [DONE]\n\n'
  );
};

/** OpenAI's API for batches by way of files, and for single answers, on a real socket, held where a test wants it. */
export const startHeldVendor = async (): Promise<HeldVendor> => {
  const prompts: string[] = [];
  const { pass, hold } = createHolds();
  const chat: Route = async ({ body, response }) => {
    const { messages } = JSON.parse(body) as { readonly messages: readonly { readonly content: string }[] };
    const prompt = messages.at(-1)?.content ?? '';
    prompts.push(prompt);
    await pass('answer');
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.end(chatFrames(prompt));
  };
  const vendor = await startBatchVendor(OPENAI_BATCHES, {
    polls: 1,
    at: async (moment) => {
      const stage = STAGES[moment];
      if (stage !== undefined) await pass(stage);
    },
    otherwise: chat,
  });
  return {
    url: vendor.url,
    get keys() {
      return vendor.batches.map(({ key }) => key);
    },
    prompts,
    hold,
    [Symbol.asyncDispose]: () => vendor[Symbol.asyncDispose](),
  };
};
