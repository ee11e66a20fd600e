import { canReason, type ModelConfig, type Pricing, type PricingTier } from '../../core/model-config.ts';
import type { TextRequest } from '../../core/text-request.ts';
import { boundInputTokens, windowOf } from './bound-input-tokens.ts';

const MILLION = 1_000_000;

/**
 * How often a model runs its vendor's own tools in one answer, at most, and what one run adds to what it reads, in tokens.
 * Vendors end an answer, or pause it, after ten: https://platform.claude.com/docs/en/agents-and-tools/tool-use (2026-11).
 * Recorded answers had ten at most, with up to 16,000 tokens each.
 */
const MOST_TOOL_RUNS = 10;
const TOKENS_A_TOOL_RUN = 20_000;

/** What a vendor may have written by the time it notices that it is no longer read, in tokens. */
const UNSEEN_TOKENS = 1_000;

/** The most that one call of a vendor may be billed. */
export interface CallBound {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly usd: number;
}

/** What one call is about. `pricing`: as in force when the vendor is called. */
export interface BoundedCall {
  readonly request: TextRequest;
  readonly config: ModelConfig;
  readonly pricing: Pricing | null;
}

const greatest = (...prices: readonly (number | null | undefined)[]): number =>
  Math.max(0, ...prices.map((price) => price ?? 0));

/** The highest prices that input of up to this size may cost, however it is cached. */
const highestRates = (
  pricing: Pricing,
  inputTokens: number,
): { readonly input: number; readonly output: number } => {
  const reached = pricing.tiers.filter(({ aboveInputTokens }) => inputTokens > aboveInputTokens);
  const rates: readonly Omit<PricingTier, 'aboveInputTokens'>[] = [pricing, ...reached];
  const inputOf = (rate: Omit<PricingTier, 'aboveInputTokens'>): number =>
    greatest(
      rate.inputPerMillion,
      rate.cacheReadPerMillion,
      rate.cacheWritePerMillion,
      rate.cacheWriteLongPerMillion,
    );
  return {
    input: greatest(pricing.audioInputPerMillion, ...rates.map(inputOf)),
    output: greatest(...rates.map(({ outputPerMillion }) => outputPerMillion)),
  };
};

/** What the vendor's own tools that a request allows cost beside tokens, at most. */
const boundToolFees = (tools: TextRequest['tools'], { toolFees = [] }: Pricing): number => {
  const allowed = new Set(tools.flatMap((tool) => (tool.type === 'built-in' ? [tool.tool] : [])));
  return toolFees
    .filter(({ tool }) => allowed.has(tool))
    .reduce((sum, { pricePerCall, perRequest }) => sum + pricePerCall * (perRequest ? 1 : MOST_TOOL_RUNS), 0);
};

/** Each run of a vendor's tool has the model read all of it once more, with what was found. */
const boundAllInput = ({
  request,
  config,
}: BoundedCall): { readonly all: number; readonly largest: number } => {
  const once = boundInputTokens(request, config);
  if (!request.tools.some(({ type }) => type === 'built-in')) return { all: once, largest: once };
  const largest = Math.min(windowOf(config), once + MOST_TOOL_RUNS * TOKENS_A_TOOL_RUN);
  return { all: largest * (MOST_TOOL_RUNS + 1), largest };
};

const boundOf = (call: BoundedCall, outputTokens: number): CallBound | null => {
  const { pricing, request } = call;
  if (pricing === null) return null;
  const { all: inputTokens, largest } = boundAllInput(call);
  const { input, output } = highestRates(pricing, largest);
  const usd = (inputTokens * input + outputTokens * output) / MILLION + boundToolFees(request.tools, pricing);
  return { inputTokens, outputTokens, usd };
};

/**
 * The most that a call may cost: by the bytes that are sent, the limit of its output, and the highest prices that may apply.
 * null: no price of the model is known. Pure.
 */
export const boundCost = (call: BoundedCall): CallBound | null => boundOf(call, call.request.maxOutputTokens);

/** Whether the model may write what is billed and not streamed. */
const writesUnseen = ({ request: { reasoning, tools }, config }: BoundedCall): boolean =>
  (canReason(config) && reasoning.type !== 'off') || tools.some(({ type }) => type === 'built-in');

/**
 * The most that a call may have cost when this server has closed its stream, of which so many bytes of output had come: a
 * model that may reason unseen counts as having used all that it was allowed.
 */
export const boundCutCost = (call: BoundedCall, outputBytes: number): CallBound | null => {
  const { maxOutputTokens } = call.request;
  const outputTokens = writesUnseen(call)
    ? maxOutputTokens
    : Math.min(maxOutputTokens, outputBytes + UNSEEN_TOKENS);
  return boundOf(call, outputTokens);
};
