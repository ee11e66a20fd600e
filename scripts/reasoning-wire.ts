import type { ModelConfig } from '../src/core/model-config.ts';
import type { ReasoningSetting } from '../src/core/text-request.ts';
import { connectLine } from '../test/contract/contract-upstream.ts';
import { CONTRACT_PROVIDERS, VENDOR_PROVIDERS, type VendorProvider } from '../test/contract/providers.ts';
import { plainRequest } from '../test/support/plain-request.ts';
import { captureBody } from './capture-body.ts';

const leavesOf = (value: object, path: string): readonly (readonly [string, unknown])[] =>
  Object.entries(value).flatMap(([name, part]: [string, unknown]) => {
    const here = path === '' ? name : `${path}.${name}`;
    return typeof part === 'object' && part !== null ? leavesOf(part, here) : [[here, part] as const];
  });

/** How a provider without a vendor understands a setting. */
const describe = (setting: ReasoningSetting): string | null => {
  switch (setting.type) {
    case 'provider-default':
      return null;
    case 'effort':
      return setting.effort;
    case 'budget':
      return `${setting.tokens} tokens`;
    case 'on':
    case 'off':
      return setting.type;
  }
};

const serves =
  ({ provider, apiType }: ModelConfig) =>
  ({ descriptor, model }: { readonly descriptor: { readonly name: string }; readonly model: ModelConfig }) =>
    descriptor.name === provider && model.apiType === apiType;

const getVendorLine = (config: ModelConfig): VendorProvider | null => {
  const line = VENDOR_PROVIDERS.find(serves(config));
  if (line === undefined && !CONTRACT_PROVIDERS.some(serves(config)))
    throw new Error(`nothing is known of ${config.provider} by ${config.apiType}`);
  return line ?? null;
};

/**
 * What a vendor is sent for a setting, by the provider itself: the fields of the body that say how much to reason, in the
 * vendor's words; null: nothing. One call at a time.
 */
export const toReasoningWire = async (
  setting: ReasoningSetting,
  config: ModelConfig,
  maxOutputTokens: number,
): Promise<string | null> => {
  const line = getVendorLine(config);
  if (line === null) return describe(setting);
  const provider = await connectLine(line, config, null);
  const body = await captureBody(() =>
    provider.generate(plainRequest({ reasoning: setting, maxOutputTokens }), {
      signal: new AbortController().signal,
    }),
  );
  const { reasoningFields } = line.api;
  const sent = leavesOf(body, '').filter(([name]) => reasoningFields.includes(name));
  return sent.length === 0 ? null : sent.map(([name, value]) => `${name}: ${String(value)}`).join(', ');
};
