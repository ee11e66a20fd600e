/**
 * How much one answer of a model may hold, whichever vendor's and however it comes. Beyond a limit the generation fails with
 * `PROVIDER_FAILED`, and what came before is kept. docs/vendor-answers.md lists them, with those of its bytes (answer-limits.ts).
 */

/** Levels of lists and objects in arguments, in results of tools, in JSON output and in a vendor's state. */
export const MAX_DEPTH = 100;

/** Tool calls, the vendor's own included. */
export const MAX_CALLS = 1_000;

export const MAX_CITATIONS = 2_000;

/** The JSON of one call's arguments. */
export const MAX_ARGUMENTS_CHARACTERS = 4 * 1024 * 1024;

/** Arguments, results, citations and a vendor's state together. */
export const MAX_KEPT_CHARACTERS = 32 * 1024 * 1024;

/** What a delta counts beside its characters: it takes memory of its own, however short it is. */
export const EVENT_CHARACTERS = 16;

/** A token has 4 characters on average, and at most 16 when each comes in a delta of its own. */
const CHARACTERS_PER_TOKEN = 256;

/** No answer is held to less: a vendor may count its reasoning apart. */
const LEAST_TOKENS = 8_192;

/** Text, reasoning and arguments of an answer of so many tokens. */
export const maxAnswerCharacters = (maxOutputTokens: number): number =>
  CHARACTERS_PER_TOKEN * Math.max(LEAST_TOKENS, maxOutputTokens);
