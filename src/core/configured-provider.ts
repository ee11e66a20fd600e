import type { ModelConfig, ModelDefinition } from './model-config.ts';

/** The APIs that a server the operator configures may speak. */
export const CONFIGURED_API_TYPES = ['chat_completion', 'responses_api'] as const;
export type ConfiguredApiType = (typeof CONFIGURED_API_TYPES)[number];

/** A server that speaks one of OpenAI's APIs, as the operator's file describes it. */
export interface ConfiguredProvider {
  /** The registration name. */
  readonly name: string;
  readonly displayName: string;
  readonly documentationUrl: string | null;
  /** Address of its API, version path included, without a slash at the end. */
  readonly baseUrl: string;
  /** The environment variable that holds its key; null: it needs none. */
  readonly keyVariable: string | null;
  readonly apiType: ConfiguredApiType;
  /** The field of a chat request that limits the output. */
  readonly maxTokensField: 'max_tokens' | 'max_completion_tokens';
  /** Whether a chat stream is asked to report its usage. */
  readonly streamUsage: boolean;
  /** The models the file names, in its order. */
  readonly models: readonly ModelConfig<ConfiguredApiType>[];
  /** What is said of every model that the server itself lists; null: the file names the models. */
  readonly discovered: ModelDefinition<ConfiguredApiType> | null;
  /** Those of a provider whose models are discovered lead to `<provider>/<id>`, and hold once that model is found. */
  readonly aliases: Readonly<Record<string, string>>;
  /** Where each of its models and aliases stands in the file, by name: what problems begin with. */
  readonly places: ReadonlyMap<string, string>;
}

/** The same number of output tokens, but no more than half of the context window, so that a prompt fits as well. */
export const outputTokensWithin = (contextWindow: number | null, outputTokens: number): number =>
  contextWindow === null ? outputTokens : Math.min(outputTokens, Math.max(1, Math.floor(contextWindow / 2)));
