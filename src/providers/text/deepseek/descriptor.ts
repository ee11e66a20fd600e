import type { TextProviderDescriptor } from '../../../core/text-provider.ts';

export const deepseekDescriptor: TextProviderDescriptor = {
  name: 'deepseek',
  displayName: 'DeepSeek',
  documentationUrl: 'https://api-docs.deepseek.com',
  credentialVariable: 'DEEPSEEK_API_KEY',
  apiTypes: ['chat_completion'],
  naming: {
    prefixes: [],
    families: ['deepseek-'],
    excluded: [],
    friendlyAlias: 'deepseek',
  },
  loadListModels: async () => (await import('./list-models.ts')).listModels,
  load: async () => (await import('./provider.ts')).connectDeepSeek,
};
