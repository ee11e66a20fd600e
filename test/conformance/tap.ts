import type { GenerationResult } from '../../src/core/generation.ts';
import { collect, type StreamEvent } from '../../src/core/stream-event.ts';
import type { TextProvider, TextProviderDescriptor } from '../../src/core/text-provider.ts';

/** What a provider gave for one call. */
export interface ProviderCall {
  /** The events of a stream so far; empty for a call that was waited for. */
  readonly events: readonly StreamEvent[];
  /** What it failed with; undefined: it did not. */
  readonly error: unknown;
  /** What a call that succeeded comes to. */
  readonly result: () => Promise<GenerationResult>;
}

interface OwnCall extends ProviderCall {
  readonly events: StreamEvent[];
  error: unknown;
  whole: GenerationResult | undefined;
}

async function* replay(events: readonly StreamEvent[]): AsyncGenerator<StreamEvent> {
  yield* events;
}

const begin = (calls: ProviderCall[]): OwnCall => {
  const call: OwnCall = {
    events: [],
    error: undefined,
    whole: undefined,
    result: async () => call.whole ?? collect(replay(call.events)),
  };
  calls.push(call);
  return call;
};

const tapStream = (stream: AsyncIterable<StreamEvent>, call: OwnCall): AsyncIterableIterator<StreamEvent> => {
  const source = stream[Symbol.asyncIterator]();
  return {
    next: async () => {
      try {
        const item = await source.next();
        if (item.done !== true) call.events.push(item.value);
        return item;
      } catch (error) {
        call.error = error;
        throw error;
      }
    },
    return: async () => (await source.return?.()) ?? { done: true, value: undefined },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
};

const tap = (provider: TextProvider, calls: ProviderCall[]): TextProvider => ({
  ...provider,
  stream: (request, options) => tapStream(provider.stream(request, options), begin(calls)),
  generate: async (request, options) => {
    const call = begin(calls);
    try {
      call.whole = await provider.generate(request, options);
      return call.whole;
    } catch (error) {
      call.error = error;
      throw error;
    }
  },
});

/** The same provider, with what it gives kept in `calls`, in the order in which it is called. */
export const withTap = (
  descriptor: TextProviderDescriptor,
  calls: ProviderCall[],
): TextProviderDescriptor => ({
  ...descriptor,
  load: async () => {
    const connect = await descriptor.load();
    return (connection) => {
      const bind = connect(connection);
      return (config) => tap(bind(config), calls);
    };
  },
});
