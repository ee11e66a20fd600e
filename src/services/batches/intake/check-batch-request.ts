import { type BatchOperations, describeBytes } from '../../../core/vendor-batch.ts';
import { createProblem, type Problem } from '../../../core/errors.ts';
import type { GenerateInput } from '../../../core/generate-input.ts';
import type { ModelConfig } from '../../../core/model-config.ts';

const MAX_CUSTOM_ID_LENGTH = 64;

const problem = (path: readonly string[], message: string, suggestion?: string): Problem =>
  createProblem('INVALID_REQUEST', path, message, suggestion === undefined ? {} : { suggestion });

/** Why a custom id cannot be taken; paths begin at the request. `taken`: those of the requests before. */
export const findCustomIdProblem = (customId: string, taken: ReadonlySet<string>): Problem | undefined => {
  const path = ['customId'];
  if (customId.trim() === '') return problem(path, 'customId must not be blank.');
  if (customId.length > MAX_CUSTOM_ID_LENGTH)
    return problem(path, `customId must have at most ${MAX_CUSTOM_ID_LENGTH} characters.`);
  // Neither vendors nor databases take these.
  if (!customId.isWellFormed() || /\p{Cc}/u.test(customId))
    return problem(path, 'customId must be text without control characters.');
  if (taken.has(customId))
    return problem(path, `customId "${customId}" was given to an earlier request of the batch.`);
  return undefined;
};

/** Why the vendor would not take a custom id. */
export const findVendorIdProblem = (
  customId: string,
  operations: BatchOperations,
  { provider }: ModelConfig,
): Problem | undefined => {
  const reason = operations.findCustomIdProblem(customId);
  if (reason === undefined) return undefined;
  return problem(['customId'], `customId "${customId}" does not suit the provider "${provider}". ${reason}`);
};

const REMEDY = 'Leave it out in a batch.';

/** Fields that make no sense for a request without a client that waits for it. */
export const findUnfitFields = (input: GenerateInput): readonly Problem[] => {
  const problems: Problem[] = [];
  const refuse = (field: keyof GenerateInput, reason: string): void => {
    problems.push(problem(['input', field], `${field} makes no sense in a batch: ${reason}`, REMEDY));
  };
  if (input.onDisconnect !== 'cancel') refuse('onDisconnect', 'its requests have no subscribers.');
  if (input.fallbackModels !== null) refuse('fallbackModels', 'one model answers all of its requests.');
  if (input.timeoutMs !== null) refuse('timeoutMs', 'its requests are answered when there is time.');
  if (input.maxCostUsd !== null) refuse('maxCostUsd', 'its requests cannot be stopped half way.');
  if (input.streamOutput) refuse('streamOutput', 'its requests have no subscribers.');
  if (input.store === false) refuse('store', 'its requests are stored until their answers are there.');
  if (input.onViolation === 'repair')
    problems.push(
      problem(
        ['input', 'output', 'schema', 'onViolation'],
        'REPAIR makes no sense in a batch: each of its requests is answered once.',
        'Give REPORT or FAIL in a batch.',
      ),
    );
  return problems;
};

export const findOtherModelProblem = (config: ModelConfig, first: ModelConfig): Problem | undefined =>
  config.name === first.name
    ? undefined
    : problem(
        ['input', 'model'],
        `Every request of a batch goes to one model: the first to "${first.name}", this one to "${config.name}".`,
        'Submit a batch for each model.',
      );

export const tooLargeProblem = (bytes: number, maxBytes: number, { name }: ModelConfig): Problem =>
  problem(
    ['input'],
    `The request takes ${bytes} bytes, and a batch of "${name}" takes at most ${describeBytes(maxBytes)}, as its vendor counts them.`,
  );
