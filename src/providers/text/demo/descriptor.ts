import type { TextProviderDescriptor } from '../../../core/text-provider.ts';

/** Scripted stand-ins for models: need no key and no network, and show every behaviour a real model can have. */
export const demoDescriptor: TextProviderDescriptor = {
  name: 'demo',
  displayName: 'Demo',
  documentationUrl: null,
  credentialVariable: null,
  apiTypes: ['local'],
  simulatesFailures: true,
  load: async () => (await import('./provider.ts')).connectDemo,
};
