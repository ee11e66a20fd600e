import type { TextProviderDescriptor } from '../../../core/text-provider.ts';

export const geminiDescriptor: TextProviderDescriptor = {
  name: 'gemini',
  displayName: 'Google Gemini',
  documentationUrl: 'https://ai.google.dev/gemini-api/docs',
  telemetryName: 'gcp.gemini',
  credentialVariable: 'GEMINI_API_KEY',
  apiTypes: ['generate_content'],
  naming: {
    // The last is the vendor's own: it calls its models by the names of resources.
    prefixes: ['google', 'google-ai-studio', 'models'],
    families: ['gemini-', 'gemma-'],
    excluded: [
      'embedding',
      'image',
      'imagen',
      'veo',
      'tts',
      'live',
      'native-audio',
      'aqa',
      'lyria',
      'computer-use',
      'robotics',
      'antigravity',
      'deep-research',
    ],
    friendlyAlias: 'gemini',
  },
  loadListModels: async () => (await import('./list-models.ts')).listModels,
  load: async () => (await import('./provider.ts')).connectGemini,
};
