import { useEffect, useInsertionEffect, useMemo, useState, useSyncExternalStore } from 'react';
import type { GenerationHandle } from '../generation-handle.ts';
import type { Modelgraph } from '../modelgraph.ts';
import type { GenerateInput } from '../schema-types.ts';
import type { StorageAdapter } from '../storage.ts';
import {
  GenerationRunner,
  INITIAL_RUNNER_STATE,
  type RunnerOptions,
  type RunnerState,
} from './generation-runner.ts';
import { useModelgraph } from './modelgraph-provider.ts';

export interface UseGenerationOptions extends RunnerOptions {
  /** Names the generation in the storage. Default: `default`. */
  readonly id?: string;
  /** Where a reload finds the generation that is running. Default: nowhere. */
  readonly storage?: StorageAdapter;
}

export interface GenerationView extends RunnerState {
  /** Starts one; while one runs, gives that one instead. */
  readonly start: (input: GenerateInput) => GenerationHandle;
  /** Joins one that was started elsewhere. */
  readonly follow: (id: string) => GenerationHandle;
  /** Cancels it, so that the provider stops billing. */
  readonly stop: () => Promise<void>;
}

interface Held {
  readonly client: Modelgraph;
  readonly id: string;
  readonly storage: StorageAdapter | undefined;
  readonly runner: GenerationRunner;
}

const useHeldRunner = (id: string, storage: StorageAdapter | undefined): GenerationRunner => {
  const client = useModelgraph();
  const hold = (): Held => ({ client, id, storage, runner: new GenerationRunner(client, storage, id) });
  const [held, setHeld] = useState(hold);
  if (held.client === client && held.id === id && held.storage === storage) return held.runner;
  const next = hold();
  setHeld(next);
  return next.runner;
};

/**
 * One generation at a time. Mounting starts none: it joins the one that was running when the page was left, if there is a
 * storage. Unmounting leaves it, and it goes on; `stop` alone ends it.
 */
export const useGeneration = ({
  id = 'default',
  storage,
  throttleMs,
  onToolCall,
}: UseGenerationOptions = {}): GenerationView => {
  const runner = useHeldRunner(id, storage);
  useInsertionEffect(() => runner.configure({ throttleMs, onToolCall }));
  useEffect(() => runner.attach(), [runner]);
  const state = useSyncExternalStore(runner.subscribe, runner.getState, () => INITIAL_RUNNER_STATE);
  return useMemo(
    () => ({
      ...state,
      start: (input) => runner.start(input),
      follow: (generationId) => runner.follow(generationId),
      stop: () => runner.stop(),
    }),
    [state, runner],
  );
};
