import type { JsonValue } from '../../core/json.ts';

/** Why options may not set a field, and as far as which values do no harm, which ones they may. */
export interface Reservation {
  readonly suggestion: string;
  readonly allows: (value: JsonValue, maxOutputTokens: number) => boolean;
  /** In words; null: no value is allowed. */
  readonly allowed: string | null;
}

const never = (): boolean => false;

const OWN_FIELD: Reservation = {
  suggestion: 'Use the field of the request that stands for it.',
  allows: never,
  allowed: null,
};

/** What decides which model is asked, what it is asked, and how the answer is read. */
const OWN_FIELDS = [
  'model',
  'models',
  'fallbacks',
  'messages',
  'input',
  'contents',
  'instructions',
  'system',
  'systemInstruction',
  'stream',
  'stream_options',
  'tools',
  'tool_choice',
  'toolConfig',
  'functions',
  'function_call',
  'parallel_tool_calls',
  'disable_parallel_tool_use',
];

const TOOLS: Reservation = {
  suggestion: 'Use tools: a tool of the provider itself is { builtIn: … }.',
  allows: never,
  allowed: null,
};

/** Fields that make a vendor run tools of its own, which are billed beside the tokens. */
const TOOL_FIELDS = ['web_search_options', 'search_parameters', 'mcp_servers', 'plugins', 'toolset'];

const KEPT: Reservation = {
  suggestion:
    'Send the conversation as messages: what is kept at the provider belongs to all users of this server.',
  allows: (value) => value === null,
  allowed: 'null',
};

/** Fields that reach what earlier requests, those of other principals too, have left at the vendor. */
const KEPT_FIELDS = [
  'previous_response_id',
  'previous_interaction_id',
  'conversation',
  'container',
  'thread_id',
  'prompt',
];

const COUNT: Reservation = {
  suggestion: 'Send several requests, or a batch, for several answers.',
  allows: (value) => value === 1 || value === null,
  allowed: '1',
};

const COUNT_FIELDS = ['n', 'best_of', 'candidateCount', 'num_completions', 'num_generations'];

const SWITCH: Reservation = {
  suggestion: 'Leave it out: this server keeps generations itself.',
  allows: (value) => value === false || value === null,
  allowed: 'false',
};

const SWITCH_FIELDS = ['store', 'background'];

/** Tiers that cost no more than the usual one. */
const CHEAP_TIERS = ['default', 'flex', 'on_demand', 'standard', 'standard_only', 'batch', 'unspecified'];

const TIER: Reservation = {
  suggestion: 'Leave it out: costs and limits are counted at the usual tier.',
  allows: (value) =>
    value === null ||
    (typeof value === 'string' && CHEAP_TIERS.includes(value.toLowerCase().replace(/^service_?tier_/, ''))),
  allowed: CHEAP_TIERS.join(', '),
};

const TIER_FIELDS = ['service_tier', 'speed'];

const LIMIT: Reservation = {
  suggestion: 'Use maxOutputTokens.',
  allows: (value, maxOutputTokens) => typeof value === 'number' && value >= 0 && value <= maxOutputTokens,
  allowed: 'a number of at most maxOutputTokens',
};

const LIMIT_FIELDS = [
  'max_tokens',
  'max_completion_tokens',
  'max_output_tokens',
  'max_new_tokens',
  'max_gen_len',
  'num_predict',
  'n_predict',
  'max_tokens_to_sample',
];

/** Names are read alike in all the forms that vendors take: Google's API takes `max_output_tokens` for `maxOutputTokens`. */
const toKey = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, '');

const byKey = (
  entries: readonly (readonly [readonly string[], Reservation])[],
): ReadonlyMap<string, Reservation> =>
  new Map(
    entries.flatMap(([names, reservation]) => names.map((name) => [toKey(name), reservation] as const)),
  );

/** Reserved wherever they stand. */
const ANYWHERE = byKey([
  [LIMIT_FIELDS, LIMIT],
  [COUNT_FIELDS, COUNT],
]);

/** Reserved in the body itself and in what vendors read as a part of it. */
const AT_TOP = byKey([
  [OWN_FIELDS, OWN_FIELD],
  [TOOL_FIELDS, TOOLS],
  [KEPT_FIELDS, KEPT],
  [SWITCH_FIELDS, SWITCH],
  [TIER_FIELDS, TIER],
]);

const WRAPPERS = new Set(
  ['config', 'generationConfig', 'extra_body', 'body', 'request', 'options', 'params', 'parameters'].map(
    toKey,
  ),
);

/** What vendors keep for the caller without reading it, and schemas, whose properties may have any name. */
const FREE_FORM = new Set(
  ['metadata', 'labels', 'user', 'tags', 'logit_bias', 'responseSchema', 'responseJsonSchema', 'schema'].map(
    toKey,
  ),
);

export const findReservation = (name: string, isTop: boolean): Reservation | undefined => {
  const key = toKey(name);
  return ANYWHERE.get(key) ?? (isTop ? AT_TOP.get(key) : undefined);
};

/** Whether a vendor reads the fields of an object of this name as if they stood in the body. */
export const isWrapper = (name: string): boolean => WRAPPERS.has(toKey(name));

export const isFreeForm = (name: string): boolean => FREE_FORM.has(toKey(name));
