import type { Problem } from '../../core/errors.ts';
import type { GenerateInput, OnDisconnect } from '../../core/generate-input.ts';
import type { Warning } from '../../core/generation.ts';
import type { Message } from '../../core/message.ts';
import type { ModelConfig } from '../../core/model-config.ts';
import { type OutputRules, TEXT_OUTPUT } from '../../core/output.ts';
import { withPricingOn } from '../../core/pricing-on.ts';
import type { AccessRules } from '../../core/principal.ts';
import type { Resolution } from '../../core/resolution.ts';
import type { TextRequest } from '../../core/text-request.ts';
import type { Cost, TokenCount } from '../../core/usage.ts';
import type { ModelRegistry } from '../../registry/model-registry.ts';
import type { Providers } from '../../registry/provider-factory.ts';
import { findForbiddenModel } from '../principals/model-access.ts';
import { checkMaxOutputTokens } from './check-max-output-tokens.ts';
import { checkModel } from './check-model.ts';
import { checkLimits, type GenerationLimits, NO_LIMITS } from './check-limits.ts';
import { checkConversation, toMessages } from './check-conversation.ts';
import { checkParameters } from './check-parameters.ts';
import { checkPromptCache } from './check-prompt-cache.ts';
import { checkProviderOptions } from './check-provider-options.ts';
import { checkReasoning, willReason } from './check-reasoning.ts';
import { wantsReasoning } from './reasoning/reasoning-wish.ts';
import { checkOutput, checkOutputRules } from './check-output.ts';
import { checkTools } from './check-tools.ts';
import { findMetadataProblem } from './check-metadata.ts';
import { checkWellFormed } from './check-well-formed.ts';
import { checkFallbacks } from './check-fallbacks.ts';
import { costOf } from '../pricing/cost.ts';
import { estimateInputTokens } from '../pricing/estimate-input-tokens.ts';
import { Findings } from './findings.ts';

/** A request that passed every check: what the provider will be given. */
export interface PreparedGeneration {
  readonly resolution: Resolution;
  readonly request: TextRequest;
  readonly warnings: readonly Warning[];
  /** The same request for other models, in the order to ask them. */
  readonly fallbacks: readonly PreparedGeneration[];
  readonly limits: GenerationLimits;
  readonly outputRules: OutputRules;
  readonly onDisconnect: OnDisconnect;
}

/** What would happen to a request. `prepared` is null exactly when there are problems. */
export interface GenerationPreview {
  readonly prepared: PreparedGeneration | null;
  readonly resolution: Resolution | null;
  readonly problems: readonly Problem[];
  readonly warnings: readonly Warning[];
  readonly estimatedInputTokens: number | null;
  /** As estimated, or as the provider counts; null where there is no model. */
  readonly inputTokens: TokenCount | null;
  readonly estimatedMaxCost: Cost | null;
}

export interface PreviewDependencies {
  readonly models: ModelRegistry;
  readonly providers: Providers;
  /** The longest a generation may ask for, in milliseconds. */
  readonly timeoutMs: number;
}

/**
 * The one way to a `PreparedGeneration`, for a request that has passed its checks: just now, or when the batch it belongs
 * to was submitted. What is left out is as for a request that nothing limits and no client follows.
 */
export const prepareGeneration = (
  checked: Pick<PreparedGeneration, 'resolution' | 'request'> & Partial<PreparedGeneration>,
): PreparedGeneration => ({
  warnings: [],
  fallbacks: [],
  limits: NO_LIMITS,
  outputRules: TEXT_OUTPUT,
  onDisconnect: 'continue',
  ...checked,
});

/** What a request to a model comes to that is unknown, retired or forbidden: nothing more is checked without a model. */
const toUnknown = ({ problems, warnings }: Findings): GenerationPreview => ({
  prepared: null,
  resolution: null,
  problems,
  warnings,
  estimatedInputTokens: null,
  inputTokens: null,
  estimatedMaxCost: null,
});

const checkRequest = (
  input: GenerateInput,
  messages: readonly Message[],
  config: ModelConfig,
  findings: Findings,
): TextRequest => {
  const conversation = checkConversation(input, messages, config, findings);
  const maxOutputTokens = checkMaxOutputTokens(input.maxOutputTokens, config, findings);
  const reasoning = checkReasoning(input.reasoning, config, maxOutputTokens, findings);
  const sampling = checkParameters(input, config, willReason(reasoning, config), findings);
  return {
    ...conversation,
    ...sampling,
    reasoning,
    maxOutputTokens,
    ...checkTools(input, config, findings),
    output: checkOutput(input.output, config, findings),
    cache: checkPromptCache(input.cache, config, findings),
    providerOptions: checkProviderOptions(input.providerOptions, config, { maxOutputTokens, findings }),
  };
};

/** What a request costs that has all of its output limit written, at the price without any cache; null without prices. */
export const estimateMaxCost = (
  inputTokens: number,
  outputTokens: number,
  { pricing }: ModelConfig,
): Cost | null =>
  costOf(
    {
      inputTokens,
      outputTokens,
      totalTokens: inputTokens + outputTokens,
      cacheReadTokens: null,
      cacheWriteTokens: null,
      reasoningTokens: null,
      audioInputTokens: null,
      source: 'estimated',
    },
    pricing,
  );

/**
 * Resolves and checks a request without calling a provider. What is accepted here runs, and what runs was accepted here:
 * previews, single generations and the requests of batches are refused, changed and warned of alike. All problems are found
 * at once, except that a model that is unknown, retired or forbidden ends the search: everything else is checked against the model.
 */
export const previewGeneration = (
  given: GenerateInput,
  dependencies: PreviewDependencies,
  access: AccessRules,
): GenerationPreview => {
  const { models } = dependencies;
  const findings = new Findings(given.onUnsupported);
  const input = checkWellFormed(given, findings);
  const messages = toMessages(input, findings);
  const metadataProblem = findMetadataProblem(input.metadata, ['input', 'metadata']);
  if (metadataProblem !== undefined) findings.problems.push(metadataProblem);
  const resolution = models.findResolution(input.model, { reasoning: wantsReasoning(input.reasoning) });
  if (resolution === undefined) {
    findings.problems.push(models.unknownModel(input.model, ['input', 'model']));
    return toUnknown(findings);
  }
  const { config } = resolution;
  const refused =
    models.findRetirement(config, ['input', 'model']) ??
    findForbiddenModel(access, config, models, ['input', 'model']);
  if (refused !== undefined) {
    findings.problems.push(refused);
    return { ...toUnknown(findings), resolution };
  }
  checkModel(resolution, dependencies, findings);
  const request = checkRequest(input, messages, config, findings);
  const estimatedInputTokens = estimateInputTokens(request, config);
  const priced = withPricingOn(config, models.today());
  const limits = checkLimits(input, { config: priced, estimatedInputTokens, ...dependencies }, findings);
  const estimatedMaxCost = estimateMaxCost(estimatedInputTokens, request.maxOutputTokens, priced);
  const fallbacks = checkFallbacks(
    input,
    findings,
    models,
    (fallback): GenerationPreview => previewGeneration(fallback, dependencies, access),
  );
  const outputRules = checkOutputRules(input, request.output, findings);
  const { problems, warnings } = findings;
  const { onDisconnect } = input;
  const prepared =
    problems.length === 0
      ? prepareGeneration({ resolution, request, warnings, fallbacks, limits, outputRules, onDisconnect })
      : null;
  return {
    prepared,
    resolution,
    problems,
    warnings,
    estimatedInputTokens,
    inputTokens: { value: estimatedInputTokens, source: 'estimated' },
    estimatedMaxCost,
  };
};
