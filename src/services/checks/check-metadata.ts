import { createProblem, type Problem } from '../../core/errors.ts';
import type { JsonValue } from '../../core/json.ts';
import { weighJson } from '../../lib/weigh-json.ts';

/** Of the caller's own data, as JSON in UTF-8: it is stored with each generation and read with every page of a list. */
export const MAX_METADATA_BYTES = 16 * 1024;

/** A text or a name takes at least a byte for each code unit, and a value at least one. */
const BOUNDS = { values: MAX_METADATA_BYTES, characters: MAX_METADATA_BYTES, depth: 100 };

/** Why metadata cannot be taken: it is too large. */
export const findMetadataProblem = (
  metadata: JsonValue | null,
  path: readonly string[],
): Problem | undefined => {
  if (metadata === null) return undefined;
  const isSmall =
    !('passed' in weighJson(metadata, BOUNDS)) &&
    Buffer.byteLength(JSON.stringify(metadata)) <= MAX_METADATA_BYTES;
  if (isSmall) return undefined;
  return createProblem(
    'INVALID_REQUEST',
    path,
    `metadata may take at most ${MAX_METADATA_BYTES} bytes as JSON.`,
    {
      allowed: [`at most ${MAX_METADATA_BYTES} bytes`],
      suggestion: 'Keep long data in a place of your own, and its key in metadata.',
    },
  );
};
