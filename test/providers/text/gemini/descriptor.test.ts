import { expect, test } from 'vitest';
import { geminiDescriptor } from '../../../../src/providers/text/gemini/descriptor.ts';

test('the descriptor loads the provider that it describes', async () => {
  expect(geminiDescriptor).toMatchObject({
    name: 'gemini',
    credentialVariable: 'GEMINI_API_KEY',
    apiTypes: ['generate_content'],
  });
  const { connectGemini } = await import('../../../../src/providers/text/gemini/provider.ts');
  expect(await geminiDescriptor.load()).toBe(connectGemini);
});
