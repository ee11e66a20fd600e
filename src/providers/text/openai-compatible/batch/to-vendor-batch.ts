import type { VendorBatch } from '../../../../core/vendor-batch.ts';
import type { ProviderError } from '../../../../core/errors.ts';
import { toGenerationError } from '../../../../core/to-generation-error.ts';
import { toCount } from '../../../shared/reading/to-count.ts';
import { readId } from '../../../shared/batch/read-id.ts';
import { toVendorWarning } from '../../../shared/batch/to-vendor-warning.ts';
import { toBatchError } from './to-batch-error.ts';

export interface BatchErrorBody {
  readonly code?: string | null;
  readonly line?: number | null;
  readonly message?: string | null;
}

/** A batch as any vendor of this shape may send it: everything but its id may be missing. */
export interface BatchBody {
  readonly id: string;
  readonly status?: string | null;
  readonly errors?: { readonly data?: readonly BatchErrorBody[] | null } | null;
  readonly input_file_id?: string | null;
  readonly output_file_id?: string | null;
  readonly error_file_id?: string | null;
  /** Seconds since 1970. */
  readonly created_at?: number | null;
  readonly expires_at?: number | null;
  readonly request_counts?: {
    readonly total?: number | null;
    readonly completed?: number | null;
    readonly failed?: number | null;
  } | null;
  readonly metadata?: Readonly<Record<string, unknown>> | null;
}

/** These vendors do not say when to ask again. */
export const toVendorBatch = (batch: BatchBody, provider: string): VendorBatch => {
  const { state, outcome } = mapStatus(batch.status);
  const hasErrors = (batch.errors?.data ?? []).length > 0;
  return {
    id: readId(batch.id, 'a batch', provider),
    state,
    outcome,
    error: outcome === 'failed' ? toGenerationError(toError(batch, provider)) : null,
    ...(hasErrors && outcome !== 'failed' && { warnings: [toVendorWarning(toError(batch, provider))] }),
    counts: toCounts(batch),
    createdAt: toDate(batch.created_at),
    expiresAt: toDate(batch.expires_at),
    retryAfterMs: null,
  };
};

/** An unknown status is not an end. */
const mapStatus = (status: string | null | undefined): Pick<VendorBatch, 'state' | 'outcome'> => {
  switch (status) {
    case 'completed':
    case 'expired':
    case 'cancelled':
    case 'failed':
      return { state: 'ended', outcome: status };
    case 'cancelling':
      return { state: 'cancelling', outcome: null };
    default:
      return { state: 'running', outcome: null };
  }
};

/** Until the file has been validated every count is 0, which tells nothing. */
const toCounts = ({ request_counts: counts }: BatchBody): VendorBatch['counts'] =>
  toCount(counts?.total)
    ? {
        total: toCount(counts?.total),
        succeeded: toCount(counts?.completed),
        failed: toCount(counts?.failed),
        cancelled: null,
        expired: null,
      }
    : null;

const toDate = (seconds: number | null | undefined): Date | null =>
  toCount(seconds) === null ? null : toValidDate(new Date(Number(seconds) * 1000));

const toValidDate = (date: Date): Date | null => (Number.isNaN(date.getTime()) ? null : date);

/** How many of the errors of a refused file are quoted: there may be one for every line. */
const QUOTED_ERRORS = 3;

/** A file that is refused is the fault of what is in it, unless the vendor says otherwise. */
const toError = ({ errors }: BatchBody, provider: string): ProviderError => {
  const reported = errors?.data ?? [];
  const codes = reported.flatMap(({ code }) => (code ? [code] : []));
  const quoted = reported.slice(0, QUOTED_ERRORS).map(quote).filter(Boolean).join(' ');
  const isTheirs =
    reported.length === 0 || codes.some((code) => code === 'server_error' || code === 'internal_error');
  return toBatchError({ code: codes[0] ?? null, message: quoted || null }, provider, isTheirs ? 500 : 400);
};

const quote = ({ message, line }: BatchErrorBody): string =>
  message ? (line == null ? message : `Line ${line}: ${message}`) : '';
