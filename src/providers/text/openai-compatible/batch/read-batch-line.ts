import type { BatchResult } from '../../../../core/vendor-batch.ts';
import { type BatchContext, toCallOptions } from './batch-context.ts';
import { readResult, toFailedResult } from '../../../shared/batch/read-result.ts';
import { toProviderError } from '../map-error.ts';

/** One line of an output or error file, as any vendor of this shape may write it. */
export interface BatchLine {
  readonly custom_id?: unknown;
  readonly response?: {
    readonly status_code?: number | null;
    readonly request_id?: string | null;
    /** What the endpoint answered: an answer, or an error. */
    readonly body?: unknown;
  } | null;
  /** Of a request that never got an answer. */
  readonly error?: { readonly code?: string | null; readonly message?: string | null } | null;
}

/**
 * What came of the request a line names; undefined for a line that names none. In either file a request may have failed
 * by the HTTP status of its own answer, or without any: both are read as for a single request.
 */
export const readBatchLine = async (
  line: BatchLine | null,
  context: BatchContext,
  signal: AbortSignal,
): Promise<BatchResult | undefined> => {
  const { custom_id: customId, response, error } = line ?? {};
  if (typeof customId !== 'string') {
    context.log.warn({ provider: context.provider }, 'a line of a batch names no request');
    return undefined;
  }
  if (error?.code === 'batch_expired') return { customId, status: 'expired' };
  if (error?.code === 'batch_cancelled') return { customId, status: 'cancelled' };
  const body = response?.body;
  const status = response?.status_code ?? 200;
  if (!error && status < 300 && typeof body === 'object' && body !== null && !isErrorOnly(body))
    return readResult(customId, () => context.readAnswer(body), toCallOptions(context, signal));
  return toFailedResult(
    customId,
    toProviderError(error ? { error } : body, context.provider, {
      status: response?.status_code ?? undefined,
      headers: undefined,
      requestID: response?.request_id ?? undefined,
      message: 'the request has neither an answer nor an error',
    }),
  );
};

/** A failed but whole answer has an id: its reader tells what became of it. */
const isErrorOnly = (body: object): boolean => 'error' in body && Boolean(body.error) && !('id' in body);
