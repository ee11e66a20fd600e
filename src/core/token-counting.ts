import type { CallOptions, TextProvider } from './text-provider.ts';
import type { TextRequest } from './text-request.ts';

/** A provider whose vendor counts the input of a request without answering it. */
export interface TokenCountingProvider extends TextProvider {
  /**
   * Tokens of input that the request would be billed for, by the vendor's own count: text, media, tools and schemas; at most
   * what an Int of GraphQL holds. Sends the whole request once and retries nothing. Throws `ProviderError`; once the signal is
   * aborted, with `GENERATION_CANCELLED`, and the upstream socket is closed.
   */
  countInputTokens(request: TextRequest, options: CallOptions): Promise<number>;
}

/** Whether the vendor has an endpoint that counts for the model the provider is bound to. */
export const countsInputTokens = (provider: TextProvider): provider is TokenCountingProvider =>
  'countInputTokens' in provider && provider.countInputTokens !== undefined;
