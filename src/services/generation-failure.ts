import { ModelgraphError } from '../core/errors.ts';
import type { GenerationError } from '../core/generation.ts';

/** A generation that was waited for and did not complete. What it had is still there under its id. */
export class GenerationFailure extends ModelgraphError {
  readonly generationId: string;
  readonly failure: GenerationError;

  constructor(generationId: string, failure: GenerationError) {
    super(failure.code, failure.message);
    this.name = 'GenerationFailure';
    this.generationId = generationId;
    this.failure = failure;
  }
}
