import type { Settings } from '../../../config/settings.ts';
import type { AppOverrides } from '../../../src/app.ts';
import type { RateLimitRules } from '../../../src/core/principal.ts';
import { createAccessFile, keyOf } from './access.ts';
import { startApp, type TestApp } from './app.ts';

export const ANN = keyOf('ann');
export const BOB = keyOf('bob');

export interface LimitedApp extends AsyncDisposable {
  readonly app: TestApp;
}

/** A server with two keys: `ann` has limits, `bob` none. `users`: the limits of the users of ann's tokens. */
export const startLimited = async (
  limits: Partial<RateLimitRules>,
  {
    settings,
    overrides,
    users = {},
  }: {
    readonly settings?: Partial<Settings>;
    readonly overrides?: AppOverrides;
    readonly users?: Partial<RateLimitRules>;
  } = {},
): Promise<LimitedApp> => {
  const operations = ['read', 'generate', 'batch', 'issue'];
  const file = createAccessFile({ keys: { ann: { limits, operations, users: { limits: users } } } });
  const app = await startApp(
    { apiKeys: [ANN.setting, BOB.setting], accessFile: file.path, ...settings },
    overrides,
  );
  return {
    app,
    async [Symbol.asyncDispose]() {
      await app.close();
      file[Symbol.dispose]();
    },
  };
};

export const bearer = (key: string): Record<string, string> => ({ authorization: `Bearer ${key}` });
