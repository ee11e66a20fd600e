import {
  ERROR_CODES,
  type ErrorCode,
  findModelgraphError,
  ModelgraphError,
  ProviderError,
} from '../core/errors.ts';
import type { GenerationError } from '../core/generation.ts';
import type { ServiceLog } from '../core/service-log.ts';
import { toGenerationError } from '../core/to-generation-error.ts';
import { redactKeys } from '../lib/redact-keys.ts';

/** A generation that a client waited for and that did not complete. What it had can still be read under its id. */
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

/** For work that no caller waits for: what it throws is a defect, is logged as one and ends nothing else. */
export const createDefectReport =
  (log: ServiceLog, about: Readonly<Record<string, unknown>>) =>
  (error: unknown): void =>
    log.error({ ...about, err: error }, 'work in the background failed because of a defect of this server');

/** Failures that are not about the request, so that the vendor's words about them do not quote it. */
const quotesNoRequest = (code: ErrorCode): boolean =>
  code === 'PROVIDER_AUTHENTICATION' || code === 'PROVIDER_RATE_LIMITED' || code === 'PROVIDER_OVERLOADED';

/** What a client may know of an error; the rest of it goes to the log. */
export const reportFailure = (
  error: unknown,
  about: Readonly<Record<string, unknown>>,
  log: ServiceLog,
  subject: 'generation' | 'batch' | 'request of a batch' = 'generation',
): GenerationError => {
  const known = findModelgraphError(error);
  const fields = { ...about, code: known?.code ?? 'INTERNAL' };
  if (known === undefined) {
    log.error({ ...fields, err: error }, `a ${subject} failed because of a defect of this server`);
    return toGenerationError(
      new ModelgraphError('INTERNAL', `The server failed to complete the ${subject}.`),
    );
  }
  const details =
    known instanceof ProviderError
      ? {
          providerStatus: known.providerStatus,
          requestId: known.requestId,
          vendorMessage: quotesNoRequest(known.code) ? redactKeys(known.vendorMessage) : null,
          ...(known.connectionFailure !== null && { cause: known.connectionFailure }),
        }
      : {};
  const write = ERROR_CODES[known.code].expected ? 'info' : 'warn';
  log[write]({ ...fields, ...details }, `a ${subject} failed`);
  if (known instanceof ProviderError && known.vendorMessage !== null && !quotesNoRequest(known.code))
    log.debug(
      { ...fields, vendorMessage: redactKeys(known.vendorMessage) },
      "the provider's description of a failure",
    );
  return toGenerationError(known);
};
