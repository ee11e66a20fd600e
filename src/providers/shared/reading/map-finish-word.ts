import type { FinishReason } from '../../../core/generation.ts';

/**
 * The words of OpenAI-shaped servers for the end of a turn, besides OpenAI's own: Together (`eos`), mlx-lm (`tool_call`),
 * Mistral (`model_length`), Zhipu (`sensitive`), Cohere, TGI, and those that pass on Anthropic's, Bedrock's or Gemini's.
 */
const MEANINGS: ReadonlyMap<string, FinishReason> = new Map<string, FinishReason>([
  ...toEntries('stop', [
    'stop',
    'eos',
    'eos_token',
    'end',
    'end_turn',
    'stop_sequence',
    'stop_token',
    'stop_string',
    'complete',
    'completed',
    'done',
    'finished',
    'success',
  ]),
  ...toEntries('length', [
    'length',
    'max_tokens',
    'max_token',
    'max_output_tokens',
    'max_new_tokens',
    'max_completion_tokens',
    'max_length',
    'model_length',
    'token_limit',
    'limit',
    'error_limit',
    'context_length',
    'context_length_exceeded',
    'model_context_window_exceeded',
  ]),
  ...toEntries('tool-calls', [
    'tool_calls',
    'tool_call',
    'tool_use',
    'tool',
    'tools',
    'function_call',
    'function_calls',
    'function',
  ]),
  ...toEntries('content-filter', [
    'content_filter',
    'content_filtered',
    'content_policy',
    'content_policy_violation',
    'filtered',
    'refusal',
    'safety',
    'image_safety',
    'sensitive',
    'recitation',
    'blocklist',
    'prohibited_content',
    'spii',
    'guardrail_intervened',
    'error_toxic',
  ]),
]);

function toEntries(reason: FinishReason, words: readonly string[]): [string, FinishReason][] {
  return words.map((word) => [word, reason]);
}

/** What says that the turn failed, and did not end: `error` (OpenRouter), `network_error` (Zhipu), `abort` (vLLM). */
const FAILURE =
  /^(error|fail(ed|ure)?|abort(ed)?|cancel(l?ed)?|time_?out|timed_out|interrupted|(client_|upstream_)?disconnect(ed)?|overloaded|insufficient_system_resource)$|^error_|_error$|^function_call_filter|malformed_|unexpected_tool_call|too_many_tool_calls/;

/** `FinishReason.STOP`, `FINISH_REASON_STOP`, `end-turn` and `Stop` are the same word. */
const normalise = (raw: string): string =>
  raw
    .trim()
    .replace(/^<\|?(im_)?|\|?>$/g, '')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replace(/[\s-]+/g, '_')
    .replace(/^finish_?reason[._]/, '');

/** The meaning of a server's word for the end of a turn; `other` for a word that is not known. */
export const mapFinishWord = (raw: string): FinishReason => {
  const word = normalise(raw);
  // Gemini behind its OpenAI-shaped API: "content_filter: RECITATION".
  return MEANINGS.get(word) ?? LIKENESSES.find(([like]) => like.test(word))?.[1] ?? 'other';
};

/** Words that are not known, by what they are made of: `stop_str`, `end_of_turn`, `max_tokens_reached`, `truncated`. */
const LIKENESSES: readonly (readonly [RegExp, FinishReason])[] = [
  [/filter|moderat|guardrail|safety|sensitive|policy|blocked/, 'content-filter'],
  [/(^|_)length|truncated|max_(\w+_)?tokens?|token_limit/, 'length'],
  [/^(tool|function)_?(use|calls?)/, 'tool-calls'],
  [/^(stop|stopped|eos|eot|normal)(_|$)|^end_?of_?\w+$/, 'stop'],
];

/** Whether a server's word for the end of a turn says that it failed: what has come is then no answer. */
export const isFailureWord = (raw: string): boolean => {
  const word = normalise(raw);
  return !MEANINGS.has(word) && FAILURE.test(word);
};

/** The meaning of a response's `incomplete_details.reason`. */
export const mapIncompleteReason = (raw: string | null): FinishReason => {
  const reason = raw === null ? 'other' : mapFinishWord(raw);
  return reason === 'length' || reason === 'content-filter' ? reason : 'other';
};
