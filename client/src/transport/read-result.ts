import { ModelgraphError } from '../modelgraph-error.ts';
import { badResponse, fromGraphqlErrors, serverAway } from '../to-modelgraph-error.ts';
import type { GraphqlResult } from '../transport.ts';

/** Of proxies and of servers that start, stop, or have too much to do: another try may succeed. */
const isAway = (status: number): boolean => status === 408 || status === 425 || status > 501;

/** `Retry-After` in milliseconds: seconds or a date. */
const readRetryAfter = (headers: Headers): number | undefined => {
  const given = headers.get('retry-after');
  if (given === null) return undefined;
  const waitMs = /^\d+$/.test(given) ? Number(given) * 1_000 : Date.parse(given) - Date.now();
  return Number.isFinite(waitMs) ? Math.max(0, waitMs) : undefined;
};

const isGraphqlResult = (value: unknown): value is GraphqlResult => {
  const { data, errors } = (value ?? {}) as Readonly<Record<string, unknown>>;
  return Array.isArray(errors) || data !== undefined;
};

/** Of refusals that do not come from the API itself: the code of the error and what it says. */
const REFUSALS: Readonly<Record<number, readonly [code: string, message: string]>> = {
  401: ['UNAUTHENTICATED', 'The credentials are missing or not valid.'],
  403: ['FORBIDDEN', 'The request is not allowed.'],
  413: ['INVALID_REQUEST', 'The request is larger than the server takes.'],
  429: ['RATE_LIMITED', 'Too many requests were sent.'],
};

/** The error that a status stands for where the body says nothing in GraphQL. */
const fromStatus = ({ status, headers }: Response): ModelgraphError => {
  const retryAfterMs = readRetryAfter(headers);
  if (isAway(status)) return serverAway(new Error(`HTTP ${status}`), retryAfterMs);
  const refusal = REFUSALS[status];
  if (refusal !== undefined)
    return new ModelgraphError(refusal[1], { code: refusal[0], retryable: status === 429, retryAfterMs });
  return badResponse(`The answer is not one of a Modelgraph server (HTTP ${status}).`, {
    retryable: status >= 500,
    suggestion: 'Check the url of createModelgraph.',
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
