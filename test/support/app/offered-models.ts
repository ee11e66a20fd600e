import { MODEL_CONFIGS } from '../../../config/providers/index.ts';
import type { ModelConfig } from '../../../src/core/model-config.ts';
import { statusOn } from '../../../src/core/model-status.ts';
import { toUtcDay } from '../../../src/core/utc-day.ts';
import { catalogueClock } from './app.ts';

/** Every model that can be asked for by the clock of tests: those that their vendors have not shut down on its UTC day. */
export const offeredModels = (day = toUtcDay(catalogueClock())): readonly ModelConfig[] =>
  Object.values(MODEL_CONFIGS)
    .flatMap((configs) => Object.values<ModelConfig>(configs))
    .filter(({ status }) => statusOn(status, day).type !== 'retired');
