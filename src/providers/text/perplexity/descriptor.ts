import type { TextProviderDescriptor } from '../../../core/text-provider.ts';

export const perplexityDescriptor: TextProviderDescriptor = {
  name: 'perplexity',
  displayName: 'Perplexity',
  documentationUrl: 'https://docs.perplexity.ai',
  credentialVariable: 'PERPLEXITY_API_KEY',
  apiTypes: ['responses_api'],
  naming: {
    prefixes: ['perplexity-ai'],
    families: ['sonar'],
    excluded: ['embed'],
    friendlyAlias: 'perplexity',
  },
  load: async () => (await import('./provider.ts')).connectPerplexity,
};
