import { MODEL_ALIASES } from '../aliases.ts';
import { MODEL_CONFIGS } from '../providers/index.ts';
import type { TakenNames } from './name-problems.ts';

/** The names of this project's own catalogue. */
export const BUILT_IN_NAMES: TakenNames = {
  providers: Object.keys(MODEL_CONFIGS),
  models: new Map(
    Object.entries(MODEL_CONFIGS).flatMap(([provider, models]) =>
      Object.keys(models).map((name) => [name, provider] as const),
    ),
  ),
  aliases: Object.keys(MODEL_ALIASES),
};
