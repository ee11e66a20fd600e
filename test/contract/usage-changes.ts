/** A copy of a payload in which every field goes through `change`; undefined leaves it out. */
const mapFields = (value: unknown, change: (name: string, part: unknown) => unknown): unknown => {
  if (Array.isArray(value)) return value.map((item) => mapFields(item, change));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, part]) => {
      const changed = change(name, part);
      return changed === undefined ? [] : [[name, mapFields(changed, change)]];
    }),
  );
};

const without =
  (names: readonly string[]) =>
  (payload: object): object =>
    mapFields(payload, (name, part) => (names.includes(name) ? undefined : part)) as object;

const DETAILS = [
  'prompt_tokens_details',
  'completion_tokens_details',
  'input_tokens_details',
  'output_tokens_details',
  'prompt_cache_hit_tokens',
  'prompt_cache_miss_tokens',
  'cache_creation_input_tokens',
  'cache_read_input_tokens',
  'cache_creation',
  'thoughtsTokenCount',
  'cachedContentTokenCount',
  'promptTokensDetails',
];

/** A vendor that says nothing of tokens. */
export const withoutUsage = without(['usage', 'usageMetadata']);

/** A vendor that tells the totals alone. */
export const withoutDetails = without(DETAILS);

const TOO_MANY = 10_000;

const ofUsage =
  (change: (usage: Readonly<Record<string, unknown>>) => object) =>
  (payload: object): object =>
    mapFields(payload, (name, part) =>
      (name === 'usage' || name === 'usageMetadata') && typeof part === 'object' && part !== null
        ? change(part as Readonly<Record<string, unknown>>)
        : part,
    ) as object;

/** Vendors whose parts are more than the wholes they belong to, each in the fields of every API at once. */
export const MISCOUNTED: Readonly<Record<string, (payload: object) => object>> = {
  reasoning: ofUsage((usage) => ({
    ...usage,
    completion_tokens_details: { reasoning_tokens: TOO_MANY },
    output_tokens_details: { reasoning_tokens: TOO_MANY, thinking_tokens: TOO_MANY },
  })),
  'cache reads': ofUsage((usage) => ({
    ...usage,
    prompt_tokens_details: { cached_tokens: TOO_MANY },
    input_tokens_details: { cached_tokens: TOO_MANY },
    prompt_cache_hit_tokens: TOO_MANY,
    cache_read_input_tokens: TOO_MANY,
    cachedContentTokenCount: TOO_MANY,
  })),
  audio: ofUsage((usage) => ({
    ...usage,
    prompt_tokens_details: { audio_tokens: TOO_MANY },
    input_tokens_details: { audio_tokens: TOO_MANY },
    promptTokensDetails: [{ modality: 'AUDIO', tokenCount: TOO_MANY }],
  })),
};
