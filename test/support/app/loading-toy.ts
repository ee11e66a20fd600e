import { createToy, type Toy } from './toy-provider.ts';

/** A toy whose code is loaded when the test says so: what asks for it until then is queued. */
export interface LoadingToy extends Toy {
  /** Resolves once its code has been asked for. */
  readonly asked: Promise<void>;
  readonly finishLoading: () => void;
}

export const createLoadingToy = (): LoadingToy => {
  const loading = Promise.withResolvers<void>();
  const asked = Promise.withResolvers<void>();
  const { descriptor, calls } = createToy();
  const load = async () => {
    asked.resolve();
    await loading.promise;
    return descriptor.load();
  };
  return {
    descriptor: { ...descriptor, load },
    calls,
    asked: asked.promise,
    finishLoading: () => loading.resolve(),
  };
};
