import {
  type ErrorCode,
  type ModelgraphError,
  ProviderError,
  findModelgraphError,
} from '../../../core/errors.ts';

const CODES: ReadonlyMap<string, ErrorCode> = new Map<string, ErrorCode>([
  ['UND_ERR_HEADERS_TIMEOUT', 'PROVIDER_TIMEOUT'],
  ['UND_ERR_CONNECT_TIMEOUT', 'PROVIDER_TIMEOUT'],
  ['ETIMEDOUT', 'PROVIDER_TIMEOUT'],
  ['UND_ERR_BODY_TIMEOUT', 'STREAM_STALLED'],
]);

/**
 * Codes of a connection that did not come about: refused, a name or a machine that is not found, and what TLS does not
 * accept. https://nodejs.org/api/tls.html#x509-certificate-error-codes
 */
const UNREACHABLE =
  /^(ECONNREFUSED|ENOTFOUND|EAI_\w+|E(HOST|NET)(UNREACH|DOWN)|EADDRNOTAVAIL|EACCES|EPERM|EPROTO|ETIMEDOUT|UND_ERR_CONNECT_TIMEOUT|(CERT|UNABLE_TO|DEPTH_ZERO|SELF_SIGNED|ERR_TLS|ERR_SSL|HOSTNAME)_\w+)$/;

/**
 * The failure of a connection, which every SDK throws in the same words because all of them use Node's fetch.
 * - No answer at all (refused, reset, unknown host) is `PROVIDER_FAILED`; silence before the headers `PROVIDER_TIMEOUT`.
 * - A body that breaks off is `STREAM_TRUNCATED`; one that goes silent `STREAM_STALLED`.
 * - A frame or body that is no JSON is `PROVIDER_FAILED`: one that was merely cut short never comes here, the guarded
 *   fetch has reported it.
 * An error of ours, wrapped or not, is given back as it is. undefined for anything that is no transport error.
 */
export const mapTransportError = (error: unknown, provider: string): ModelgraphError | undefined => {
  const ours = findModelgraphError(error);
  if (ours !== undefined) return ours;
  const chain = causesOf(error);
  const fail = (code: ErrorCode): ProviderError =>
    new ProviderError(code, {
      provider,
      vendorMessage: describe(chain),
      connectionFailure: describeConnection(chain),
      isUnreachable: chain.some((at) => UNREACHABLE.test(codeOf(at) ?? '')),
      cause: error,
    });
  for (const at of chain) {
    const code = CODES.get(codeOf(at) ?? '');
    if (code !== undefined) return fail(code);
  }
  // undici: "terminated" is a body that broke off, "fetch failed" a request that never had an answer.
  if (chain.some((at) => at instanceof TypeError && at.message === 'terminated'))
    return fail('STREAM_TRUNCATED');
  if (chain.some((at) => at instanceof TypeError && at.message === 'fetch failed'))
    return fail('PROVIDER_FAILED');
  if (chain.some((at) => codeOf(at) === 'UND_ERR_SOCKET')) return fail('STREAM_TRUNCATED');
  if (chain.some((at) => at instanceof SyntaxError)) return fail('PROVIDER_FAILED');
  return undefined;
};

const causesOf = (error: unknown): readonly Error[] => {
  const chain: Error[] = [];
  for (let at = error; at instanceof Error && chain.length < 8; at = at.cause) chain.push(at);
  return chain;
};

const codeOf = (error: Error): string | undefined =>
  'code' in error && typeof error.code === 'string' ? error.code : undefined;

const describe = (chain: readonly Error[]): string =>
  chain.map((at) => [codeOf(at), at.message].filter(Boolean).join(' ')).join(' ← ');

/** The attempts of one connection: a name may have several addresses. */
const attemptsOf = (error: Error): readonly Error[] =>
  error instanceof AggregateError ? error.errors.filter((each) => each instanceof Error) : [error];

/**
 * What the network said: the errors with a code below the one of `fetch`, whose words are about addresses and certificates
 * alone. null where there are none.
 */
const describeConnection = (chain: readonly Error[]): string | null => {
  const at = chain.findIndex(
    (error) => error instanceof TypeError && ['fetch failed', 'terminated'].includes(error.message),
  );
  const causes = (at === -1 ? [] : chain.slice(at + 1)).filter((error) => codeOf(error) !== undefined);
  const words = causes.flatMap(attemptsOf).map((error) => {
    const code = codeOf(error) ?? '';
    return error.message.includes(code) ? error.message : `${code} ${error.message}`.trim();
  });
  return words.length === 0 ? null : words.join('; ');
};
