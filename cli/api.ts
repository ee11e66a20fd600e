/** The address of a server, and the key for it. */
export interface Server {
  readonly url: string;
  readonly key: string | null;
}

export interface ApiProblem {
  readonly message: string;
  readonly path?: readonly string[] | undefined;
  readonly suggestion?: string | null | undefined;
}

interface GraphqlError {
  readonly message: string;
  readonly extensions?: {
    readonly code?: string;
    readonly path?: readonly string[];
    readonly suggestion?: string;
    readonly problems?: readonly ApiProblem[];
  };
}

/** The server answered with an error. */
export class ApiError extends Error {
  readonly code: string | null;
  readonly problems: readonly ApiProblem[];

  constructor({ message, extensions = {} }: GraphqlError) {
    super(message);
    this.code = extensions.code ?? null;
    const { path, suggestion } = extensions;
    this.problems = extensions.problems ?? [{ message, path, suggestion }];
  }
}

export const isErrorList = (value: unknown): value is readonly [GraphqlError, ...GraphqlError[]] =>
  Array.isArray(value) && value.length > 0;

const headersOf = ({ key }: Server): Record<string, string> => ({
  'graphql-require-preflight': '1',
  accept: 'application/json',
  ...(key !== null && { authorization: `Bearer ${key}` }),
});

/** The failure of a connection as a sentence that says what to do about it. */
const unreachable = ({ url }: Server, error: unknown): Error => {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  const { code, message } = cause as { readonly code?: string; readonly message?: string };
  return new Error(
    `${url} cannot be reached: ${message || code || String(cause)}. ` +
      'Is the server running? --url or MODELGRAPH_URL sets its address.',
    { cause: error },
  );
};

/** Sends an operation as it is. Throws `ApiError` for what the server refuses. */
export const post = async <Data>(
  server: Server,
  body: string | FormData,
  signal: AbortSignal,
): Promise<Data> => {
  const headers = headersOf(server);
  if (typeof body === 'string') headers['content-type'] = 'application/json';
  const exchange = async (): Promise<readonly [status: number, text: string]> => {
    const response = await fetch(server.url, { method: 'POST', headers, body, signal });
    return [response.status, await response.text()];
  };
  const [status, text] = await exchange().catch((error: unknown) => {
    throw signal.aborted ? error : unreachable(server, error);
  });
  let answer: { readonly data?: Data | null; readonly errors?: readonly GraphqlError[] };
  try {
    answer = JSON.parse(text) as typeof answer;
  } catch {
    throw new Error(
      `${server.url} answered ${status} without JSON. Is it the full address of the API, such as http://127.0.0.1:4000/graphql?`,
    );
  }
  if (isErrorList(answer.errors)) throw new ApiError(answer.errors[0]);
  if (!answer.data) throw new Error(`${server.url} answered ${status} without data.`);
  return answer.data;
};

/** Sends an operation with its variables. Throws as `post` does. */
export const ask = <Data>(
  server: Server,
  query: string,
  variables: Readonly<Record<string, unknown>>,
  signal: AbortSignal,
): Promise<Data> => post<Data>(server, JSON.stringify({ query, variables }), signal);
