import type Anthropic from '@anthropic-ai/sdk';
import type { FinishReason } from '../../../../core/generation.ts';

/** null and words this SDK does not know are `other`. `pause_turn` comes here only when it is not continued. */
export const mapFinishReason = (reason: Anthropic.StopReason | null): FinishReason => {
  switch (reason) {
    case 'end_turn':
    case 'stop_sequence':
      return 'stop';
    case 'max_tokens':
    case 'model_context_window_exceeded':
      return 'length';
    case 'tool_use':
      return 'tool-calls';
    case 'refusal':
      return 'content-filter';
    default:
      return 'other';
  }
};
