import { expect, it } from 'vitest';
import { toProviderError } from '../../../../src/providers/text/openai-compatible/map-error.ts';

const TOO_LONG = [
  'the request exceeds the available context size (4096 tokens), try increasing it',
  'The decoder prompt (length 9000) is longer than the maximum model length of 4096.',
  'prompt is too long: 208310 tokens > 200000 maximum',
  'Input is too long for requested model.',
  'The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).',
  'Prompt contains 40000 tokens and 0 draft tokens, too large for model with 32768 maximum context length',
  'too many tokens: total number of tokens in the prompt cannot exceed 4081 - received 5000.',
  'Please reduce the length of the messages or completion.',
  'Input length (5000 tokens) exceeds the maximum allowed length (4096 tokens).',
  "This model's maximum prompt length is 131072 but the request contains 200000 tokens.",
  'Invalid request: Your request exceeded model token limit: 131072',
  'Prompt exceeds max length',
  'max tokens of 8192 exceeded',
  'Range of input length should be [1, 30720]',
  'Input validation error: `inputs` must have less than 4096 tokens. Given: 5000',
  'Reached context length of 4096 tokens with this model, but this model does not support mid-generation context overflow',
  'Input tokens exceed the configured limit of 272000 tokens. Your messages resulted in 300000 tokens.',
  'context shift is disabled',
  'total_tokens 9000 exceeds the maximum of 8192 tokens for this model',
];
const FILTERED = [
  'openai/o3 requires moderation on OpenInference. Your input was flagged for "self-harm".',
  'Input was blocked by safety model',
  'Output data may contain inappropriate content.',
  'Content Exists Risk',
];
const NEITHER = [
  'max_tokens is too large: 40000. This model supports at most 16384 completion tokens',
  "Invalid 'messages[0].content': string too long. Expected a string with maximum length 10485760.",
  'temperature must be at most 2',
  'Input validation error: `tools` must not be empty',
];

const codeOf = (message: string, status: number): string =>
  toProviderError({ error: { message, type: 'invalid_request_error' } }, 'tested', {
    status,
    headers: new Headers(),
    requestID: null,
    message,
  }).code;

it.each([
  ...TOO_LONG.map((words) => [words, 'CONTEXT_LENGTH_EXCEEDED'] as const),
  ...FILTERED.map((words) => [words, 'CONTENT_FILTERED'] as const),
  ...NEITHER.map((words) => [words, 'PROVIDER_REJECTED'] as const),
])('%s', (words, code) => {
  for (const status of [400, 422]) expect(codeOf(words, status)).toBe(code);
});
