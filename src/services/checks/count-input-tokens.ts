import { withPricingOn } from '../../core/pricing-on.ts';
import type { ServiceLog } from '../../core/service-log.ts';
import { countsInputTokens } from '../../core/token-counting.ts';
import type { ModelRegistry } from '../../registry/model-registry.ts';
import type { Providers } from '../../registry/provider-factory.ts';
import { type FetchMedia, resolveMedia } from '../media/resolve-media.ts';
import { estimateMaxCost, type GenerationPreview, type PreparedGeneration } from './preview.ts';

export interface TokenCountingOptions {
  readonly providers: Providers;
  /** Whose day prices go by. */
  readonly models: ModelRegistry;
  readonly fetchMedia: FetchMedia;
  readonly log: ServiceLog;
  /** Whether guards of the operator decide what may reach a provider. */
  readonly guards: { readonly judgesRequests: boolean };
}

/** How long a provider may take to count, media fetched for it included, before the estimate stands. */
const COUNT_TIMEOUT_MS = 5_000;

const countByProvider = async (
  { resolution: { config }, request }: PreparedGeneration,
  { providers, fetchMedia, log }: TokenCountingOptions,
  clientSignal: AbortSignal,
): Promise<number | null> => {
  const signal = AbortSignal.any([clientSignal, AbortSignal.timeout(COUNT_TIMEOUT_MS)]);
  try {
    const provider = await providers.getTextProvider(config);
    if (!countsInputTokens(provider)) return null;
    const sent = await resolveMedia(request, config, fetchMedia, signal);
    return await provider.countInputTokens(sent, { signal });
  } catch (error) {
    clientSignal.throwIfAborted();
    log.warn(
      { err: error, provider: config.provider, model: config.name },
      'the provider did not count the input',
    );
    return null;
  }
};

/**
 * The preview with its input counted by the provider, where that has an endpoint for it: one call, never repeated. The
 * estimate stands where the provider has none, fails, or does not answer within 5 seconds; for a request that would not be
 * sent; and where guards decide what a provider may be sent, since nothing is sent past them. Rejects once the client's
 * signal is aborted, and closes the upstream socket.
 */
export const withCountedInput = async (
  preview: GenerationPreview,
  options: TokenCountingOptions,
  clientSignal: AbortSignal,
): Promise<GenerationPreview> => {
  const { prepared } = preview;
  if (prepared === null || options.guards.judgesRequests) return preview;
  const value = await countByProvider(prepared, options, clientSignal);
  if (value === null) return preview;
  const { resolution, request } = prepared;
  const priced = withPricingOn(resolution.config, options.models.today());
  return {
    ...preview,
    inputTokens: { value, source: 'provider' },
    estimatedMaxCost: estimateMaxCost(value, request.maxOutputTokens, priced),
  };
};
