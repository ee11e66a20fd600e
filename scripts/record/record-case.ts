import { MODEL_CONFIGS } from '../../config/providers/index.ts';
import { ModelgraphError } from '../../src/core/errors.ts';
import type { ModelConfig } from '../../src/core/model-config.ts';
import { TEXT_PROVIDERS } from '../../src/providers/index.ts';
import { RECORD_CASES, type RecordCase } from '../../test/support/upstream/record-cases.ts';
import { type Fixture, toFixture } from './fixture.ts';
import { recordFetch } from './record-fetch.ts';

type ProviderName = keyof typeof MODEL_CONFIGS;

export interface RecordOptions {
  readonly provider: string;
  readonly case: string;
  /** null: the first model of the catalogue that the case is for. */
  readonly model: string | null;
  readonly apiKey: string | null;
  /** null: the vendor's own address. */
  readonly baseUrl: string | null;
  /** The day of the recording. */
  readonly now: Date;
}

const isProvider = (name: string): name is ProviderName => Object.hasOwn(MODEL_CONFIGS, name);

/** Providers that can be recorded. */
export const RECORDED_PROVIDERS: readonly string[] = Object.values(TEXT_PROVIDERS)
  .filter(({ credentialVariable }) => credentialVariable !== null)
  .map(({ name }) => name);

const findModel = (
  provider: ProviderName,
  wanted: string | null,
  { isFor }: RecordCase,
): ModelConfig | undefined => {
  const models = Object.values(MODEL_CONFIGS[provider]);
  return wanted === null
    ? models.find((config) => config.status.type === 'active' && config.streaming && isFor(config))
    : models.find(({ name }) => name === wanted);
};

const check = (
  options: RecordOptions,
): { readonly recordCase: RecordCase; readonly config: ModelConfig; readonly apiKey: string } => {
  const { provider, model, apiKey } = options;
  const recordCase = RECORD_CASES[options.case];
  if (!isProvider(provider) || !RECORDED_PROVIDERS.includes(provider))
    throw new Error(`There is no provider "${provider}" to record: ${RECORDED_PROVIDERS.join(', ')}.`);
  if (recordCase === undefined)
    throw new Error(`There is no case "${options.case}": ${Object.keys(RECORD_CASES).join(', ')}.`);
  const config = findModel(provider, model, recordCase);
  if (config === undefined)
    throw new Error(
      `${provider} has no model ${model === null ? `for the case ${options.case}` : `"${model}"`}.`,
    );
  if (!recordCase.isFor(config)) throw new Error(`The case ${options.case} is not for ${config.name}.`);
  if (apiKey === null)
    throw new Error(
      `${TEXT_PROVIDERS[provider].credentialVariable ?? ''} is not set. A recording is made with the real vendor, at its price.`,
    );
  return { recordCase, config, apiKey };
};

/** Runs a case through the real provider against the real vendor. Throws a plain message when it cannot be run. */
export const recordCase = async (options: RecordOptions): Promise<Fixture> => {
  const { recordCase: asked, config, apiKey } = check(options);
  const connect = await TEXT_PROVIDERS[config.provider as ProviderName].load();
  const provider = connect({
    apiKey,
    baseUrl: options.baseUrl,
    connectTimeoutMs: 10_000,
    firstDeltaTimeoutMs: 300_000,
    idleTimeoutMs: 300_000,
    demoDelayMs: 0,
    log: { warn: () => undefined },
  })(config);
  const callOptions = { signal: new AbortController().signal };
  let failure: unknown;
  const exchanges = await recordFetch(async () => {
    try {
      const request = asked.request(config);
      if (asked.mode === 'wait') await provider.generate(request, callOptions);
      else for await (const event of provider.stream(request, callOptions)) void event;
    } catch (error) {
      failure = error;
    }
  });
  if (failure !== undefined && asked.fails !== true) throw toPlainError(failure);
  if (failure === undefined && asked.fails === true)
    throw new Error('The vendor accepted what it was meant to refuse.');
  const recorded = {
    provider: config.provider,
    model: config.name,
    case: options.case,
    on: options.now.toISOString().slice(0, 10),
  };
  return toFixture(exchanges, recorded, { secrets: [apiKey] });
};

const toPlainError = (error: unknown): Error =>
  error instanceof ModelgraphError
    ? new Error(`Nothing was written, the call failed: ${error.code}: ${error.message}`)
    : new Error('Nothing was written, the call failed.', { cause: error });
