export interface PlaygroundFetchOptions {
  /** The page's own address. */
  readonly pageUrl: string;
  readonly findAuthorization: () => string | undefined;
  /** Called when the server answers with 401. */
  readonly onUnauthorized: () => void;
}

/** A `fetch` that sends the key to the page's own server, and to no other. */
export const createPlaygroundFetch = (
  fetch: typeof globalThis.fetch,
  { pageUrl, findAuthorization, onUnauthorized }: PlaygroundFetchOptions,
): typeof globalThis.fetch => {
  const { origin } = new URL(pageUrl);
  return async (input, init) => {
    const isRequest = input instanceof Request;
    if (new URL(isRequest ? input.url : input, pageUrl).origin !== origin) return fetch(input, init);
    const headers = new Headers(init?.headers ?? (isRequest ? input.headers : undefined));
    const authorization = findAuthorization();
    // A header that is set by hand in the playground wins.
    if (authorization !== undefined && !headers.has('authorization'))
      headers.set('authorization', authorization);
    const response = await fetch(input, { ...init, headers });
    if (response.status === 401) onUnauthorized();
    return response;
  };
};
