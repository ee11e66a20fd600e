import type { Problem } from '../../core/errors.ts';
import type { GenerateInput } from '../../core/generate-input.ts';
import type { ModelRegistry } from '../../registry/model-registry.ts';
import type { Findings } from './findings.ts';

/** As many as are worth waiting for. */
const MOST_FALLBACKS = 8;

const isSame = (a: Problem, b: Problem): boolean =>
  a.code === b.code && a.path.join('.') === b.path.join('.') && a.message === b.message;

const isSkipped = (model: string, index: number, models: ModelRegistry, findings: Findings): boolean => {
  const resolution = models.findResolution(model, { reasoning: false });
  const path = ['input', 'fallbackModels', String(index)];
  const retired = resolution === undefined ? undefined : models.findRetirement(resolution.config, path);
  if (retired === undefined) return false;
  findings.warn('MODEL_DEPRECATED', `${retired.message} It is left out of the fallback models.`, {
    path,
    from: model,
    to: retired.allowed?.[0] ?? null,
  });
  return true;
};

/**
 * The request prepared for each of its fallback models. A problem with the model itself has the path of its place in the
 * list; a problem with a value that the model does not take has the path of that value. A model that is retired is left out
 * with a warning: the others can still answer.
 */
export const checkFallbacks = <Prepared>(
  input: GenerateInput,
  findings: Findings,
  models: ModelRegistry,
  preview: (input: GenerateInput) => {
    readonly prepared: Prepared | null;
    readonly problems: readonly Problem[];
  },
): readonly Prepared[] => {
  const names = input.fallbackModels ?? [];
  if (names.length > MOST_FALLBACKS) {
    findings.reject(
      'INVALID_REQUEST',
      ['input', 'fallbackModels'],
      `There may be at most ${MOST_FALLBACKS} fallback models, not ${names.length}.`,
      { allowed: [`at most ${MOST_FALLBACKS}`] },
    );
    return [];
  }
  return names.flatMap((model, index) => {
    if (isSkipped(model, index, models, findings)) return [];
    const { prepared, problems } = preview({ ...input, model, fallbackModels: null });
    for (const problem of problems) {
      const isModel = problem.path.join('.') === 'input.model';
      const path = isModel ? ['input', 'fallbackModels', String(index)] : problem.path;
      const placed = { ...problem, path };
      if (!findings.problems.some((known) => isSame(known, placed))) findings.problems.push(placed);
    }
    return prepared === null ? [] : [prepared];
  });
};
