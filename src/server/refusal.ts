import { GraphQLError } from 'graphql';
import { Response } from '@whatwg-node/server';
import { ERROR_CODES, type ErrorCode } from '../core/errors.ts';
import { findAcceptedType, JSON_TYPE } from './answer-type.ts';
import type { HttpContext } from './context.ts';
import { toRetryAfter } from './rate-limit-headers.ts';

export interface Refusal {
  readonly code: ErrorCode;
  readonly message: string;
  /** Status of the HTTP answer, if it is another than the one of the code. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** When the same request may be sent again, in milliseconds. */
  readonly retryAfterMs?: number;
}

const headersOf = ({ headers, retryAfterMs }: Refusal): Record<string, string> => ({
  ...headers,
  ...(retryAfterMs !== undefined && { 'retry-after': toRetryAfter(retryAfterMs) }),
});

const extensionsOf = ({ code, retryAfterMs }: Refusal): Readonly<Record<string, unknown>> => ({
  code,
  retryable: ERROR_CODES[code].retryable,
  ...(retryAfterMs !== undefined && { retryAfterMs }),
});

/** A refusal as an error: thrown from a hook, it becomes the answer, with its status for every media type. */
export const toRefusalError = (refusal: Refusal): GraphQLError => {
  const { code, message, status } = refusal;
  return new GraphQLError(message, {
    extensions: {
      ...extensionsOf(refusal),
      http: { status: status ?? ERROR_CODES[code].http, spec: false, headers: headersOf(refusal) },
    },
  });
};

/** A refusal as the answer to a request whose operation has not been read. */
export const toRefusalResponse = (refusal: Refusal, { req }: Pick<HttpContext, 'req'>): Response => {
  const { code, message, status } = refusal;
  const type = findAcceptedType(req.headers.accept) ?? JSON_TYPE;
  return new Response(JSON.stringify({ errors: [{ message, extensions: extensionsOf(refusal) }] }), {
    status: status ?? ERROR_CODES[code].http,
    headers: { ...headersOf(refusal), 'content-type': `${type}; charset=utf-8` },
  });
};

/** The refusal of a body that is many values, and would cost many times its length once it is parsed. */
export const tooManyValues = (most: number): GraphQLError =>
  toRefusalError({
    code: 'INVALID_REQUEST',
    message: `The body holds more than ${most} JSON values. Send long data as one text.`,
  });
