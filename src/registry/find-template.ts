import type { ModelConfig } from '../core/model-config.ts';

/** Words that tell a release from others of its line, not the line. */
const RELEASE_WORDS = new Set(['preview', 'latest', 'exp', 'experimental', 'beta']);

/** The words of an id without its version: `gpt-6.1-sol` and `gpt-7-sol` are of one line. */
const lineOf = (id: string): string =>
  (id.split('/').at(-1) ?? id)
    .split(/[-.:_]/)
    .map((word) => word.replaceAll(/\d+/g, ''))
    .filter((word) => word !== '' && !RELEASE_WORDS.has(word))
    .join(' ');

const sharedLength = (a: string, b: string): number => {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length += 1;
  return length;
};

interface Likeness {
  readonly config: ModelConfig;
  readonly isSameLine: boolean;
  readonly shared: number;
  readonly releaseDate: string;
}

const isMoreAlike = (a: Likeness, b: Likeness): boolean => {
  if (a.isSameLine !== b.isSameLine) return a.isSameLine;
  if (a.shared !== b.shared) return a.shared > b.shared;
  return a.releaseDate > b.releaseDate;
};

/**
 * Finds the model whose rules an unknown id most likely has, among those of one provider: one of its own line first, then
 * the one whose id begins the same for longest, then the newest. undefined where there are none.
 */
export const createFindTemplate = (
  candidates: readonly ModelConfig[],
): ((id: string) => ModelConfig | undefined) => {
  const known = candidates.map((config) => ({ config, line: lineOf(config.apiModel) }));
  return (id) => {
    const line = lineOf(id);
    let best: Likeness | undefined;
    for (const { config, line: knownLine } of known) {
      const likeness = {
        config,
        isSameLine: knownLine === line,
        shared: Math.max(sharedLength(id, config.apiModel), sharedLength(id, config.name)),
        releaseDate: config.releaseDate ?? '',
      };
      if (best === undefined || isMoreAlike(likeness, best)) best = likeness;
    }
    return best?.config;
  };
};
