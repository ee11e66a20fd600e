import { completeConfig } from '../../../core/complete-config.ts';
import type { ModelConfig } from '../../../core/model-config.ts';
import type { ModelRegistry } from '../../../registry/model-registry.ts';
import type { BatchRecord } from '../../../stores/batches/batch-rows.ts';

/**
 * The configs of batches by what is stored of them. A batch goes on with the config it was submitted with, also where the
 * catalogue has another one by now, or none; equal ones are one object, since a provider is kept for each.
 */
export class BatchConfigs {
  readonly #models: ModelRegistry;
  readonly #known = new Map<string, ModelConfig>();

  constructor(models: ModelRegistry) {
    this.#models = models;
  }

  of({ config }: Pick<BatchRecord, 'config'>): ModelConfig {
    const json = JSON.stringify(config);
    const present = this.#models.findResolution(config.name, { reasoning: false })?.config;
    if (present !== undefined && JSON.stringify(present) === json) return present;
    const known = this.#known.get(json) ?? completeConfig(config, present);
    this.#known.set(json, known);
    return known;
  }
}
