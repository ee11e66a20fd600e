import type { ConfiguredProvider } from '../../../core/configured-provider.ts';
import type { TextProviderDescriptor } from '../../../core/text-provider.ts';

/** The registration of a provider that the operator's file describes. */
export const createConfiguredDescriptor = (provider: ConfiguredProvider): TextProviderDescriptor => ({
  name: provider.name,
  displayName: provider.displayName,
  documentationUrl: provider.documentationUrl,
  credentialVariable: provider.keyVariable,
  apiTypes: [provider.apiType],
  load: async () => (await import('./provider.ts')).connectConfigured(provider),
});
