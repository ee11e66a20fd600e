import type { TextProviderDescriptor } from '../../../core/text-provider.ts';

export const anthropicDescriptor: TextProviderDescriptor = {
  name: 'anthropic',
  displayName: 'Anthropic',
  documentationUrl: 'https://platform.claude.com/docs',
  credentialVariable: 'ANTHROPIC_API_KEY',
  apiTypes: ['messages'],
  naming: {
    prefixes: [],
    families: ['claude-'],
    excluded: [],
    friendlyAlias: 'claude',
  },
  loadListModels: async () => (await import('./list-models.ts')).listModels,
  load: async () => (await import('./provider.ts')).connectAnthropic,
};
