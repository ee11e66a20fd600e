import type { GenerationResult } from '../../../core/generation.ts';
import type { OnViolation, OutputRules, OutputViolation } from '../../../core/output.ts';
import type { BatchResult } from '../../../core/vendor-batch.ts';
import type { OutputChecker } from '../../output/output-checker.ts';

/** Where an answer breaks its schema, and what follows from that. */
export interface Judgement {
  readonly onViolation: OnViolation;
  readonly violations: readonly OutputViolation[];
}

/** A turn that ends with calls of the client's tools is no answer yet. */
const isAnswer = ({ finishReason, toolCalls }: GenerationResult): boolean =>
  finishReason !== 'tool-calls' || toolCalls.every(({ builtIn }) => builtIn);

/** Holds answers of a vendor's batch against their schemas, those that have one. `rules`: by custom id. */
export const checkAnswers = async (
  results: readonly BatchResult[],
  rules: ReadonlyMap<string, OutputRules>,
  outputs: OutputChecker,
): Promise<ReadonlyMap<BatchResult, Judgement>> => {
  const judgements = new Map<BatchResult, Judgement>();
  for (const result of results) {
    const { schema = null, onViolation = 'report' } = rules.get(result.customId) ?? {};
    if (schema === null || result.status !== 'succeeded' || !isAnswer(result.result)) continue;
    judgements.set(result, { onViolation, violations: await outputs.check(schema, result.result.text) });
  }
  return judgements;
};
