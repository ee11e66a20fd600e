import { useEffect, useMemo, useSyncExternalStore } from 'react';
import type { Modelgraph } from '../modelgraph.ts';
import { toModelgraphError } from '../to-modelgraph-error.ts';
import type { ModelgraphError } from '../modelgraph-error.ts';
import type { Model, ModelFilter, ModelOrder } from '../schema-types.ts';
import { useModelgraph } from './modelgraph-provider.ts';
import { createStore, type Store } from './store.ts';

interface ModelsState {
  readonly status: 'idle' | 'loading' | 'ready' | 'failed';
  readonly models: readonly Model[];
  readonly error: ModelgraphError | undefined;
}

export interface ModelsView extends ModelsState {
  /** Asks the server again; what is there stays until it has answered. */
  readonly refresh: () => void;
}

export interface UseModelsOptions {
  readonly orderBy?: ModelOrder;
  /** Suspends until the models are there, and throws the error of a failed query to the nearest error boundary. */
  readonly suspense?: boolean;
}

interface Entry {
  readonly store: Store<ModelsState>;
  readonly load: () => Promise<void>;
}

const LOADING: ModelsState = { status: 'idle', models: [], error: undefined };

const createEntry = (client: Modelgraph, query: { where?: ModelFilter; orderBy?: ModelOrder }): Entry => {
  const store = createStore(LOADING);
  let loading: Promise<void> | undefined;
  const read = async (): Promise<void> => {
    store.set({ ...store.get(), status: 'loading' });
    try {
      store.set({ status: 'ready', models: await client.models(query), error: undefined });
    } catch (error) {
      store.set({ ...store.get(), status: 'failed', error: toModelgraphError(error) });
    } finally {
      loading = undefined;
    }
  };
  return { store, load: () => (loading ??= read()) };
};

/** One entry for each client and query: components that ask the same share the answer. */
const caches = new WeakMap<Modelgraph, Map<string, Entry>>();

const getEntry = (client: Modelgraph, key: string): Entry => {
  const cache = caches.get(client) ?? new Map<string, Entry>();
  caches.set(client, cache);
  const entry =
    cache.get(key) ?? createEntry(client, JSON.parse(key) as { where?: ModelFilter; orderBy?: ModelOrder });
  cache.set(key, entry);
  return entry;
};

/**
 * The models that a filter lets through. The answer is kept as long as the client; `refresh` asks anew. A filter may be
 * written in place: filters that are equal as JSON are the same filter.
 */
export const useModels = (where?: ModelFilter, options: UseModelsOptions = {}): ModelsView => {
  const client = useModelgraph();
  const { orderBy, suspense = false } = options;
  const entry = getEntry(client, JSON.stringify({ where, orderBy }));
  const state = useSyncExternalStore(entry.store.subscribe, entry.store.get, () => LOADING);
  const isEmpty = state.status === 'idle';
  useEffect(() => {
    if (isEmpty) void entry.load();
  }, [entry, isEmpty]);
  if (suspense && state.models.length === 0) {
    if (state.error !== undefined) throw state.error;
    // React 18 and 19 suspend on a thrown promise; `use` is in 19 alone.
    // oxlint-disable-next-line typescript/only-throw-error
    if (state.status !== 'ready') throw entry.load();
  }
  return useMemo(() => ({ ...state, refresh: () => void entry.load() }), [state, entry]);
};
