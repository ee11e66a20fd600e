import type { AppOverrides } from '../../../src/app.ts';
import { ProviderError } from '../../../src/core/errors.ts';
import type { Message } from '../../../src/core/message.ts';
import type { StreamEvent } from '../../../src/core/stream-event.ts';
import type { Usage } from '../../../src/core/usage.ts';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { flatPricing } from '../../support/app/flat-pricing.ts';
import {
  createToy,
  finishEvent,
  textDelta,
  type Toy,
  type ToyCall,
  toyModels,
} from '../../support/app/toy-provider.ts';
import { HOSTILE_ANSWER, REASONING, RICH_ANSWER } from './chat-answers.ts';

export interface ChatServer extends AsyncDisposable {
  readonly url: string;
  /** What reached the provider, oldest first. */
  readonly calls: Toy['calls'];
  /** Lets the answers go on that say they wait. */
  readonly open: () => void;
  readonly app: TestApp;
}

const USAGE: Usage = {
  inputTokens: 212,
  outputTokens: 187,
  totalTokens: 399,
  cacheReadTokens: null,
  cacheWriteTokens: null,
  reasoningTokens: null,
  audioInputTokens: null,
  source: 'provider',
};

const pieces = (text: string, size = 12): readonly StreamEvent[] =>
  Array.from({ length: Math.ceil(text.length / size) }, (_, index) =>
    textDelta(text.slice(index * size, (index + 1) * size)),
  );

const partsOf = (message: Message | undefined) =>
  message !== undefined && 'parts' in message ? message.parts : [];

const lastUserText = ({ request }: ToyCall): string =>
  partsOf(request.messages.findLast(({ role }) => role === 'user'))
    .map((part) => (part.type === 'text' ? part.text : ''))
    .join(' ');

const describeMedia = ({ request }: ToyCall): string =>
  request.messages
    .flatMap((message) => [...partsOf(message)])
    .filter(({ type }) => type === 'image' || type === 'file')
    .map(({ type }) => type)
    .join(', ');

const CITATION = {
  type: 'citation',
  citation: {
    url: 'https://example.com/clients',
    title: 'The guide of the client',
    snippet: 'From stream to screen',
    startIndex: null,
    endIndex: null,
  },
} as const;

const CALL = {
  type: 'tool-call',
  toolCall: {
    callId: 'call_1',
    name: 'calculate',
    arguments: { expression: '(3 + 4) * 2' },
    builtIn: false,
    result: null,
    opaque: null,
  },
} as const;

async function* answerTool({ request }: ToyCall): AsyncIterable<StreamEvent> {
  const last = request.messages.at(-1);
  if (last?.role !== 'tool') {
    yield textDelta('Let me work that out.');
    yield CALL;
    yield finishEvent({ reason: 'tool-calls', usage: USAGE });
    return;
  }
  yield* pieces(`The tool said ${JSON.stringify(last.output)}.`);
  yield finishEvent({ usage: USAGE });
}

/** A server whose one model answers as the last message asks: see the words in `answer`. */
export const startChatServer = async (): Promise<ChatServer> => {
  let gate = Promise.withResolvers<void>();
  const wait = async (signal: AbortSignal): Promise<void> => {
    const aborted = Promise.withResolvers<never>();
    const abort = (): void => aborted.reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    await Promise.race([gate.promise, aborted.promise]);
  };
  const failed = new Set<string>();
  const toy = createToy(async function* (call) {
    const text = lastUserText(call);
    if (text.includes('tool')) return yield* answerTool(call);
    if (text.includes('fail once') && !failed.has(text)) {
      failed.add(text);
      throw new ProviderError('PROVIDER_OVERLOADED', { provider: 'toy' });
    }
    if (text.includes('object')) {
      yield* pieces('{"city":"Paris","sights":["Louvre",');
      await wait(call.signal);
      yield* pieces('"Orsay"]}');
    } else if (text.includes('hold')) {
      yield* pieces('The first half of an answer that waits, ');
      await wait(call.signal);
      yield* pieces('and the second half.');
    } else if (text.includes('rich')) {
      yield { type: 'reasoning-delta', text: REASONING };
      yield* pieces(RICH_ANSWER);
      yield CITATION;
    } else if (text.includes('hostile')) yield* pieces(HOSTILE_ANSWER);
    else if (text.includes('megabyte')) yield* pieces('0123456789'.repeat(100_000), 1_000);
    else if (text.includes('break')) {
      yield* pieces('This answer breaks ');
      throw new ProviderError('PROVIDER_FAILED', { provider: 'toy' });
    } else yield* pieces(`You said “${text}”. Media: ${describeMedia(call) || 'none'}.`);
    yield finishEvent({ usage: USAGE });
  });
  const overrides: AppOverrides = { providers: [toy.descriptor], models: chatModels(), aliases: {} };
  const app = await startApp({ allowedOrigins: [] }, overrides);
  return {
    url: app.url,
    calls: toy.calls,
    app,
    open: () => {
      gate.resolve();
      gate = Promise.withResolvers();
    },
    [Symbol.asyncDispose]: () => app.close(),
  };
};

const chatModels = () =>
  toyModels({
    'sonata-4': {
      displayName: 'Sonata 4',
      description: 'Takes everything.',
      inputModalities: ['text', 'image', 'file'],
      functionCalling: true,
      structuredOutput: true,
      citations: true,
      reasoning: { type: 'effort', values: ['none', 'low', 'medium', 'high'], default: 'medium' },
      temperature: { type: 'range', min: 0, max: 2, default: 1 },
      sampling: {
        topP: { min: 0, max: 1 },
        topK: { min: 1, max: 100 },
        stopSequences: { max: 4 },
        seed: true,
        presencePenalty: { min: -2, max: 2 },
        frequencyPenalty: null,
      },
      limits: {
        contextWindow: 2_000_000,
        maxInputTokens: null,
        maxOutputTokens: 8_000,
        defaultMaxOutputTokens: 4_000,
      },
      pricing: flatPricing(2.5, 10),
    },
    'etude-mini': { displayName: 'Étude mini', pricing: flatPricing(0.1, 0.4), functionCalling: true },
    nocturne: { displayName: 'Nocturne', pricing: flatPricing(15, 60), inputModalities: ['text', 'image'] },
    'free-sketch': { displayName: 'Sketch', pricing: flatPricing(0, 0) },
    unpriced: { displayName: 'Prelude (preview)', pricing: null },
  });
