import type { Connection } from './connection.ts';
import type {
  GenerateInput,
  Generation,
  GenerationPreview,
  Model,
  ModelFilter,
  ModelOrder,
  Provider,
  Batch,
  BatchItem,
  SubmitBatchInput,
  ToolResultInput,
} from './schema-types.ts';
import type { FollowOptions, GenerateOptions, GenerationHandle } from './generation-handle.ts';
import type { GraphqlRequest, TransportName, Transport } from './transport.ts';

export interface ModelgraphOptions {
  /** The address of the server's GraphQL endpoint; in a browser it may be relative to the page. */
  readonly url: string | URL;
  /** An API key or a user's token. A function is asked again for each request and each connection. */
  readonly token?: string | (() => string | undefined | Promise<string | undefined>);
  /** Over what subscriptions run. `auto` (the default): WebSocket, and SSE where no WebSocket opens. */
  readonly transport?: TransportName | Transport;
  /** Additional headers of HTTP requests and event streams (a WebSocket of a browser takes none). */
  readonly headers?: Readonly<Record<string, string>>;
  /**
   * Called with each request before it is sent, over WebSocket, SSE and HTTP alike: `sendDocumentIds()` of
   * `modelgraph-client/trusted-documents` puts ids in the place of texts.
   */
  readonly transformRequest?: (request: GraphqlRequest) => GraphqlRequest;
  /**
   * Keys of one's own for providers, by provider, where the server takes them. They are read again for each request and each
   * connection, and kept nowhere: without its client a generation with such a key ends.
   */
  readonly providerKeys?: Readonly<Record<string, string>> | undefined;
  readonly reconnect?: {
    /** The longest pause before the first try; it doubles with each, with full jitter. Default: 250. */
    readonly baseDelayMs?: number;
    /** Default: 10,000. */
    readonly maxDelayMs?: number;
    /** A generation whose server stays away for longer fails with SERVER_AWAY; its handle's id and cursor stay good. Default: 300,000. */
    readonly giveUpAfterMs?: number;
  };
  /**
   * Default: that of the environment. What it throws is taken as a lost connection, and tried again; a ModelgraphError is taken as it is.
   */
  readonly fetch?: typeof fetch;
  /** Default: that of the environment. */
  readonly webSocket?: typeof WebSocket;
}

export interface Page<T> {
  readonly nodes: readonly T[];
  readonly totalCount?: number;
  readonly endCursor: string | null;
  readonly hasNextPage: boolean;
}

export interface Modelgraph {
  /** All models that the filter lets through, over all pages. */
  models(query?: {
    readonly where?: ModelFilter;
    readonly orderBy?: ModelOrder;
    readonly signal?: AbortSignal;
  }): Promise<readonly Model[]>;
  /** By name or alias; null if there is none. */
  model(name: string): Promise<Model | null>;
  providers(): Promise<readonly Provider[]>;
  /** Checks an input as `generate` does, without generating anything. `count: 'PROVIDER'` asks the provider for the number of tokens. */
  preview(
    input: GenerateInput,
    options?: { readonly count?: 'ESTIMATE' | 'PROVIDER'; readonly signal?: AbortSignal },
  ): Promise<GenerationPreview>;

  /**
   * Starts a generation at once. A `File` or `Blob` in the input is uploaded with it. Unless the input says otherwise it is
   * sent `onDisconnect: 'CONTINUE'`: it runs to its end while no connection holds, so that a reload finds it, and
   * `cancel()` is what stops it. With `providerKeys` it is sent 'CANCEL', since those are kept nowhere. With 'CANCEL' it is
   * cancelled once the grace period of the server is over.
   */
  generate(input: GenerateInput, options?: GenerateOptions): GenerationHandle;
  /** Joins a generation that was started before: after a reload, in another tab. Without `after`: from its first event. */
  follow(id: string, options?: FollowOptions): GenerationHandle;

  generation(id: string): Promise<Generation | null>;
  generations(query?: {
    readonly first?: number;
    readonly after?: string;
    readonly status?: readonly Generation['status'][];
  }): Promise<Page<Generation>>;
  cancelGeneration(id: string): Promise<Generation>;
  submitToolResults(generationId: string, results: readonly ToolResultInput[]): Promise<Generation>;

  /** Hands in a batch. The code for batches is a chunk of its own, loaded with the first of these calls. */
  submitBatch(input: SubmitBatchInput): Promise<Batch>;
  batch(id: string): Promise<Batch | null>;
  batches(query?: { readonly first?: number; readonly after?: string }): Promise<Page<Batch>>;
  /** The requests of a batch with their results; null if there is no such batch. */
  batchItems(
    id: string,
    query?: { readonly first?: number; readonly after?: string },
  ): Promise<Page<BatchItem> | null>;
  cancelBatch(id: string): Promise<Batch>;
  /** How the batch stands, then each change until it has ended; reconnects by itself. */
  followBatch(id: string, options?: { readonly signal?: AbortSignal }): AsyncIterable<Batch>;

  /** Whether the server can be reached, to show it. */
  readonly connection: Connection;
  /** Any document of one's own over the same connection: a query or mutation. Fails with ModelgraphError. */
  request<Data, Variables extends Record<string, unknown>>(
    document: TypedDocument<Data, Variables> | string,
    variables?: Variables,
    options?: { readonly signal?: AbortSignal | undefined },
  ): Promise<Data>;
  /** Closes the connections; handles that are open detach. */
  dispose(): void;
}

/** A document as text, with the types of its data and variables. */
export interface TypedDocument<Data, Variables> {
  toString(): string;
  readonly __apiType?: (variables: Variables) => Data;
}
