import { ModelgraphError } from '../modelgraph-error.ts';
import { badResponse, fromGraphqlErrors, serverAway } from '../to-modelgraph-error.ts';
import type { GraphqlResult } from '../transport.ts';

/** Of proxies and of servers that start, stop, or have too much to do: another try may succeed. */
const AWAY: ReadonlySet<number> = new Set([408, 425, 502, 503, 504, 520, 521, 522, 523, 524, 530]);

/** `Retry-After` in milliseconds: seconds or a date. */
const readRetryAfter = (headers: Headers): number | undefined => {
  const given = headers.get('retry-after');
  if (given === null) return undefined;
  const waitMs = /^\d+$/.test(given) ? Number(given) * 1_000 : Date.parse(given) - Date.now();
  return Number.isFinite(waitMs) ? Math.max(0, waitMs) : undefined;
};

const isGraphqlResult = (value: unknown): value is GraphqlResult =>
  typeof value === 'object' &&
  value !== null &&
  (('errors' in value && Array.isArray(value.errors)) || ('data' in value && value.data !== undefined));

/** The error that a status stands for where the body says nothing in GraphQL. */
const fromStatus = ({ status, headers }: Response): ModelgraphError => {
  const retryAfterMs = readRetryAfter(headers);
  if (AWAY.has(status)) return serverAway(new Error(`HTTP ${status}`), retryAfterMs);
  if (status === 429)
    return new ModelgraphError('Too many requests were sent.', {
      code: 'RATE_LIMITED',
      retryable: true,
      retryAfterMs,
    });
  if (status === 401)
    return new ModelgraphError('The request was refused: its credentials are missing or not valid.', {
      code: 'UNAUTHENTICATED',
    });
  if (status === 403)
    return new ModelgraphError('The request was refused before it reached the server’s API.', {
      code: 'FORBIDDEN',
    });
  if (status === 413)
    return new ModelgraphError('The request is larger than the server takes.', { code: 'INVALID_REQUEST' });
  return badResponse(`The answer is not one of a Modelgraph server (HTTP ${status}).`, {
    retryable: status >= 500,
    suggestion: 'Check the url of createModelgraph: it is the address of the GraphQL endpoint.',
  });
};

/** An answer with one GraphQL result. Throws ModelgraphError for anything else. */
export const readResult = async (response: Response): Promise<GraphqlResult> => {
  const text = await response.text();
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw fromStatus(response);
  }
  if (!isGraphqlResult(parsed)) throw fromStatus(response);
  return parsed;
};

/** The data of a result, of the shape that its document has. Throws ModelgraphError for its errors. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters
export const getData = <Data>({ data, errors }: GraphqlResult): Data => {
  if (errors !== undefined && errors.length > 0) throw fromGraphqlErrors(errors);
  if (data == null) throw badResponse('The answer has no data.');
  return data as Data;
};
