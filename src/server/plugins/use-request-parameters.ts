import type { GraphQLParams } from 'graphql-yoga';
import { isRecord } from '../../lib/is-record.ts';
import { hasMoreJsonValues } from '../../lib/has-more-json-values.ts';
import { parseExactJson } from '../../lib/exact-json.ts';
import {
  acceptsEventStream,
  acceptsMultipart,
  findAcceptedType,
  GRAPHQL_RESPONSE,
  JSON_TYPE,
} from '../answer-type.ts';
import type { ServerPlugin } from '../plugin.ts';
import { maxBodyValuesOf, type OperationLimits } from '../limits.ts';
import { findParamsError } from '../prepare-operation.ts';
import { type Refusal, toRefusalError, tooManyValues } from '../refusal.ts';
import { isJson, isMultipart, MALFORMED_BODY } from '../request-type.ts';
import { readBody } from '../uploads/body.ts';

const UNKNOWN_TYPE: Refusal = {
  code: 'INVALID_REQUEST',
  status: 415,
  message: 'Send application/json, or multipart/form-data.',
};
const MALFORMED_ADDRESS: Refusal = {
  code: 'INVALID_REQUEST',
  message: 'variables and extensions must be JSON objects.',
};
const NOT_ACCEPTABLE: Refusal = {
  code: 'INVALID_REQUEST',
  status: 406,
  message: `The answer is ${GRAPHQL_RESPONSE} or ${JSON_TYPE}, and neither is accepted.`,
};

/** What GraphQL over HTTP knows; other properties of a body are ignored, as it asks for. */
const toParams = ({
  query,
  operationName,
  variables,
  extensions,
  documentId,
}: Readonly<Record<string, unknown>>): GraphQLParams =>
  // Not checked yet: `onParams` does.
  ({ query, operationName, variables, extensions, documentId }) as GraphQLParams;

export interface BodyLimits {
  readonly maxBodyBytes: number;
  readonly limits: OperationLimits;
}

/**
 * Reads the parameters of an operation from an address or a JSON body of at most `maxBodyBytes`, and refuses what is no
 * GraphQL request or accepts no answer that there is, before anything of it is executed.
 */
export const useRequestParameters = ({ maxBodyBytes, limits }: BodyLimits): ServerPlugin => ({
  onRequestParse({ serverContext: { req }, requestParser, setRequestParser }) {
    if (req.method === 'GET')
      setRequestParser((request) => {
        try {
          return requestParser?.(request) ?? {};
        } catch {
          throw toRefusalError(MALFORMED_ADDRESS);
        }
      });
    else if (isJson(req))
      setRequestParser(async () => {
        const bytes = await readBody(req, maxBodyBytes);
        const most = maxBodyValuesOf(limits);
        if (hasMoreJsonValues(bytes, most)) throw tooManyValues(most);
        const body = parseExactJson(bytes.toString('utf8'));
        if (!isRecord(body)) throw toRefusalError(MALFORMED_BODY);
        return toParams(body);
      });
    else if (!isMultipart(req)) throw toRefusalError(UNKNOWN_TYPE);
  },
  onParams({ params, context: { req } }) {
    const malformed = findParamsError(params);
    if (malformed !== undefined) throw toRefusalError(malformed);
    const isAccepted = findAcceptedType(req.headers.accept) !== undefined;
    if (!isAccepted && !acceptsEventStream(req) && !acceptsMultipart(req))
      throw toRefusalError(NOT_ACCEPTABLE);
  },
});
