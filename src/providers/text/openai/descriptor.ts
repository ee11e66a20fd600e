import type { TextProviderDescriptor } from '../../../core/text-provider.ts';

export const openaiDescriptor: TextProviderDescriptor = {
  name: 'openai',
  displayName: 'OpenAI',
  documentationUrl: 'https://platform.openai.com/docs',
  credentialVariable: 'OPENAI_API_KEY',
  apiTypes: ['chat_completion', 'responses_api'],
  load: async () => (await import('./provider.ts')).connectOpenAI,
};
