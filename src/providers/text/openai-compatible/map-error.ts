import { APIConnectionError, APIConnectionTimeoutError, APIError } from 'openai';
import { type ErrorCode, MAX_WORDS_LENGTH, ProviderError } from '../../../core/errors.ts';
import { readRetryAfterMs } from '../../shared/call/retry-after.ts';
import { classifyVendorError, readVendorError } from '../../shared/call/vendor-error.ts';

/** xAI: "Your team […] has either used all available credits or reached its monthly spending limit." */
const SPENT: readonly [RegExp, ErrorCode] = [
  /used all available credits|reached its monthly spending limit/i,
  'PROVIDER_AUTHENTICATION',
];

/** Failures that some vendors tell by their words alone, each with what one of them says. */
const TOLD_BY_WORDS: readonly (readonly [RegExp, ErrorCode])[] = [
  // DeepSeek and vLLM, 400: "This model's maximum context length is 131072 tokens." Ollama: "prompt too long; exceeded max
  // context length by 1119046 tokens". LM Studio: "[…] the model is loaded with context length of only 4096 tokens, which is
  // not enough." llama.cpp: "the request exceeds the available context size". SGLang: "The input (9000 tokens) is longer than
  // the model's context length (8192 tokens)." Bedrock: "Input is too long for requested model." Anthropic behind a gateway:
  // "prompt is too long: 200082 tokens > 200000 maximum". TGI: "`inputs` tokens + `max_new_tokens` must be <= 4097". Gemini
  // behind its OpenAI-shaped API: "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576)."
  [
    /\b(maximum|max) (context|prompt|input) (length|size)|context window|reduce the length of the (messages|prompt)/i,
    'CONTEXT_LENGTH_EXCEEDED',
  ],
  [
    /\bcontext (length|size)\b.*(not enough|too small|exceed)|(exceed|longer than|larger than|greater than|overflow)[^.]*\bcontext (length|size|limit)/is,
    'CONTEXT_LENGTH_EXCEEDED',
  ],
  [
    /\b(prompt|input) (is )?too (long|large)\b|too many (input |prompt )?tokens in|exceeds? the maximum number of (input )?tokens|`?inputs`? tokens \+ `?max_new_tokens`? must be/i,
    'CONTEXT_LENGTH_EXCEEDED',
  ],
  // vLLM: "The decoder prompt (length 9000) is longer than the maximum model length of 4096." SGLang: "Input length (5000
  // tokens) exceeds the maximum allowed length". Zhipu: "Prompt exceeds max length". Cohere: "too many tokens: total number
  // of tokens in the prompt cannot exceed 4081". Moonshot: "Your request exceeded model token limit: 131072". Snowflake: "max
  // tokens of 8192 exceeded".
  [
    /\b(prompt|input|request)\b[^.]*\b(exceed(s|ed)?|longer than) (the |model )*(max(imum)? (allowed |model )?length|token limit)|too many tokens|tokens in the prompt cannot exceed|max tokens of \d+ exceeded/i,
    'CONTEXT_LENGTH_EXCEEDED',
  ],
  // Alibaba: "Range of input length should be [1, 30720]". TGI: "`inputs` must have less than 4096 tokens." LM Studio:
  // "Reached context length of 4096 tokens with this model […]", "The number of tokens to keep from the initial prompt is
  // greater than the context length", "Trying to keep the first 5000 tokens when context the overflows". Azure: "Input
  // tokens exceed the configured limit of 272000 tokens." llama.cpp: "context shift is disabled". vLLM: "exceeds
  // max_model_len". Bedrock: "maximum number of tokens exceeded". GitHub: "prompt token count of 9000 exceeds the limit of
  // 8000".
  [
    /range of input length should be|`?inputs`? must have less than \d+ tokens|reached context length|context the overflows|context overflow|context shift is disabled|max_model_len|\b(input|prompt|total)[ _]tokens?\b[^.]* exceed|model context limit|exceeds the maximum (allowed )?input length|input token limit exceeded|tokens in request more than max tokens/i,
    'CONTEXT_LENGTH_EXCEEDED',
  ],
  // xAI, 400: "Incorrect API key provided."
  [/incorrect api key/i, 'PROVIDER_AUTHENTICATION'],
  // xAI, 403: "Content violates usage guidelines. […] Failed check: SAFETY_CHECK_TYPE_BIO"
  [/content violates usage guidelines/i, 'CONTENT_FILTERED'],
  // OpenAI, 400 `invalid_prompt`: "Invalid prompt: your prompt was flagged as potentially violating our usage policy."
  [/prompt was flagged as potentially violating/i, 'CONTENT_FILTERED'],
  // OpenRouter, 403: "openai/o3 requires moderation on […]. Your input was flagged for "self-harm"." Together, 422: "Input was
  // blocked by safety model". Alibaba: "Output data may contain inappropriate content."
  [
    /\b(input|prompt|request|content|output)\b[^.]* (flagged|blocked by (our |the )?(safety|moderation|content))|inappropriate content/i,
    'CONTENT_FILTERED',
  ],
  // DeepSeek, 400: "Content Exists Risk"
  [/content exists risk/i, 'CONTENT_FILTERED'],
  // In a batch that xAI has ended, without any code.
  SPENT,
];

/** What some vendors call a rate limit although waiting mends nothing, recognised by their words alone. */
const LASTING_LIMITS: readonly (readonly [RegExp, ErrorCode])[] = [
  // OpenAI, 429: "Request too large for gpt-4o on tokens per min (TPM): Limit 30000, Requested 342389." The limit is that
  // of this server's account, and counts the output asked for: the model's context window is no part of it.
  [/request too large/i, 'PROVIDER_REJECTED'],
  // xAI, 429.
  SPENT,
];

/** Codes that may rest on no more than an HTTP status. */
const GENERAL: ReadonlySet<ErrorCode> = new Set([
  'PROVIDER_REJECTED',
  'PROVIDER_AUTHENTICATION',
  'PROVIDER_FAILED',
]);

/**
 * This server's account, which is no matter of the client's: xAI names it where it explains a filter ("Team: …, API key
 * ID: …, Model: grok-4"), OpenAI and Groq where a limit is reached ("in organization `org_…` service tier `on_demand`").
 */
const ACCOUNT =
  /\b(Team|API key ID): [^,\s]+,?\s*|\bin organization `?org[-_]\w+`?\s?(service tier `?\w+`?\s?)?| Need more tokens\? .*$/gs;

/** Classifies what the OpenAI SDK throws. Total; the only code that looks at its errors. */
export const mapError = (error: unknown, provider: string): ProviderError => {
  if (error instanceof APIConnectionTimeoutError)
    return new ProviderError('PROVIDER_TIMEOUT', { provider, cause: error });
  if (!(error instanceof APIError) || error instanceof APIConnectionError)
    return new ProviderError('PROVIDER_FAILED', {
      provider,
      vendorMessage: error instanceof Error ? error.message : String(error),
      cause: error,
    });
  return toProviderError({ error: error.error }, provider, error);
};

/** A failure a vendor reports in a body, an event or an HTTP answer, with what its response's headers add. */
export const toProviderError = (
  body: unknown,
  provider: string,
  from?: Pick<APIError, 'status' | 'headers' | 'requestID' | 'message'>,
): ProviderError => {
  const reported = readVendorError(body);
  const status = from?.status ?? null;
  const message = (reported?.message ?? from?.message ?? null)?.replace(ACCOUNT, '') ?? null;
  const code = classifyVendorError({
    status: status ?? reported?.status ?? null,
    words: reported?.words ?? [],
  });
  return new ProviderError(findToldCode(code, message) ?? code, {
    provider,
    providerStatus: status,
    retryAfterMs: from?.headers ? readRetryAfterMs(from.headers) : null,
    requestId: from?.requestID ?? null,
    vendorMessage: message,
    cause: from,
  });
};

/** What the vendor's words make of a code that may be wrong; undefined: it stays. */
const findToldCode = (code: ErrorCode, message: string | null): ErrorCode | undefined => {
  if (message === null) return undefined;
  const start = message.slice(0, MAX_WORDS_LENGTH);
  const told = (among: typeof TOLD_BY_WORDS): ErrorCode | undefined =>
    among.find(([words]) => words.test(start))?.[1];
  if (code === 'PROVIDER_RATE_LIMITED') return told(LASTING_LIMITS);
  return GENERAL.has(code) ? told(TOLD_BY_WORDS) : undefined;
};
