import type { JsonValue } from './json.ts';
import type { Message } from './message.ts';
import type { PromptCache, ReasoningEffort, Verbosity } from './model-config.ts';
import type { OnViolation } from './output.ts';
import type { OutputFormat, Tool, ToolChoice } from './text-request.ts';

export const ON_UNSUPPORTED = ['reject', 'drop-with-warning'] as const;
export type OnUnsupported = (typeof ON_UNSUPPORTED)[number];

/** What becomes of a generation whose last subscriber has left. */
export const ON_DISCONNECT = ['cancel', 'continue'] as const;
export type OnDisconnect = (typeof ON_DISCONNECT)[number];

export interface ReasoningInput {
  readonly enabled: boolean | null;
  readonly effort: ReasoningEffort | null;
  readonly budgetTokens: number | null;
}

/** What a caller asks for, before anything is resolved or checked. null: not given. */
export interface GenerateInput {
  readonly model: string;
  readonly prompt: string | null;
  readonly messages: readonly Message[] | null;
  readonly system: string | null;
  readonly reasoning: ReasoningInput | null;
  readonly maxOutputTokens: number | null;
  readonly temperature: number | null;
  readonly topP: number | null;
  readonly topK: number | null;
  readonly stopSequences: readonly string[] | null;
  readonly seed: number | null;
  readonly presencePenalty: number | null;
  readonly frequencyPenalty: number | null;
  readonly verbosity: Verbosity | null;
  readonly tools: readonly Tool[] | null;
  readonly toolChoice: ToolChoice | null;
  readonly parallelToolCalls: boolean | null;
  readonly output: OutputFormat | null;
  /** Of an output with a schema; no other one can break any. */
  readonly onViolation: OnViolation;
  /** Whether the JSON document is streamed, step by step, beside the text. */
  readonly streamOutput: boolean;
  readonly cache: PromptCache;
  /** Any JSON: checked to be an object before it is used. */
  readonly providerOptions: JsonValue | null;
  readonly onUnsupported: OnUnsupported;
  /** Tried in order while nothing has come of the models before. */
  readonly fallbackModels: readonly string[] | null;
  readonly onDisconnect: OnDisconnect;
  /** Stops the generation once it has cost more, in US dollars. */
  readonly maxCostUsd: number | null;
  /** For the whole generation, in milliseconds. */
  readonly timeoutMs: number | null;
  /** false: neither the prompt nor the answer is written to a disk of this server. Left out: true. */
  readonly store?: boolean;
  /** The caller's own, returned with the generation or the item of a batch, never sent to a provider. */
  readonly metadata: JsonValue | null;
}
