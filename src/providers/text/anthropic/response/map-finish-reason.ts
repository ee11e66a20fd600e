import type Anthropic from '@anthropic-ai/sdk';
import type { FinishReason } from '../../../../core/generation.ts';
import { mapFinishWord } from '../../../shared/reading/map-finish-word.ts';

/** Words of gateways mean what they mean elsewhere; null, and words that are not known, are `other`. `pause_turn` comes here only when it is not continued. */
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
    case 'pause_turn':
    case null:
      return 'other';
    default:
      return mapFinishWord(reason);
  }
};
