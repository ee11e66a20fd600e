import type { JsonValue } from './json.ts';
import type { Message } from './message.ts';
import type { BuiltInTool, PromptCache, ReasoningEffort, Verbosity } from './model-config.ts';

/** Reasoning as the resolved model takes it; checked against its config before a provider sees it. */
export type ReasoningSetting =
  | { readonly type: 'provider-default' }
  | { readonly type: 'off' }
  | { readonly type: 'on' }
  | { readonly type: 'effort'; readonly effort: ReasoningEffort }
  | { readonly type: 'budget'; readonly tokens: number };

export interface FunctionTool {
  readonly type: 'function';
  readonly name: string;
  readonly description: string | null;
  /** A JSON Schema. */
  readonly parameters: JsonValue;
  readonly strict: boolean | null;
}
export interface BuiltInToolRequest {
  readonly type: 'built-in';
  readonly tool: BuiltInTool;
}
export type Tool = FunctionTool | BuiltInToolRequest;

export type ToolChoice =
  | { readonly type: 'auto' }
  | { readonly type: 'none' }
  | { readonly type: 'required' }
  | { readonly type: 'function'; readonly name: string };

export type OutputFormat =
  | { readonly type: 'text' }
  | { readonly type: 'json' }
  | { readonly type: 'schema'; readonly name: string; readonly schema: JsonValue; readonly strict: boolean };

/** Fields for a provider's request body, in its own words. */
export type ProviderOptions = Readonly<Record<string, JsonValue>>;

/**
 * One request as a provider receives it: resolved, checked, complete. null means "not given": nothing is sent for it.
 * Every value is one that the model takes: the checks have refused any other, or left it out with a warning. A provider
 * drops nothing, and adds only what its API demands in any request (a name for a document's bytes, a type for a function's
 * parameters) or what this server needs to read the answer (summaries of reasoning, encrypted state, usage).
 */
export interface TextRequest {
  readonly system: string | null;
  readonly messages: readonly Message[];
  readonly reasoning: ReasoningSetting;
  readonly maxOutputTokens: number;
  readonly temperature: number | null;
  readonly topP: number | null;
  readonly topK: number | null;
  readonly stopSequences: readonly string[] | null;
  readonly seed: number | null;
  readonly presencePenalty: number | null;
  readonly frequencyPenalty: number | null;
  readonly verbosity: Verbosity | null;
  readonly tools: readonly Tool[];
  readonly toolChoice: ToolChoice | null;
  readonly parallelToolCalls: boolean | null;
  readonly output: OutputFormat;
  readonly cache: PromptCache;
  /** Put over the body as they are: the caller's way past this vocabulary. null: none. */
  readonly providerOptions: ProviderOptions | null;
}
