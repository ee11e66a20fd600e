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
    new ProviderError(code, { provider, vendorMessage: describe(chain), cause: error });
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
