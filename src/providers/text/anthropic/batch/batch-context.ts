import type Anthropic from '@anthropic-ai/sdk';
import type { ModelConfig } from '../../../../core/model-config.ts';
import type { VendorCallOptions } from '../../../shared/batch/vendor-call.ts';
import type { ReadingContext } from '../../../shared/reading/reading-context.ts';
import { mapError } from '../map-error.ts';

/** What the batch API of one model needs. */
export interface BatchContext extends ReadingContext {
  readonly config: ModelConfig;
  /** Takes JSON for an answer, and nothing else. */
  readonly json: Anthropic;
  /** Takes any answer: results. */
  readonly bytes: Anthropic;
}

/** How a call of the batch API fails. */
export const toCallOptions = (
  { provider }: Pick<BatchContext, 'provider'>,
  signal: AbortSignal,
): VendorCallOptions => ({ provider, signal, mapError });
