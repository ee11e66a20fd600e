import type { ModelConfig } from '../../src/core/model-config.ts';
import { GENERATE_MUTATION, GENERATE_SUBSCRIPTION, toEvents } from '../support/app/events.ts';
import { collectOverWebSocket, request, startApp, type TestApp } from '../support/app/app.ts';
import {
  startUpstream,
  type UpstreamRequest,
  type UpstreamServer,
} from '../support/upstream/upstream-server.ts';
import { VENDOR_PROVIDERS, type VendorProvider } from '../contract/providers.ts';
import { type Form, FORMS } from './expectations.ts';
import { type Fault, FAULTS, RETRY_DATE, toParts } from './faults.ts';

/** What a client hears of a fault. */
export interface Outcome {
  readonly code: string;
  readonly retryable: boolean;
  /** The number of milliseconds, or `the date` where it is the time left until the date the vendor named. */
  readonly retryAfterMs: number | 'the date' | null;
  readonly text: string;
}

/** A model of each line in each form, with nothing that the catalogue says of other models. */
const modelsOf = (line: VendorProvider): readonly ModelConfig[] =>
  FORMS.map((form) => ({
    ...line.model,
    name: modelName(line, form),
    apiModel: apiModel(line, form),
    status: { type: 'active' },
    reasoning: { type: 'none' },
    streaming: form === 'streamed',
  }));

const modelName = ({ model }: VendorProvider, form: Form): string => `${model.name}-${form}`;

const apiModel = ({ model }: VendorProvider, form: Form): string => `${model.apiModel}-${form}`;

/** Whose API a request is for: by the provider in its path and the model it names, there or in its body. */
export const lineOf = ({ path, body }: Pick<UpstreamRequest, 'path' | 'body'>): VendorProvider => {
  const line = VENDOR_PROVIDERS.find(
    (candidate) =>
      path.startsWith(`/${candidate.descriptor.name}/`) &&
      FORMS.some((form) => `${decodeURIComponent(path)} ${body}`.includes(apiModel(candidate, form))),
  );
  if (line === undefined) throw new Error(`a request to ${path} that names no model of a provider`);
  return line;
};

const promptFor = ({ name }: Fault): string => `This is about: ${name}.`;

const faultOf = ({ body }: UpstreamRequest): Fault => {
  const fault = FAULTS.find((candidate) => body.includes(promptFor(candidate)));
  if (fault === undefined) throw new Error('a request about no fault');
  return fault;
};

export interface FaultyApp extends AsyncDisposable {
  readonly app: TestApp;
  readonly upstream: UpstreamServer;
}

/** A whole server and, behind every provider of it, a vendor that fails as the prompt tells it to. */
export const startFaultyApp = async (idleTimeoutMs: number): Promise<FaultyApp> => {
  const upstream = await startUpstream((incoming) =>
    faultOf(incoming).play(toParts(lineOf(incoming), incoming)),
  );
  const names = new Set(VENDOR_PROVIDERS.map(({ descriptor }) => descriptor.name));
  const app = await startApp(
    {
      idleTimeoutMs,
      providers: Object.fromEntries(
        [...names].map((name) => [name, { apiKey: 'made-up', baseUrl: `${upstream.origin}/${name}` }]),
      ),
    },
    {
      providers: [...new Set(VENDOR_PROVIDERS.map(({ descriptor }) => descriptor))],
      models: VENDOR_PROVIDERS.flatMap(modelsOf),
      aliases: {},
    },
  );
  return {
    app,
    upstream,
    [Symbol.asyncDispose]: async () => {
      await app.close();
      await upstream[Symbol.asyncDispose]();
    },
  };
};

const toDelay = (retryAfterMs: unknown): Outcome['retryAfterMs'] => {
  if (typeof retryAfterMs !== 'number') return null;
  const namedMs = RETRY_DATE.getTime() - Date.now();
  return Math.abs(retryAfterMs - namedMs) < 600_000 ? 'the date' : retryAfterMs;
};

const inputFor = (line: VendorProvider, form: Form, fault: Fault): object => ({
  input: { model: modelName(line, form), prompt: promptFor(fault) },
});

/** What a subscriber hears. */
export const subscribe = async (
  app: TestApp,
  line: VendorProvider,
  form: Form,
  fault: Fault,
): Promise<Outcome> => {
  const results = await collectOverWebSocket(app, GENERATE_SUBSCRIPTION, { ...inputFor(line, form, fault) });
  const last = toEvents(results).at(-1);
  if (last?.__typename !== 'GenerationFailed')
    throw new Error(`no failure of ${line.name}: ${JSON.stringify(last)}`);
  const { code, retryable, retryAfterMs } = last['error'];
  return { code, retryable, retryAfterMs: toDelay(retryAfterMs), text: last['generation'].text };
};

const GENERATION = `query ($id: ID!) { generation(id: $id) { status text error { code retryable retryAfterMs } } }`;

/** What whoever waits for the end hears, and what is kept under the generation's id. */
export const wait = async (
  app: TestApp,
  line: VendorProvider,
  form: Form,
  fault: Fault,
): Promise<Outcome> => {
  const { data: succeeded, errors } = await request(app, GENERATE_MUTATION, {
    ...inputFor(line, form, fault),
  });
  if (errors === undefined) throw new Error(`no failure of ${line.name}: ${JSON.stringify(succeeded)}`);
  const { code, retryable, retryAfterMs, generationId } = (errors[0]?.extensions ?? {}) as Record<
    string,
    unknown
  >;
  const { data } = await request(app, GENERATION, { id: generationId });
  const kept = data.generation;
  if (kept.status !== 'FAILED' || kept.error.code !== code)
    throw new Error(`told ${String(code)}, kept ${JSON.stringify(kept)}`);
  return {
    code: String(code),
    retryable: retryable === true,
    retryAfterMs: toDelay(retryAfterMs),
    text: kept.text,
  };
};
