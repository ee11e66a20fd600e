import type { Settings } from '../../config/settings.ts';
import type { ConfiguredProvider } from '../../src/core/configured-provider.ts';
import type { TextProviderDescriptor } from '../../src/core/text-provider.ts';
import { TEXT_PROVIDERS } from '../../src/providers/index.ts';
import { createConfiguredDescriptor } from '../../src/providers/text/configured/descriptor.ts';
import { discoverModels } from '../../src/providers/text/configured/discover-models.ts';
import { type Finding, ok, problem, unused } from './finding.ts';
import type { Configuration } from './read-configuration.ts';
import { ANSWER_LIMIT_MS, toReason } from './to-reason.ts';

const NOT_ASKED = 'configured, not asked: ';

type List = (apiKey: string | null, signal: AbortSignal) => Promise<readonly unknown[]>;

/** What asks a vendor for its models, loaded; undefined: it has no list, or the operator's file names its models. */
const findList = async (
  { name, loadListModels }: TextProviderDescriptor,
  provider: ConfiguredProvider | undefined,
  settings: Settings,
): Promise<List | undefined> => {
  if (provider !== undefined && provider.discovered !== null)
    return (apiKey, signal) => discoverModels(provider, apiKey, signal);
  if (loadListModels === undefined) return undefined;
  const baseUrl = settings.providers[name]?.baseUrl ?? null;
  const listModels = await loadListModels();
  return (apiKey, signal) => listModels({ apiKey, baseUrl }, signal);
};

/** The keys that a provider may be called with; a key of weight 0 is out of use. */
const keysOf = ({ providers }: Settings, name: string): readonly (string | null)[] => {
  const { apiKey = null, keys } = providers[name] ?? {};
  return keys?.filter(({ weight }) => weight > 0).map(({ value }) => value) ?? [apiKey];
};

const toAdvice = (reason: string, variable: string | null): string =>
  variable !== null && /\b40[13]$/.test(reason) ? `${reason}; check ${variable}` : reason;

/** Asks with one key. `which`: the key among several, for the message. */
const askVendor = async (
  { name, credentialVariable: variable }: TextProviderDescriptor,
  list: List,
  apiKey: string | null,
  which: string,
): Promise<Finding> => {
  const signal = AbortSignal.timeout(ANSWER_LIMIT_MS);
  try {
    const models = await list(apiKey, signal);
    return models.length === 0
      ? problem(name, `${which}it lists no models`)
      : ok(name, `${which}it lists ${models.length} ${models.length === 1 ? 'model' : 'models'}`);
  } catch (error) {
    return problem(name, `${which}${toAdvice(toReason(error, signal), variable)}`);
  }
};

const checkVendor = async (
  descriptor: TextProviderDescriptor,
  provider: ConfiguredProvider | undefined,
  { settings, refused }: Configuration,
): Promise<readonly Finding[]> => {
  const { name, credentialVariable: variable, apiTypes } = descriptor;
  if (apiTypes.includes('local')) return [ok(name, 'scripts of this server, which need no key')];
  if (variable !== null && (settings.providers[name]?.apiKey ?? null) === null)
    return [unused(name, `not configured: ${variable} is ${refused.has(variable) ? 'invalid' : 'not set'}`)];
  const list = await findList(descriptor, provider, settings);
  if (list === undefined) {
    const reason = provider === undefined ? 'it has no list of models' : 'its file names its models';
    return [unused(name, `${NOT_ASKED}${reason}`)];
  }
  const keys = keysOf(settings, name);
  return Promise.all(
    keys.map((key, index) =>
      askVendor(descriptor, list, key, keys.length === 1 ? '' : `key ${index + 1} of ${keys.length}: `),
    ),
  );
};

/**
 * Asks each vendor that is configured for its list of models, all at once and each within five seconds. No generation is
 * ever sent. A vendor without a list is not asked.
 */
export const checkVendors = async (configuration: Configuration): Promise<readonly Finding[]> => {
  const found = await Promise.all([
    ...Object.values(TEXT_PROVIDERS).map((descriptor) => checkVendor(descriptor, undefined, configuration)),
    ...configuration.settings.configuredProviders.map((provider) =>
      checkVendor(createConfiguredDescriptor(provider), provider, configuration),
    ),
  ]);
  return found.flat();
};
