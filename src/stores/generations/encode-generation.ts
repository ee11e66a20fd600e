import type { Generation } from '../../core/generation.ts';
import type { ModelConfig } from '../../core/model-config.ts';
import { completeCost } from '../../core/usage.ts';
import { fromJson } from '../db/from-json.ts';
import { toJson } from '../db/to-json.ts';

type Dates = 'createdAt' | 'startedAt' | 'completedAt';

/** Parsed, with its dates as JSON has them. */
interface ParsedGeneration extends Omit<Generation, Dates | 'outputViolations' | 'turns'> {
  readonly createdAt: string;
  readonly startedAt: string | null;
  readonly completedAt: string | null;
  // Records of earlier versions have neither.
  readonly outputViolations?: Generation['outputViolations'];
  readonly turns?: Generation['turns'];
}

/** Of the configs of models, which are the same for every generation and most of what a record says at its beginning. */
const configs = new WeakMap<ModelConfig, string>();

const encodeConfig = (config: ModelConfig): string => {
  const known = configs.get(config);
  if (known !== undefined) return known;
  const encoded = toJson(config);
  configs.set(config, encoded);
  return encoded;
};

/** An object with one more field, whose value is JSON already. */
const withField = (object: string, name: string, value: string): string =>
  `{"${name}":${value},${object.slice(1)}`;

export const encodeGeneration = ({ resolution, ...generation }: Generation): string => {
  const { config, ...resolved } = resolution;
  return withField(
    toJson(generation),
    'resolution',
    withField(toJson(resolved), 'config', encodeConfig(config)),
  );
};

const toDate = (text: string | null): Date | null => (text === null ? null : new Date(text));

export const decodeGeneration = (record: string): Generation => {
  const parsed = fromJson(record) as ParsedGeneration;
  return {
    outputViolations: [],
    turns: [],
    ...parsed,
    cost: completeCost(parsed.cost),
    createdAt: new Date(parsed.createdAt),
    startedAt: toDate(parsed.startedAt),
    completedAt: toDate(parsed.completedAt),
  };
};
