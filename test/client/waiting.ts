import { type GenerationHandle, ModelgraphError } from '../../client/src/index.ts';

/** Resolves as soon as the state of a handle is so. */
export const until = async (handle: GenerationHandle, isSo: () => boolean): Promise<void> => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const check = (): void => {
    if (isSo()) resolve();
  };
  const unsubscribe = handle.subscribe(check);
  check();
  await promise;
  unsubscribe();
};

/** What a promise was rejected with. */
export const errorOf = async (promise: Promise<unknown>): Promise<ModelgraphError> => {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ModelgraphError)) throw new Error(`no ModelgraphError but ${String(error)}`);
  return error;
};
