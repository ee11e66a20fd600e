import { MODEL_CONFIGS } from '../../../config/providers/index.ts';
import type { ModelConfig } from '../../../src/core/model-config.ts';
import { statusOn } from '../../../src/core/model-status.ts';
import { toUtcDay } from '../../../src/core/utc-day.ts';

/** Every model of this release that can be asked for on a UTC day: those that their vendors have not shut down. */
export const offeredModels = (day = toUtcDay(Date.now())): readonly ModelConfig[] =>
  Object.values(MODEL_CONFIGS)
    .flatMap((configs) => Object.values<ModelConfig>(configs))
    .filter(({ status }) => statusOn(status, day).type !== 'retired');
