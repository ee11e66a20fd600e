import { GraphQLError } from 'graphql';
import { Response } from '@whatwg-node/server';
import { ERROR_CODES, type ErrorCode } from '../core/errors.ts';
import { findAcceptedType, JSON_TYPE } from './answer-type.ts';
import type { HttpContext } from './context.ts';

export interface Refusal {
  readonly code: ErrorCode;
  readonly message: string;
  /** Status of the HTTP answer, if it is another than the one of the code. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A refusal as an error: thrown from a hook, it becomes the answer, with its status for every media type. */
export const toRefusalError = ({ code, message, status, headers }: Refusal): GraphQLError => {
  const { http, retryable } = ERROR_CODES[code];
  return new GraphQLError(message, {
    extensions: {
      code,
      retryable,
      http: { status: status ?? http, spec: false, ...(headers && { headers: { ...headers } }) },
    },
  });
};

/** A refusal as the answer to a request whose operation has not been read. */
export const toRefusalResponse = (refusal: Refusal, { req }: Pick<HttpContext, 'req'>): Response => {
  const { code, message, status, headers } = refusal;
  const { http, retryable } = ERROR_CODES[code];
  const type = findAcceptedType(req.headers.accept) ?? JSON_TYPE;
  return new Response(JSON.stringify({ errors: [{ message, extensions: { code, retryable } }] }), {
    status: status ?? http,
    headers: { ...headers, 'content-type': `${type}; charset=utf-8` },
  });
};

/** The refusal of a body that is many values, and would cost many times its length once it is parsed. */
export const tooManyValues = (most: number): GraphQLError =>
  toRefusalError({
    code: 'INVALID_REQUEST',
    message: `The body holds more than ${most} JSON values. Send long data as one text.`,
  });
