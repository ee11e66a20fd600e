import type OpenAI from 'openai';
import type { ModelConfig } from '../../../../core/model-config.ts';
import type { StreamEvent } from '../../../../core/stream-event.ts';
import type { TextRequest } from '../../../../core/text-request.ts';
import type { VendorCallOptions } from '../../../shared/batch/vendor-call.ts';
import { mapError } from '../map-error.ts';
import type { ReadingContext } from '../../../shared/reading/reading-context.ts';

/** What the batch API of one model needs: the vendor's clients, and the code that makes and reads a single call. */
export interface BatchContext extends ReadingContext {
  readonly config: ModelConfig;
  /** Takes JSON for an answer, and nothing else. */
  readonly json: OpenAI;
  /** Takes any answer: files. */
  readonly bytes: OpenAI;
  /** The body of a single waiting request. */
  readonly toBody: (request: TextRequest) => object;
  /** The events of a single whole answer. */
  readonly readAnswer: (answer: unknown) => AsyncIterable<StreamEvent>;
}

/** How a call of a batch API fails. */
export const toCallOptions = (
  { provider }: Pick<BatchContext, 'provider'>,
  signal: AbortSignal,
): VendorCallOptions => ({ provider, signal, mapError: (error) => mapError(error, provider) });
