import type { AppOverrides } from '../../../src/app.ts';
import type { ModelConfig } from '../../../src/core/model-config.ts';
import type { StreamEvent } from '../../../src/core/stream-event.ts';
import type { CallOptions } from '../../../src/core/text-provider.ts';
import type { TextRequest } from '../../../src/core/text-request.ts';
import { createConfig } from '../../providers/text/openai/openai-harness.ts';
import { createToy, finishEvent } from './toy-provider.ts';

export interface ToyProvider {
  /** For `startApp`: a server with the model `toy`, and nothing else. */
  readonly overrides: AppOverrides;
  /** Requests that reached the provider, waiting and streaming ones. */
  readonly calls: readonly TextRequest[];
}

export const TOY_INPUT = { model: 'toy', prompt: 'Hello' } as const;

export const toyModel = (part: Partial<ModelConfig> = {}): ModelConfig =>
  createConfig('local', { name: 'toy', provider: 'toy', apiModel: 'toy', ...part });

export const finish: StreamEvent = finishEvent();

/** A provider that streams as the test says, and counts what reaches it. */
export const createToyProvider = (
  stream: (request: TextRequest, options: CallOptions) => AsyncIterable<StreamEvent>,
): ToyProvider => {
  const calls: TextRequest[] = [];
  const { descriptor } = createToy(({ request, signal }) => {
    calls.push(request);
    return stream(request, { signal });
  });
  return { overrides: { providers: [descriptor], models: [toyModel()], aliases: {} }, calls };
};

/** A provider that answers "Hi". */
export const createPoliteProvider = (): ToyProvider =>
  createToyProvider(async function* () {
    yield { type: 'text-delta', text: 'Hi' };
    yield finish;
  });
