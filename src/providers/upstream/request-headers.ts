const NAMES: ReadonlySet<string> = new Set([
  'accept',
  'accept-encoding',
  'anthropic-version',
  'authorization',
  'content-length',
  'content-type',
  'user-agent',
  'x-goog-api-client',
]);
const PREFIXES: readonly string[] = ['x-goog-upload-', 'x-stainless-'];

const isAllowed = (name: string): boolean =>
  NAMES.has(name) || PREFIXES.some((prefix) => name.startsWith(prefix));

/**
 * The headers of an SDK's request that may leave this process, with `own` put over them. SDKs add headers from
 * environment variables (OPENAI_ORG_ID, OPENAI_CUSTOM_HEADERS, …): names not known here are dropped, and a known one
 * that the environment could replace, the credential above all, belongs in `own`.
 */
export const toRequestHeaders = (
  given: RequestInit['headers'],
  own: Readonly<Record<string, string>>,
): Headers => {
  const headers = new Headers();
  for (const [name, value] of new Headers(given)) if (isAllowed(name)) headers.set(name, value);
  for (const [name, value] of Object.entries(own)) headers.set(name, value);
  return headers;
};
