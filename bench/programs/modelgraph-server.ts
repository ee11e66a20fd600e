import type { Settings } from '../../config/settings.ts';
import { buildApp } from '../../src/app.ts';
import type { EventStream, StreamEvent } from '../../src/core/stream-event.ts';
import { toReadyIterator } from '../../src/lib/ready-iterator.ts';
import { testSettings } from '../../test/support/app/app.ts';
import {
  createToy,
  finishEvent,
  type ToyCall,
  toyOverrides,
  untilAborted,
} from '../../test/support/app/toy-provider.ts';
import { answerParent, readOptions } from './answer-parent.ts';
import { pace, readPlan, toDeltaText } from './plan.ts';

export interface ModelgraphOptions {
  /** Address of the Chat Completions API; null: the process generates the deltas itself. */
  readonly upstreamUrl: string | null;
  readonly settings?: Partial<Settings>;
}

/** The deltas of a plan, as one read of a provider's socket brings them: all of a turn of the event loop together. */
async function* toBatches({ request, signal }: ToyCall): AsyncGenerator<readonly StreamEvent[]> {
  const message = request.messages.at(-1);
  const part = message?.role === 'user' ? message.parts[0] : undefined;
  if (part?.type !== 'text') throw new TypeError('the last message is not a plan');
  const plan = readPlan(part.text);
  if (plan.deltas === null) await untilAborted(signal);
  let isOver = false;
  signal.addEventListener('abort', () => (isOver = true), { once: true });
  let ready: StreamEvent[] = [];
  let wake = Promise.withResolvers<void>();
  const paced = pace(
    plan,
    (index) => {
      const type = plan.alternate === true && index % 2 === 1 ? 'reasoning-delta' : 'text-delta';
      ready.push({ type, text: toDeltaText(index) });
      wake.resolve();
      return plan.intervalMs > 0 || (index + 1) % (plan.burst ?? 1) !== 0;
    },
    () => isOver,
    () => new Promise(setImmediate),
  ).then(() => {
    isOver = true;
    wake.resolve();
  });
  const hasEnded = (): boolean => isOver;
  while (!hasEnded()) {
    await wake.promise;
    wake = Promise.withResolvers<void>();
    const batch = ready;
    ready = [];
    if (batch.length > 0) yield batch;
  }
  await paced;
  yield [...ready, finishEvent()];
}

/** Generates the deltas of a plan, so that the server is measured without the work of a provider. */
const answerAsPlanned = (call: ToyCall): EventStream => {
  const batches = toBatches(call);
  return {
    batches: () => toReadyIterator(batches),
    async *[Symbol.asyncIterator]() {
      for await (const batch of batches) yield* batch;
    },
  };
};

const silent = (): void => undefined;
const log = { debug: silent, info: silent, warn: silent, error: silent };

const { upstreamUrl, settings } = readOptions() as ModelgraphOptions;
const given = testSettings(settings);
const app = await (upstreamUrl === null
  ? buildApp(given, log, toyOverrides(createToy(answerAsPlanned), { 'gpt-4o': {} }))
  : buildApp(
      { ...given, providers: { ...given.providers, openai: { apiKey: 'sk-bench', baseUrl: upstreamUrl } } },
      log,
    ));
answerParent({ url: await app.listen() });
