import type http from 'node:http';
import {
  sendJson,
  startUpstream,
  type UpstreamRequest,
  type UpstreamServer,
} from '../upstream/upstream-server.ts';
import type { Route } from '../upstream/vendor-routes.ts';
import type { VendorMoment } from './batch-moments.ts';
import {
  type BatchCall,
  type BatchWire,
  type EndedBatch,
  type EndedRequest,
  isAnswer,
  type KeptBatch,
  type Standing,
} from './batch-wire.ts';

/** The text of each answer, unless a test says otherwise. */
export const answerTo = (customId: string): string => `Answer to ${customId}`;

/** A request with the caller whose address it came to, if it came to one. */
export interface CalledRequest extends UpstreamRequest {
  readonly caller?: string;
}

/** How many lines of results go out between two pauses. */
const LINES_A_PAUSE = 200;

export interface BatchVendorOptions {
  /** How a batch stands, asked for at every call; left out: it completes once it was polled more than `polls` times. */
  readonly standing?: (batch: KeptBatch) => Standing;
  readonly polls?: number;
  /** What the results of a batch are at this reading; left out: all that it has ended with. */
  readonly told?: (batch: KeptBatch, ends: readonly EndedRequest[]) => readonly EndedRequest[];
  /** Called at each moment and waited for, with the first request of the batch it is about. */
  readonly at?: (moment: VendorMoment, exchange: CalledRequest, part: string | null) => Promise<unknown>;
  /** Waited for before a request is looked at, and before it is answered. */
  readonly pause?: () => Promise<void>;
  /** Whether a batch is there before the moment `creating`, or only after it; left out: before. */
  readonly createsEarly?: () => boolean;
  /** After how many lines the results reach the moment `streaming`; left out: half of them. */
  readonly breakAfter?: (lines: number) => number;
  /** Asked with the head of a request; false: its connection is closed. */
  readonly takesBody?: (head: http.IncomingMessage) => Promise<boolean>;
  /** What a cancellation is answered with; left out: with the batch. */
  readonly onCancel?: Route;
  /** Answers requests that are none of the batch API. */
  readonly otherwise?: Route;
}

export interface BatchVendor extends AsyncDisposable {
  /** The address of its API. */
  readonly url: string;
  /** Every batch that was ever created, oldest first. */
  readonly batches: readonly KeptBatch[];
  readonly requests: UpstreamServer['requests'];
}

const everyAnswer = ({ customIds }: KeptBatch): EndedBatch => ({
  how: 'completed',
  ends: customIds.map((customId) => [customId, { type: 'answered', text: answerTo(customId) }]),
});

/** The newest first, a page after a batch. */
const pageOf = (
  batches: readonly KeptBatch[],
  { limit, after }: Extract<BatchCall, { type: 'list' }>,
): { readonly page: readonly KeptBatch[]; readonly hasMore: boolean } => {
  const newestFirst = batches.toReversed();
  const from = newestFirst.findIndex(({ id }) => id === after) + 1;
  return { page: newestFirst.slice(from, from + limit), hasMore: from + limit < newestFirst.length };
};

/** What a vendor keeps of files and batches, and what it does when it is called. */
class BatchApi {
  readonly batches: KeptBatch[] = [];
  readonly #files = new Map<string, readonly string[]>();
  readonly #wire: BatchWire;
  readonly #options: BatchVendorOptions;
  #created = 0;

  constructor(wire: BatchWire, options: BatchVendorOptions) {
    this.#wire = wire;
    this.#options = options;
  }

  async answer(exchange: UpstreamRequest): Promise<void> {
    const call = this.#wire.read(exchange);
    await this.#options.pause?.();
    if (call === undefined) return (this.#options.otherwise ?? this.#notFound)(exchange);
    switch (call.type) {
      case 'upload':
        return this.#upload(exchange, call);
      case 'create':
        return this.#create(exchange, call);
      case 'list':
        return this.#list(exchange, call);
      case 'poll':
      case 'cancel':
      case 'results': {
        const batch = this.batches.find(({ id }) => id === call.id);
        return batch === undefined ? this.#notFound(exchange) : this.#ask(exchange, call, batch);
      }
    }
  }

  async #upload(
    exchange: UpstreamRequest,
    { customIds }: Extract<BatchCall, { type: 'upload' }>,
  ): Promise<void> {
    const id = `file-${this.#files.size + 1}`;
    const part = customIds[0] ?? null;
    this.#files.set(id, customIds);
    await this.#at('file kept', exchange, part);
    await this.#reply(exchange, this.#wire.toFile(id));
    await exchange.closed;
    await this.#at('uploaded', exchange, part);
  }

  async #create(exchange: UpstreamRequest, call: Extract<BatchCall, { type: 'create' }>): Promise<void> {
    const { key, endpoint = null, requests } = call;
    const customIds = 'fileId' in requests ? (this.#files.get(requests.fileId) ?? []) : requests.customIds;
    this.#created += 1;
    const id = this.#wire.idOf(this.#created);
    const batch = { id, key, endpoint, customIds, createdAt: new Date(), polls: 0, cancels: 0, readings: 0 };
    const standing = this.#standing(batch);
    if (typeof standing === 'object' && 'refusedFor' in standing && this.#wire.toRefusal !== undefined) {
      const { body, status = 200 } = this.#wire.toRefusal(standing.refusedFor);
      return sendJson(exchange, body, { status });
    }
    const isEarly = this.#options.createsEarly?.() ?? true;
    if (isEarly) this.batches.push(batch);
    await this.#at('creating', exchange, customIds[0] ?? null);
    if (!isEarly) this.batches.push(batch);
    await this.#reply(exchange, this.#wire.toBatch(batch, 'running'));
    await exchange.closed;
    await this.#at('created', exchange, customIds[0] ?? null);
  }

  async #list(exchange: UpstreamRequest, call: Extract<BatchCall, { type: 'list' }>): Promise<void> {
    await this.#at('searching', exchange, null);
    const { page, hasMore } = pageOf(this.batches, call);
    const bodies = page.map((batch) => this.#wire.toBatch(batch, this.#standing(batch)));
    const ids = page.map(({ id }) => id);
    await this.#reply(exchange, this.#wire.toPage(bodies, ids, hasMore));
  }

  async #ask(
    exchange: UpstreamRequest,
    call: Extract<BatchCall, { id: string }>,
    batch: KeptBatch,
  ): Promise<void> {
    if (call.type === 'results') return this.#results(exchange, call.part, batch);
    if (call.type === 'poll') {
      batch.polls += 1;
      await this.#at('polling', exchange, batch.customIds[0] ?? null);
    } else {
      batch.cancels += 1;
      if (this.#options.onCancel !== undefined) return this.#options.onCancel(exchange);
    }
    await this.#reply(exchange, this.#wire.toBatch(batch, this.#standing(batch)));
  }

  async #results(
    exchange: UpstreamRequest,
    part: 'all' | 'answers' | 'errors',
    batch: KeptBatch,
  ): Promise<void> {
    batch.readings += 1;
    const standing = this.#standing(batch);
    const all = typeof standing === 'object' && 'ends' in standing ? standing.ends : [];
    const told = this.#options.told?.(batch, all) ?? all;
    const results = told
      .filter((end) => part === 'all' || isAnswer(end) === (part === 'answers'))
      .map((end) => this.#wire.toResult(batch, end));
    if (this.#wire.toResults !== undefined) return this.#reply(exchange, this.#wire.toResults(results));
    await this.#stream(exchange, results, batch.customIds[0] ?? null);
  }

  async #stream(exchange: UpstreamRequest, results: readonly unknown[], part: string | null): Promise<void> {
    const { response, closed } = exchange;
    const { breakAfter = (lines) => Math.ceil(lines / 2), pause } = this.#options;
    const breakAt = breakAfter(results.length);
    response.writeHead(200, { 'content-type': 'application/x-jsonl' });
    for (const [index, result] of results.entries()) {
      if (index === breakAt) await this.#at('streaming', exchange, part);
      if (response.destroyed) return;
      response.write(`${JSON.stringify(result)}\n`);
      if (index % LINES_A_PAUSE === LINES_A_PAUSE - 1) await pause?.();
    }
    response.end();
    await closed;
    await this.#at('streamed', exchange, part);
  }

  #standing(batch: KeptBatch): Standing {
    const { standing, polls = 0 } = this.#options;
    return standing?.(batch) ?? (batch.polls > polls ? everyAnswer(batch) : 'running');
  }

  async #at(moment: VendorMoment, exchange: UpstreamRequest, part: string | null): Promise<void> {
    await this.#options.at?.(moment, exchange, part);
  }

  async #reply(exchange: UpstreamRequest, body: unknown): Promise<void> {
    await this.#options.pause?.();
    if (!exchange.response.destroyed) sendJson(exchange, body);
  }

  readonly #notFound: Route = (exchange) => sendJson(exchange, this.#wire.notFound, { status: 404 });
}

const CALLER = /^\/of\/([^/]+)/;

/** The address of a vendor for one of its callers, whom it knows by that. */
export const withCaller = (url: string, caller: string): string => {
  const { origin, pathname } = new URL(url);
  return `${origin}/of/${caller}${pathname === '/' ? '' : pathname}`;
};

/** Whose address a path is below. */
export const callerOf = (path: string): string | undefined => CALLER.exec(path)?.[1];

const withoutCaller = (exchange: UpstreamRequest): CalledRequest => {
  const caller = callerOf(exchange.path);
  return caller === undefined ? exchange : { ...exchange, path: exchange.path.replace(CALLER, ''), caller };
};

/** A vendor's batch API on a real socket: what it keeps is the same for every vendor, how it is worded is its wire's. */
export const startBatchVendor = async (
  wire: BatchWire,
  options: BatchVendorOptions = {},
): Promise<BatchVendor> => {
  const api = new BatchApi(wire, options);
  const { takesBody } = options;
  const upstream = await startUpstream(
    (exchange) => api.answer(withoutCaller(exchange)),
    takesBody === undefined ? {} : { takesBody },
  );
  return {
    url: `${upstream.origin}${wire.path}`,
    batches: api.batches,
    requests: upstream.requests,
    [Symbol.asyncDispose]: () => upstream[Symbol.asyncDispose](),
  };
};
