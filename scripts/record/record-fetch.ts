/** One request and its answer as they were on the wire. Holds secrets: nothing of it is written before it is scrubbed. */
export interface RawExchange {
  readonly method: string;
  readonly url: string;
  readonly requestHeaders: Readonly<Record<string, string>>;
  readonly requestBody: string;
  readonly status: number;
  readonly responseHeaders: Readonly<Record<string, string>>;
  /** As much of the body as somebody read. */
  readonly responseBody: string;
}

interface Open extends Omit<RawExchange, 'responseBody'> {
  readonly chunks: Uint8Array[];
}

const toRecord = (headers: RequestInit['headers']): Record<string, string> =>
  Object.fromEntries(new Headers(headers));

/** Passes the body on, keeping a copy of what was read: a stream that is let go of early is kept as far as it came. */
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
 * Runs something that calls vendors and gives every exchange it had. For a process of its own: until it is done, this
 * process's `fetch` is a recording one.
 */
export const recordFetch = async (run: () => Promise<void>): Promise<readonly RawExchange[]> => {
  const { fetch } = globalThis;
  const exchanges: Open[] = [];
  globalThis.fetch = async (input, init) => {
    const request = input instanceof Request ? input : undefined;
    const response = await fetch(input, init);
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
