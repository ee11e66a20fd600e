import { expect, test } from 'vitest';
import { anthropicDescriptor } from '../../../../src/providers/text/anthropic/descriptor.ts';

test('the descriptor loads the provider that it describes', async () => {
  expect(anthropicDescriptor).toMatchObject({
    name: 'anthropic',
    credentialVariable: 'ANTHROPIC_API_KEY',
    apiTypes: ['messages'],
  });
  const { connectAnthropic } = await import('../../../../src/providers/text/anthropic/provider.ts');
  expect(await anthropicDescriptor.load()).toBe(connectAnthropic);
});
