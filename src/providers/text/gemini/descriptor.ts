import type { TextProviderDescriptor } from '../../../core/text-provider.ts';

export const geminiDescriptor: TextProviderDescriptor = {
  name: 'gemini',
  displayName: 'Google Gemini',
  documentationUrl: 'https://ai.google.dev/gemini-api/docs',
  telemetryName: 'gcp.gemini',
  credentialVariable: 'GEMINI_API_KEY',
  apiTypes: ['generate_content'],
  load: async () => (await import('./provider.ts')).connectGemini,
};
