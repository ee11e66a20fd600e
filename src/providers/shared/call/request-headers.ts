const ACCEPT = {
  'event-stream': 'text/event-stream, application/json',
  json: 'application/json',
  bytes: '*/*',
};

/**
 * The headers of a call: ours, whatever the SDK would send. SDKs add headers from environment variables
 * (OPENAI_ORG_ID, OPENAI_CUSTOM_HEADERS, …) and can be made to replace their own by them, so nothing of theirs is
 * passed on but the type of a body that is no text, which only they know.
 */
export const toRequestHeaders = (
  given: { readonly headers: RequestInit['headers']; readonly body: RequestInit['body'] | undefined },
  expect: keyof typeof ACCEPT,
  own: Readonly<Record<string, string>>,
): Headers => {
  const headers = new Headers({ accept: ACCEPT[expect], 'user-agent': 'modelgraph' });
  const contentType =
    typeof given.body === 'string' ? 'application/json' : new Headers(given.headers).get('content-type');
  if (contentType !== null) headers.set('content-type', contentType);
  for (const [name, value] of Object.entries(own)) headers.set(name, value);
  return headers;
};
