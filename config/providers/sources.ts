/** Day the whole catalogue was last checked against its sources. */
export const VERIFIED_AT = '2026-11-22';

/** Where facts and prices come from: the day of each source, and its name as it stands in a model's `source`. */
export const MODELS_DEV = { date: '2026-07-02', name: 'models.dev, 2026-07-02' } as const;
export const PI_AI = { date: '2026-11-10', name: 'pi-ai catalogue, 2026-11-10' } as const;

/** The words for a model's `source`, later sources last: where they differ, the later one stands. */
export const sources = (...names: readonly string[]): string => names.join('; ');
