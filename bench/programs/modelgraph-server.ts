import type { Settings } from '../../config/settings.ts';
import { buildApp } from '../../src/app.ts';
import type { StreamEvent } from '../../src/core/stream-event.ts';
import { testSettings } from '../../test/support/app/app.ts';
import {
  createToy,
  finishEvent,
  type ToyAnswer,
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

/** Generates the deltas of a plan, so that the server is measured without the work of a provider. */
const answerAsPlanned: ToyAnswer = async function* ({ request, signal }) {
  const message = request.messages.at(-1);
  const part = message?.role === 'user' ? message.parts[0] : undefined;
  if (part?.type !== 'text') throw new TypeError('the last message is not a plan');
  const plan = readPlan(part.text);
  if (plan.deltas === null) await untilAborted(signal);
  const ready: StreamEvent[] = [];
  let wake = Promise.withResolvers<void>();
  let isOver = false;
  const paced = pace(
    plan,
    (index) => {
      ready.push({
        type: plan.alternate === true && index % 2 === 1 ? 'reasoning-delta' : 'text-delta',
        text: toDeltaText(index),
      });
      wake.resolve();
      return plan.intervalMs > 0 || (index + 1) % (plan.burst ?? 1) !== 0;
    },
    () => signal.aborted,
    () => new Promise(setImmediate),
  ).then(() => {
    isOver = true;
    wake.resolve();
  });
  const hasEnded = (): boolean => isOver;
  for (;;) {
    // `yield*` would await each of them three times.
    for (const event of ready.splice(0)) yield event;
    if (hasEnded() && ready.length === 0) break;
    await wake.promise;
    wake = Promise.withResolvers<void>();
    if (hasEnded()) wake.resolve();
  }
  await paced;
  yield finishEvent();
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
