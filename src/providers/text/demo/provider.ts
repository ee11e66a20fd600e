import { ModelgraphError, ProviderError } from '../../../core/errors.ts';
import type { ModelConfig } from '../../../core/model-config.ts';
import { collect } from '../../../core/stream-event.ts';
import type { ConnectTextProvider, ProviderConnection, TextProvider } from '../../../core/text-provider.ts';
import { guardStream } from '../../shared/call/terminal-guard.ts';
import { createPause } from './response/create-pause.ts';
import { playScript } from './response/play-script.ts';
import { DEMO_SCRIPTS } from './request/demo-scripts.ts';

const SLOW_FACTOR = 10;
const SLOW_LEAST_MS = 200;

const delayMsFor = (config: ModelConfig, { demoDelayMs }: ProviderConnection): number =>
  config.apiModel === 'demo-slow' && demoDelayMs > 0
    ? Math.max(demoDelayMs * SLOW_FACTOR, SLOW_LEAST_MS)
    : demoDelayMs;

const mapError = (cause: unknown): ModelgraphError =>
  new ProviderError('PROVIDER_FAILED', { provider: 'demo', cause });

/** The reference implementation of a provider: everything but a vendor. */
export const connectDemo: ConnectTextProvider = (connection) => (config) => {
  const script = DEMO_SCRIPTS.get(config.apiModel);
  if (script === undefined) {
    const known = [...DEMO_SCRIPTS.keys()].join(', ');
    throw new ModelgraphError(
      'INTERNAL',
      `The demo provider has no script "${config.apiModel}"; it has: ${known}.`,
    );
  }
  const delayMs = delayMsFor(config, connection);
  const stream: TextProvider['stream'] = (request, options) =>
    guardStream({
      provider: 'demo',
      signal: options.signal,
      firstDeltaTimeoutMs: connection.firstDeltaTimeoutMs,
      mapError,
      open: (signal) =>
        playScript({
          steps: script(request),
          request,
          connection,
          pause: createPause(delayMs, signal),
          signal,
        }),
    });
  return { config, stream, generate: (request, options) => collect(stream(request, options)) };
};
