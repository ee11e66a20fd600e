import type { ModelConfig } from '../../core/model-config.ts';
import type { Resolution } from '../../core/resolution.ts';
import { toJson } from '../db/to-json.ts';

/** Of the configs of models, which are the same for every generation and most of what is written at its beginning. */
const configs = new WeakMap<ModelConfig, string>();

const encodeConfig = (config: ModelConfig): string => {
  const known = configs.get(config);
  if (known !== undefined) return known;
  const encoded = toJson(config);
  configs.set(config, encoded);
  return encoded;
};

/** The JSON of an object that has fields, with one more, whose value is JSON already. */
export const withField = (object: string, name: string, value: string): string =>
  `{"${name}":${value},${object.slice(1)}`;

export const encodeResolution = ({ config, ...resolved }: Resolution): string =>
  withField(toJson(resolved), 'config', encodeConfig(config));
