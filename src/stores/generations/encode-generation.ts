import type { Generation } from '../../core/generation.ts';
import { toOutline } from '../../core/to-outline.ts';
import { completeCost } from '../../core/usage.ts';
import { fromJson } from '../db/from-json.ts';
import { toJson } from '../db/to-json.ts';
import { encodeResolution, withField } from './encode-resolution.ts';

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

/** Nothing but the outline of a generation that is not to be stored, whatever the caller has of it. */
export const encodeGeneration = (given: Generation): string => {
  const { resolution, ...generation } =
    given.isStored === false ? { ...toOutline(given), rawFinishReason: null } : given;
  return withField(toJson(generation), 'resolution', encodeResolution(resolution));
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
