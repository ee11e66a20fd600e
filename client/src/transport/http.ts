import type { ModelgraphOptions } from '../modelgraph.ts';
import { ModelgraphError } from '../modelgraph-error.ts';
import { page } from '../page.ts';
import { serverAway } from '../to-modelgraph-error.ts';
import type { GraphqlRequest, GraphqlResult } from '../transport.ts';
import { asJson } from './as-json.ts';
import { extractFiles } from './extract-files.ts';
import { readResult } from './read-result.ts';

export type HttpOptions = Pick<
  ModelgraphOptions,
  'url' | 'token' | 'headers' | 'fetch' | 'providerKeys' | 'transformRequest'
>;

/** The absolute address of the endpoint: in a browser a relative one belongs to the page. */
export const resolveUrl = (url: string | URL): URL => {
  try {
    return new URL(url, page.location?.href);
  } catch (cause) {
    throw new ModelgraphError(`${String(url)} is no absolute address.`, {
      code: 'INVALID_REQUEST',
      path: 'url',
      cause,
    });
  }
};

/** What a promise gives, or the reason of the signal as soon as that is aborted, as a rejection. */
const untilAborted = <T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> =>
  new Promise((resolve, reject) => {
    const abort = (): void => reject(signal?.reason as Error);
    if (signal?.aborted === true) abort();
    signal?.addEventListener('abort', abort, { once: true });
    void promise.then(resolve, reject).then(() => signal?.removeEventListener('abort', abort));
  });

/**
 * What is sent as `Authorization`. Throws what the signal was aborted with, while the token function has not answered, and
 * ModelgraphError: UNAUTHENTICATED where the function fails, SERVER_AWAY where what it threw is the TypeError by which fetch
 * reports a lost network.
 */
export const getAuthorization = async (
  token: HttpOptions['token'],
  signal?: AbortSignal,
): Promise<string | undefined> => {
  let given: string | undefined;
  try {
    given = typeof token === 'function' ? await untilAborted(Promise.resolve(token()), signal) : token;
  } catch (cause) {
    signal?.throwIfAborted();
    if (cause instanceof ModelgraphError) throw cause;
    if (cause instanceof TypeError) throw serverAway(cause);
    throw new ModelgraphError('The token could not be had.', { code: 'UNAUTHENTICATED', cause });
  }
  if (given === undefined || given === '') return undefined;
  return /^\S+ /.test(given) ? given : `Bearer ${given}`;
};

/** A body as JSON, or by the GraphQL multipart request specification where there are files in the variables. */
const toBody = (request: GraphqlRequest): { body: string | FormData; headers: Record<string, string> } => {
  const { operations, files } = asJson('variables', () => {
    const found = extractFiles(request.variables ?? {}, 'variables');
    return { operations: JSON.stringify({ ...request, variables: found.value }), files: found.files };
  });
  if (files.size === 0) return { body: operations, headers: { 'content-type': 'application/json' } };
  const entries = [...files];
  const form = new FormData();
  form.append('operations', operations);
  form.append('map', JSON.stringify(Object.fromEntries(entries.map(([, paths], index) => [index, paths]))));
  for (const [index, [file]] of entries.entries())
    form.append(String(index), file, 'name' in file ? String(file.name) : 'file');
  // The browser writes the content type with its boundary.
  return { body: form, headers: { 'graphql-require-preflight': '1' } };
};

export interface PostOptions {
  readonly accept: string;
  readonly signal?: AbortSignal | undefined;
}

/** Sends an operation. Throws ModelgraphError where no answer comes, and what the signal was aborted with. */
export const post = async (
  { url, token, headers, fetch: given, providerKeys = {}, transformRequest }: HttpOptions,
  request: GraphqlRequest,
  { accept, signal }: PostOptions,
): Promise<Response> => {
  const address = resolveUrl(url);
  const keys = Object.entries(providerKeys).map((key) => key.join(' '));
  const authorization = await getAuthorization(token, signal);
  const { body, headers: ofBody } = toBody(transformRequest?.(request) ?? request);
  signal?.throwIfAborted();
  try {
    // Called without an object: browsers refuse a `fetch` that belongs to another one.
    const send = given ?? globalThis.fetch;
    return await send(address, {
      method: 'POST',
      headers: {
        accept,
        ...headers,
        ...ofBody,
        ...(keys[0] !== undefined && { 'x-modelgraph-provider-key': keys.join() }),
        ...(authorization !== undefined && { authorization }),
      },
      body,
      ...(signal && { signal }),
    });
  } catch (error) {
    signal?.throwIfAborted();
    // A `fetch` of the application may say what is wrong.
    throw error instanceof ModelgraphError ? error : serverAway(error);
  }
};

const ANSWER = 'application/graphql-response+json, application/json;q=0.9';

const ask = async (
  options: HttpOptions,
  request: GraphqlRequest,
  signal?: AbortSignal,
): Promise<GraphqlResult> => {
  const response = await post(options, request, { accept: ANSWER, signal });
  try {
    return await readResult(response);
  } catch (error) {
    signal?.throwIfAborted();
    throw error instanceof ModelgraphError ? error : serverAway(error);
  }
};

/** Whether a document changes nothing, so that it may be sent again. */
const isQuery = ({ query }: GraphqlRequest): boolean =>
  /^\s*(query|\{)/.test(query) && !/\bmutation\b/.test(query);

/** A query is sent twice where its connection fails: it may be one that the server had closed while it was idle. */
const askAgain = async (
  options: HttpOptions,
  request: GraphqlRequest,
  signal?: AbortSignal,
): Promise<GraphqlResult> => {
  try {
    return await ask(options, request, signal);
  } catch (error) {
    const isLost = error instanceof ModelgraphError && error.cause instanceof TypeError;
    if (!isLost || !isQuery(request)) throw error;
    return ask(options, request, signal);
  }
};

const isUnauthenticated = ({ errors }: GraphqlResult): boolean =>
  errors?.[0]?.extensions?.['code'] === 'UNAUTHENTICATED';

/**
 * One query or mutation. A refused token is asked for once more where it comes from a function, since it may have expired
 * a moment ago; a mutation is never sent twice for anything else. Throws ModelgraphError, or what the signal was aborted with.
 */
export const sendRequest = async (
  options: HttpOptions,
  request: GraphqlRequest,
  signal?: AbortSignal,
): Promise<GraphqlResult> => {
  const result = await askAgain(options, request, signal);
  return typeof options.token === 'function' && isUnauthenticated(result)
    ? ask(options, request, signal)
    : result;
};
