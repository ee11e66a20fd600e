import { plainRequest } from '../../../support/plain-request.ts';
import { DEMO_MODELS } from '../../../../config/providers/demo/models.ts';
import type { ModelConfig } from '../../../../src/core/model-config.ts';
import type { StreamEvent } from '../../../../src/core/stream-event.ts';
import type { TextProvider } from '../../../../src/core/text-provider.ts';
import type { TextRequest } from '../../../../src/core/text-request.ts';
import { connectDemo } from '../../../../src/providers/text/demo/provider.ts';

export interface LoggedWarning {
  readonly fields: Readonly<Record<string, unknown>>;
  readonly message: string;
}

export interface DemoHarness {
  readonly provider: TextProvider;
  readonly warnings: readonly LoggedWarning[];
}

const configOf = (name: string): ModelConfig => {
  const config = DEMO_MODELS[name] ?? DEMO_MODELS['demo'];
  if (config === undefined) throw new Error('the catalogue has no demo model');
  return { ...config, name, apiModel: name };
};

export const connectDemoModel = (
  name: string,
  options: { readonly demoDelayMs?: number; readonly idleTimeoutMs?: number } = {},
): DemoHarness => {
  const warnings: LoggedWarning[] = [];
  const connect = connectDemo({
    apiKey: null,
    baseUrl: null,
    connectTimeoutMs: 10_000,
    firstDeltaTimeoutMs: 60_000,
    idleTimeoutMs: options.idleTimeoutMs ?? 60_000,
    demoDelayMs: options.demoDelayMs ?? 0,
    log: { warn: (fields, message) => void warnings.push({ fields, message }) },
  });
  return { provider: connect(configOf(name)), warnings };
};

export const requestOf = (text: string, changes: Partial<TextRequest> = {}): TextRequest =>
  plainRequest({
    messages: [{ role: 'user', parts: [{ type: 'text', text }] }],
    maxOutputTokens: 4096,
    ...changes,
  });

/** Everything a stream gave until it ended or threw. */
export const drain = async (
  events: AsyncIterable<StreamEvent>,
): Promise<{ readonly events: readonly StreamEvent[]; readonly error: unknown }> => {
  const seen: StreamEvent[] = [];
  try {
    for await (const event of events) seen.push(event);
  } catch (error) {
    return { events: seen, error };
  }
  return { events: seen, error: undefined };
};

export const never = new AbortController().signal;
