import { ApiError } from '@google/genai/web';
import type { ProviderError } from '../../../../core/errors.ts';
import { mapError } from '../map-error.ts';

/** google.rpc.Status: how a batch, or one request of it, says that it failed. */
export interface StatusBody {
  /** One of gRPC's codes; an HTTP status is taken as well. */
  readonly code?: number | string | null;
  readonly message?: string | null;
  readonly status?: string | null;
  readonly details?: unknown;
}

const CANCELLED = 1;

/** gRPC's codes as an HTTP answer would give them. https://github.com/googleapis/googleapis/blob/master/google/rpc/code.proto */
const HTTP_ERRORS: ReadonlyMap<number, readonly [status: number, word: string]> = new Map([
  [CANCELLED, [499, 'CANCELLED']],
  [3, [400, 'INVALID_ARGUMENT']],
  [4, [504, 'DEADLINE_EXCEEDED']],
  [5, [404, 'NOT_FOUND']],
  [6, [409, 'ALREADY_EXISTS']],
  [7, [403, 'PERMISSION_DENIED']],
  [8, [429, 'RESOURCE_EXHAUSTED']],
  [9, [400, 'FAILED_PRECONDITION']],
  [10, [409, 'ABORTED']],
  [11, [400, 'OUT_OF_RANGE']],
  [12, [501, 'UNIMPLEMENTED']],
  [14, [503, 'UNAVAILABLE']],
  [16, [401, 'UNAUTHENTICATED']],
]);

export const isCancelled = ({ code, status }: StatusBody): boolean =>
  Number(code) === CANCELLED || status === 'CANCELLED';

/** Classified as the HTTP answer of a single request that says the same. */
export const toStatusError = (error: StatusBody): ProviderError => {
  const code = Number(error.code);
  const [http, word] = HTTP_ERRORS.get(code) ?? [code >= 400 && code < 600 ? code : 500, 'INTERNAL'];
  const body = { ...error, code: http, status: error.status ?? word };
  return mapError(new ApiError({ message: JSON.stringify({ error: body }), status: http }));
};
