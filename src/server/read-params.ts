import type { IncomingMessage } from 'node:http';
import { isRecord } from '../lib/is-record.ts';
import { parseJson } from '../lib/parse-json.ts';
import type { OperationParams } from './context.ts';

/** Whether a request carries uploads: a GraphQL multipart request. */
export const isMultipart = ({ headers }: IncomingMessage): boolean =>
  /^multipart\/form-data\b/i.test(headers['content-type'] ?? '');

/** Whether what an address gives as JSON is a JSON object, where it gives it. */
export const hasReadableAddress = ({ searchParams }: URL): boolean =>
  ['variables', 'extensions'].every((name) => {
    const value = searchParams.get(name);
    return value === null || isRecord(parseJson(value));
  });

/** The parameters of a GraphQL request, from its JSON body or its address; undefined when they cannot be read. */
export const readParams = (request: IncomingMessage, url: URL, body: Buffer): OperationParams | undefined => {
  if (request.method === 'POST') {
    const json = parseJson(body.toString('utf8'));
    return isRecord(json) ? json : undefined;
  }
  const fromText = (name: string): unknown => {
    const value = url.searchParams.get(name);
    return value === null ? undefined : parseJson(value);
  };
  return {
    query: url.searchParams.get('query') ?? undefined,
    operationName: url.searchParams.get('operationName') ?? undefined,
    variables: fromText('variables'),
    extensions: fromText('extensions'),
  };
};
