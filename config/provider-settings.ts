import type { ConfiguredProvider } from '../src/core/configured-provider.ts';
import { findKeyProblem } from './find-key-problem.ts';
import { isHttpUrl } from './is-http-url.ts';
import { type KeySettings, toKeySettings } from './parse-keys.ts';
import type { ProviderSettings } from './settings.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

const present = (environment: Environment, name: string): string | null => environment[name]?.trim() || null;

/** The keys in the first of the variables that has any. Keys that no vendor could be sent are a problem of its variable. */
const readKeys = (environment: Environment, names: readonly string[], problems: string[]): KeySettings => {
  const name = names.find((each) => present(environment, each) !== null) ?? '';
  const value = present(environment, name);
  const problem = value === null ? undefined : findKeyProblem(value);
  if (problem !== undefined) problems.push(`${name}: ${problem}`);
  return toKeySettings(value, name, problems);
};

/** Names of the variables that configure a provider: its key and its address. */
export const providerVariables = (provider: string): { readonly key: string; readonly baseUrl: string } => {
  const prefix = provider.toUpperCase().replaceAll('-', '_');
  return { key: `${prefix}_API_KEY`, baseUrl: `${prefix}_BASE_URL` };
};

/** Other variables that a provider's key is read from. */
export const OTHER_KEY_NAMES: Readonly<Record<string, readonly string[]>> = { gemini: ['GOOGLE_API_KEY'] };

/** How each provider is reached. Problems are added with their variable. */
export const readProviders = (
  environment: Environment,
  providers: readonly string[],
  problems: string[],
): Record<string, ProviderSettings> =>
  Object.fromEntries(
    providers.map((provider) => {
      const names = providerVariables(provider);
      const baseUrl = present(environment, names.baseUrl);
      if (baseUrl !== null && !isHttpUrl(baseUrl))
        problems.push(`${names.baseUrl}: must be an http or https address`);
      const keyNames = [names.key, ...(OTHER_KEY_NAMES[provider] ?? [])];
      return [provider, { ...readKeys(environment, keyNames, problems), baseUrl }];
    }),
  );

/** The same for the providers of a file, each of which names the variable of its key. */
export const readConfiguredProviders = (
  environment: Environment,
  configured: readonly ConfiguredProvider[],
  problems: string[],
): Record<string, ProviderSettings> =>
  Object.fromEntries(
    configured.map(({ name, keyVariable }) => {
      const names = keyVariable === null ? [] : [keyVariable];
      return [name, { ...readKeys(environment, names, problems), baseUrl: null }];
    }),
  );
