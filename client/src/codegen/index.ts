export { clientPreset } from './client-preset.ts';
export { possibleTypes } from './possible-types.ts';
export { scalars } from './scalars.ts';
