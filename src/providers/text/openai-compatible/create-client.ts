import OpenAI from 'openai';
import type { ProviderConnection } from '../../../core/text-provider.ts';
import { isRecord } from '../../../lib/is-record.ts';
import {
  createGuardedFetch,
  type GuardedFetchOptions,
  type TimeLimits,
} from '../../shared/call/guarded-fetch.ts';

/** The longest a timer can run: only the caller's signal and the guarded fetch end a call. */
const NEVER_MS = 2_147_483_647;

export interface ClientOptions {
  readonly provider: string;
  readonly baseUrl: string;
  readonly expect: GuardedFetchOptions['expect'];
}

/** A chat completion, or a response. */
const isAnswer = (json: unknown): boolean =>
  isRecord(json) && (Array.isArray(json['choices']) || Array.isArray(json['output']));

/**
 * An SDK client for one kind of answer. It retries nothing, logs nothing, and what the SDK would read from the
 * environment (key, address, organisation, project, headers, log level) is either given here or not sent.
 */
export const createClient = (
  connection: Pick<ProviderConnection, 'apiKey' | 'baseUrl'> & TimeLimits,
  { provider, baseUrl, expect }: ClientOptions,
): OpenAI => {
  const { apiKey } = connection;
  const authorization = apiKey === null ? null : `Bearer ${apiKey}`;
  return new OpenAI({
    apiKey: apiKey ?? 'none', // the SDK insists on one
    adminAPIKey: null,
    organization: null,
    project: null,
    webhookSecret: null,
    baseURL: connection.baseUrl ?? baseUrl,
    defaultHeaders: { authorization },
    maxRetries: 0,
    timeout: NEVER_MS,
    logLevel: 'off',
    fetch: createGuardedFetch({
      provider,
      expect,
      limits: connection,
      isAnswer,
      headers: authorization === null ? {} : { authorization },
    }),
  });
};
