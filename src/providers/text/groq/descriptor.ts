import type { TextProviderDescriptor } from '../../../core/text-provider.ts';

export const groqDescriptor: TextProviderDescriptor = {
  name: 'groq',
  displayName: 'Groq',
  documentationUrl: 'https://console.groq.com/docs',
  credentialVariable: 'GROQ_API_KEY',
  apiTypes: ['chat_completion'],
  naming: {
    prefixes: [],
    families: [],
    excluded: ['whisper', 'tts', 'guard', 'orpheus', 'playai', 'safeguard'],
    friendlyAlias: 'llama',
  },
  loadListModels: async () => (await import('./list-models.ts')).listModels,
  load: async () => (await import('./provider.ts')).connectGroq,
};
