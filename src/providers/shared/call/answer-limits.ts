/**
 * How much of an answer is taken from a vendor, in bytes after decompression where nothing else is said. Beyond a limit the
 * call fails with `PROVIDER_FAILED`, what came before is kept, and the socket is closed. docs/vendor-answers.md lists them.
 */

/** One line of an event stream, and all lines of one event together. */
export const MAX_EVENT_BYTES = 16 * 1024 * 1024;

/** Lines between two events, comments included: each costs more memory than its length. */
export const MAX_EVENT_LINES = 65_536;

/** An answer that comes as one JSON document. */
export const MAX_JSON_BYTES = 32 * 1024 * 1024;

/** The body of a refusal, or of an answer that is not what was asked for: enough to say what it was. */
export const MAX_ERROR_BYTES = 64 * 1024;

/** Values, lists and objects of one JSON document of more than a mebibyte: each costs more memory than its characters. */
export const MAX_JSON_VALUES = 1_000_000;

/** Levels of one JSON document: those of what a model may say, and of the vendor's own around it. */
export const MAX_JSON_DEPTH = 128;

/** Of an event stream beside what its tokens take: echoes of the request, results of the vendor's tools, state. */
const STREAM_ALLOWANCE_BYTES = 32 * 1024 * 1024;

/** The chunk of one token, with filter results and log probabilities. */
const STREAM_BYTES_PER_TOKEN = 4 * 1024;

/** No answer is held to less: a vendor may count its reasoning apart. */
const LEAST_TOKENS = 8_192;

/** The longest event stream that an answer of so many tokens may take. */
export const maxStreamBytes = (maxOutputTokens: number): number =>
  STREAM_ALLOWANCE_BYTES + STREAM_BYTES_PER_TOKEN * Math.max(LEAST_TOKENS, maxOutputTokens);
