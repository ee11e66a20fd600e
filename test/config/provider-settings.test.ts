import { describe, expect, it } from 'vitest';
import { parseSettings } from '../../config/env.ts';
import { providerVariables } from '../../config/provider-settings.ts';
import { MODEL_CONFIGS } from '../../config/providers/index.ts';
import { TEXT_PROVIDERS } from '../../src/providers/index.ts';

describe('the settings of a provider', () => {
  it('are its key and its address, named after it, in the variable that its descriptor names', () => {
    const names = Object.keys(MODEL_CONFIGS);
    for (const { name, credentialVariable } of Object.values(TEXT_PROVIDERS)) {
      if (credentialVariable !== null) expect(credentialVariable).toBe(providerVariables(name).key);
      const { key, baseUrl } = providerVariables(name);
      const { providers } = parseSettings({ [key]: ' a key ', [baseUrl]: 'http://127.0.0.1:9/v1' }, names);
      for (const other of names)
        expect([other, providers[other]]).toEqual([
          other,
          other === name
            ? { apiKey: 'a key', baseUrl: 'http://127.0.0.1:9/v1' }
            : { apiKey: null, baseUrl: null },
        ]);
    }
    expect(providerVariables('my-own')).toEqual({ key: 'MY_OWN_API_KEY', baseUrl: 'MY_OWN_BASE_URL' });
  });

  it('take the key of gemini from either of its two names, its own first', () => {
    const keyOf = (environment: Record<string, string>) =>
      parseSettings(environment, ['gemini', 'openai']).providers['gemini']?.apiKey;
    expect(keyOf({})).toBeNull();
    expect(keyOf({ GOOGLE_API_KEY: 'google' })).toBe('google');
    expect(keyOf({ GEMINI_API_KEY: 'gemini' })).toBe('gemini');
    expect(keyOf({ GEMINI_API_KEY: 'gemini', GOOGLE_API_KEY: 'google' })).toBe('gemini');
    expect(keyOf({ GEMINI_API_KEY: ' ', GOOGLE_API_KEY: 'google' })).toBe('google');
  });
});
