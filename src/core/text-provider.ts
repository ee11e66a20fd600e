import type { GenerationResult } from './generation.ts';
import type { ApiType, ModelConfig, ModelStatus } from './model-config.ts';
import type { EventStream } from './stream-event.ts';
import type { TextRequest } from './text-request.ts';

export interface CallOptions {
  /** Aborting closes the upstream socket at once, in every phase, and the call throws. */
  readonly signal: AbortSignal;
}

/**
 * One model behind one vendor's API.
 * - `stream` yields events in the order the vendor sent them and ends with one `finish`, or throws `ProviderError`;
 *   it never ends quietly.
 * - `generate` gives what `stream` would add up to.
 * - A stream without content after `firstDeltaTimeoutMs` of its connection throws `PROVIDER_TIMEOUT`.
 * - Neither retries, and neither leaves an upstream socket open behind it, however it ends.
 */
export interface TextProvider {
  readonly config: ModelConfig;
  generate(request: TextRequest, options: CallOptions): Promise<GenerationResult>;
  stream(request: TextRequest, options: CallOptions): EventStream;
}

/** Where a provider's log lines go. Prompts and keys are never among the fields. */
export interface ProviderLog {
  warn(fields: Readonly<Record<string, unknown>>, message: string): void;
}

/** What a provider needs to reach its vendor. */
export interface ProviderConnection {
  /** null for providers that need no key. */
  readonly apiKey: string | null;
  /** null: the vendor's own address. */
  readonly baseUrl: string | null;
  /** Longest time for opening a connection, TLS included, in milliseconds. */
  readonly connectTimeoutMs: number;
  /**
   * Longest wait for the first text, reasoning or tool call of a streamed answer, in milliseconds: some models reason
   * before they send so much as a header.
   */
  readonly firstDeltaTimeoutMs: number;
  /** Longest silence of an upstream stream, in milliseconds; any byte counts as life. */
  readonly idleTimeoutMs: number;
  /** Pause between two deltas of the demo models, in milliseconds. */
  readonly demoDelayMs: number;
  readonly log: ProviderLog;
}

/** Builds the vendor's client once and gives providers bound to a model. Reads no environment. */
export type ConnectTextProvider = (connection: ProviderConnection) => (config: ModelConfig) => TextProvider;

/** How the models of a vendor are named: by the vendor itself, and by others that name vendors in front of them. */
export interface ModelNaming {
  /** Names of the vendor before a slash, besides its registration name: those of OpenRouter, LiteLLM and models.dev. */
  readonly prefixes: readonly string[];
  /** How ids of its models begin. An unknown id that begins so is taken for one of its models, where that is allowed. */
  readonly families: readonly string[];
  /** Parts of the ids of models that do not write text, or that another vendor serves. */
  readonly excluded: readonly string[];
  /** The alias of the model to begin with. */
  readonly friendlyAlias: string;
}

/** A model as its vendor lists it. null: the vendor does not say. */
export interface ListedModel {
  /** The id that is sent upstream. */
  readonly id: string;
  readonly displayName: string | null;
  /** YYYY-MM-DD. */
  readonly releaseDate: string | null;
  readonly contextWindow: number | null;
  readonly maxInputTokens: number | null;
  readonly maxOutputTokens: number | null;
  readonly status: ModelStatus['type'] | null;
  /** YYYY-MM-DD. */
  readonly shutdownDate: string | null;
}

/** The models that a vendor lists. Throws when there is no readable list in time, or when the signal is aborted. */
export type ListModels = (
  connection: Pick<ProviderConnection, 'apiKey' | 'baseUrl'>,
  signal: AbortSignal,
) => Promise<readonly ListedModel[]>;

/** What is known of a provider before its SDK is loaded. */
export interface TextProviderDescriptor {
  /** The registration name: lower case, unique. */
  readonly name: string;
  readonly displayName: string;
  readonly documentationUrl: string | null;
  /**
   * Its name in traces, where OpenTelemetry's conventions have another one (`gen_ai.provider.name`,
   * https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-spans/). Left out: the registration name.
   */
  readonly telemetryName?: string;
  /** The environment variable that holds its key; null: needs none. */
  readonly credentialVariable: string | null;
  /** The API types this provider speaks: a model with another one is refused at start-up. */
  readonly apiTypes: readonly ApiType[];
  /**
   * Whether its failures are part of what a request asks for, so that they say nothing of the provider and its circuit
   * never opens. Left out: no.
   */
  readonly simulatesFailures?: boolean;
  /** Left out: its models are named by their names alone. */
  readonly naming?: ModelNaming;
  /** Loads what reads the vendor's own list of models. Left out: it has none. */
  readonly loadListModels?: () => Promise<ListModels>;
  /** Loads the code and its SDK. */
  readonly load: () => Promise<ConnectTextProvider>;
}
