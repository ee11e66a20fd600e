/** One request and its answer as they were on the wire. It contains secrets and must be scrubbed before it is written. */
export interface RawExchange {
  readonly method: string;
  readonly url: string;
  readonly requestHeaders: Readonly<Record<string, string>>;
  readonly requestBody: string;
  readonly status: number;
  readonly responseHeaders: Readonly<Record<string, string>>;
  /** The part of the body that was read. */
  readonly responseBody: string;
}

interface Open extends Omit<RawExchange, 'responseBody'> {
  readonly chunks: Uint8Array[];
}

const toRecord = (headers: RequestInit['headers']): Record<string, string> =>
  Object.fromEntries(new Headers(headers));

/** Passes the body on and keeps a copy of the part that is read, also of a stream that is cancelled early. */
const watched = (response: Response, chunks: Uint8Array[]): Response => {
  const { status, statusText, headers } = response;
  if (response.body === null) return response;
  const copy = new TransformStream<Uint8Array, Uint8Array>({
    transform: (chunk, controller) => {
      chunks.push(chunk);
      controller.enqueue(chunk);
    },
  });
  return new Response(response.body.pipeThrough(copy), { status, statusText, headers });
};

/**
 * Runs a function that calls vendors, and returns every exchange. It replaces `fetch` of the whole process meanwhile, so
 * that it needs a process of its own.
 */
export const recordFetch = async (run: () => Promise<void>): Promise<readonly RawExchange[]> => {
  const { fetch } = globalThis;
  const exchanges: Open[] = [];
  globalThis.fetch = async (input, init) => {
    const request = input instanceof Request ? input : undefined;
    // With a dispatcher of its own the server takes the bytes of a body past the response, where none could be copied.
    const { dispatcher: _, ...rest } = (init ?? {}) as RequestInit & { readonly dispatcher?: unknown };
    const response = await fetch(input, rest);
    const chunks: Uint8Array[] = [];
    exchanges.push({
      method: init?.method ?? request?.method ?? 'GET',
      url: input instanceof Request ? input.url : input.toString(),
      requestHeaders: toRecord(init?.headers ?? request?.headers),
      requestBody: typeof init?.body === 'string' ? init.body : '',
      status: response.status,
      responseHeaders: toRecord(response.headers),
      chunks,
    });
    return watched(response, chunks);
  };
  try {
    await run();
  } finally {
    globalThis.fetch = fetch;
  }
  return exchanges.map(({ chunks, ...exchange }) => ({
    ...exchange,
    responseBody: Buffer.concat(chunks).toString('utf8'),
  }));
};
