import { ConnectionMonitor } from './connection-monitor.ts';
import type { GenerateOptions, GenerationHandle, FollowOptions } from './generation-handle.ts';
import {
  CANCEL_GENERATION,
  GENERATION,
  GENERATIONS,
  MODEL,
  MODELS,
  PREVIEW_GENERATION,
  PROVIDERS,
  SUBMIT_TOOL_RESULTS,
} from './generated/documents.ts';
import type { ModelsQuery } from './generated/operations.ts';
import type { GenerationContext } from './generation/context.ts';
import { createKey } from './generation/create-key.ts';
import type { Origin } from './generation/origin.ts';
import { RunningGeneration } from './generation/running-generation.ts';
import { createLazyBatches } from './lazy-batches.ts';
import type { Modelgraph, ModelgraphOptions } from './modelgraph.ts';
import { toReconnectSettings } from './reconnect-policy.ts';
import type { GenerateInput, Model } from './schema-types.ts';
import { badResponse } from './to-modelgraph-error.ts';
import { toPage } from './to-page.ts';
import { createTransport } from './transport/create-transport.ts';
import { sendRequest } from './transport/http.ts';
import { getData } from './transport/read-result.ts';
import { createSseTransport } from './transport/sse-transport.ts';

const createContext = (options: ModelgraphOptions): GenerationContext => {
  const uploads = createSseTransport(options);
  return {
    open: new Set(),
    uploads,
    transport: createTransport(options, uploads),
    monitor: new ConnectionMonitor(),
    settings: toReconnectSettings(options),
    request: async (document, variables, signal) =>
      getData(await sendRequest(options, { query: String(document), variables }, signal)),
  };
};

/** Begins a handle, which is detached when its client is disposed. */
const begin = (
  context: GenerationContext,
  origin: Origin,
  onToolCall: GenerateOptions['onToolCall'],
): GenerationHandle => {
  const detach = (): void => handle.detach();
  context.open.add(detach);
  const onEnd = (): void => void context.open.delete(detach);
  const handle: GenerationHandle = new RunningGeneration({ context, origin, onToolCall, onEnd });
  return handle;
};

/** Runs something once the signal is aborted, unless the handle has ended by then. */
const onAbort = (signal: AbortSignal | undefined, handle: GenerationHandle, run: () => void): void => {
  if (signal === undefined) return;
  if (signal.aborted) return run();
  signal.addEventListener('abort', run, { once: true });
  const forget = (): void => signal.removeEventListener('abort', run);
  handle.result().then(forget, forget);
};

/** Opens nothing: connections are made as they are needed. */
export const createModelgraph = (options: ModelgraphOptions): Modelgraph => {
  const context = createContext(options);
  const request: Modelgraph['request'] = (document, variables, { signal } = {}) =>
    context.request(document, variables, signal);

  return {
    ...createLazyBatches(context, request),
    async models({ where, orderBy, signal } = {}) {
      const found: Model[] = [];
      const asked = { ...(where && { where }), ...(orderBy && { orderBy }) };
      for (let after: string | null = null; ; ) {
        const { models }: ModelsQuery = await request(MODELS, { ...asked, after }, { signal });
        found.push(...models.nodes);
        const { hasNextPage, endCursor }: ModelsQuery['models']['pageInfo'] = models.pageInfo;
        if (!hasNextPage) return found;
        if (endCursor === null || endCursor === after) throw badResponse('A page of models leads to itself.');
        after = endCursor;
      }
    },
    model: async (name) => (await request(MODEL, { name })).model,
    providers: async () => (await request(PROVIDERS, {})).providers,
    preview: async (input, { count = 'ESTIMATE', signal } = {}) =>
      (await request(PREVIEW_GENERATION, { input, count }, { signal })).previewGeneration,
    generate(input, { signal, idempotencyKey, onToolCall } = {}) {
      const onDisconnect = options.providerKeys === undefined ? 'CONTINUE' : 'CANCEL';
      const asked: GenerateInput = { onDisconnect, ...input };
      const key = idempotencyKey ?? createKey();
      const isNew = idempotencyKey === undefined;
      const handle = begin(context, { type: 'start', input: asked, idempotencyKey: key, isNew }, onToolCall);
      onAbort(signal, handle, () => {
        // What keeps it from being cancelled is told by the handle itself.
        handle.cancel().catch(() => undefined);
      });
      return handle;
    },
    follow(id, { after, from, signal, onToolCall }: FollowOptions = {}) {
      const handle = begin(context, { type: 'follow', id, after, from }, onToolCall);
      onAbort(signal, handle, () => handle.detach());
      return handle;
    },
    generation: async (id) => (await request(GENERATION, { id })).generation,
    generations: async (query = {}) => toPage((await request(GENERATIONS, query)).generations),
    cancelGeneration: async (id) => (await request(CANCEL_GENERATION, { id })).cancelGeneration,
    submitToolResults: async (generationId, results) =>
      (await request(SUBMIT_TOOL_RESULTS, { generationId, results })).submitToolResults,
    connection: context.monitor,
    request,
    dispose() {
      for (const end of context.open) end();
      context.transport.dispose();
      context.uploads.dispose();
    },
  };
};
