import type { ModelConfig } from '../../../../core/model-config.ts';

/** Gemini 3 and later, told by levels in place of budgets. Gemma has levels too, and nothing else of it. */
export const isThirdGeneration = ({ reasoning, apiModel }: ModelConfig): boolean =>
  reasoning.type === 'level' && !apiModel.startsWith('gemma');
