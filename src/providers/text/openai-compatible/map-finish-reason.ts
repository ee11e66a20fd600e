import type { FinishReason } from '../../../core/generation.ts';

/** The meaning of a chat completion's `finish_reason`. */
export const mapChatFinishReason = (raw: string): FinishReason => {
  switch (raw) {
    case 'stop':
      return 'stop';
    case 'length':
      return 'length';
    case 'tool_calls':
    case 'function_call':
      return 'tool-calls';
    case 'content_filter':
      return 'content-filter';
    default:
      return 'other';
  }
};

/** The meaning of a response's `incomplete_details.reason`. */
export const mapIncompleteReason = (raw: string | null): FinishReason => {
  switch (raw) {
    case 'max_output_tokens':
      return 'length';
    case 'content_filter':
      return 'content-filter';
    default:
      return 'other';
  }
};
