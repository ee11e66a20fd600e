import type { ModelConfig } from '../../core/model-config.ts';
import { findEndOf, replacementOf } from '../../core/model-status.ts';
import type { Resolution } from '../../core/resolution.ts';
import type { ModelRegistry } from '../../registry/model-registry.ts';
import type { Providers } from '../../registry/provider-factory.ts';
import type { Findings } from './findings.ts';

const noteResolution = ({ config, steps }: Resolution, today: string, findings: Findings): void => {
  const swap = steps.find((step) => step.reason === 'reasoning-counterpart');
  if (swap !== undefined)
    findings.warn(
      'REASONING_COERCED',
      `The model "${swap.from}" cannot reason; its counterpart "${swap.to}" answers.`,
      { path: ['input', 'model'], from: swap.from, to: swap.to },
    );
  if (config.origin === 'unknown')
    findings.warn(
      'MODEL_UNKNOWN',
      `The catalogue does not know the model "${config.name}". It is sent to its provider by ${config.source}, and its cost is unknown.`,
      { path: ['input', 'model'], from: config.name },
    );
  const end = findEndOf(config.name, config.status, today);
  if (end !== undefined)
    findings.warn('MODEL_DEPRECATED', end, {
      path: ['input', 'model'],
      from: config.name,
      to: replacementOf(config.status),
    });
};

const checkConfigured = (config: ModelConfig, providers: Providers, findings: Findings): void => {
  if (providers.lacksCallerKey(config.provider))
    return findings.reject(
      'UNAUTHENTICATED',
      ['input', 'model'],
      `This server calls "${config.provider}" with keys of its callers alone, and the request has none for it.`,
      {
        suggestion: `Send the header x-modelgraph-provider-key: ${config.provider} <key>, or providerKeys in connection_init.`,
      },
    );
  const missing = providers.findMissingCredential(config.provider);
  if (missing === undefined) return;
  findings.reject(
    'PROVIDER_NOT_CONFIGURED',
    ['input', 'model'],
    `The provider "${config.provider}" is not configured on this server: ${missing} is not set.`,
    {
      suggestion: `Set ${missing} and restart, or choose an available model: models(where: { available: true }).`,
    },
  );
};

/** Warns of what the caller should know of the model that answers, and refuses one whose provider is not configured. */
export const checkModel = (
  resolution: Resolution,
  { models, providers }: { readonly models: ModelRegistry; readonly providers: Providers },
  findings: Findings,
): void => {
  noteResolution(resolution, models.today(), findings);
  checkConfigured(resolution.config, providers, findings);
};
