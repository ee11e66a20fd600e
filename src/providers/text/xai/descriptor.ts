import type { TextProviderDescriptor } from '../../../core/text-provider.ts';

export const xaiDescriptor: TextProviderDescriptor = {
  name: 'xai',
  displayName: 'xAI',
  documentationUrl: 'https://docs.x.ai',
  telemetryName: 'x_ai',
  credentialVariable: 'XAI_API_KEY',
  apiTypes: ['responses_api'],
  naming: {
    prefixes: ['x-ai'],
    families: ['grok-'],
    excluded: ['image', 'imagine', 'video', 'voice', 'tts', 'embed'],
    friendlyAlias: 'grok',
  },
  loadListModels: async () => (await import('./list-models.ts')).listModels,
  load: async () => (await import('./provider.ts')).connectXAI,
};
