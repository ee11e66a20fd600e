import type { BuiltInTool } from '../../../core/model-config.ts';
import type { ReportedBilling } from '../../shared/reading/to-billing.ts';
import { toCount } from '../../shared/reading/to-count.ts';

/** What a `usage` says of the bill, as far as any compatible vendor says it. */
export interface ReportedBill {
  /** OpenRouter: dollars. Perplexity: the parts of it. */
  readonly cost?: unknown;
  /** OpenRouter: whether the model's own vendor bills the caller, and `cost` is the router's fee alone. */
  readonly is_byok?: unknown;
  readonly cost_details?: { readonly upstream_inference_cost?: unknown } | null;
  /** xAI. */
  readonly cost_in_usd_ticks?: unknown;
  readonly server_side_tool_usage_details?: {
    readonly web_search_calls?: unknown;
    readonly code_interpreter_calls?: unknown;
  } | null;
  /** Perplexity. */
  readonly tool_calls_details?: Readonly<Record<string, { readonly invocation?: unknown } | null>> | null;
  /** OpenRouter. */
  readonly server_tool_use?: { readonly web_search_requests?: unknown } | null;
}

/** What an answer says beside its `usage`. */
export interface BilledAnswer {
  readonly serviceTier?: unknown;
  /** By what it consists of, or by a count of its own: what `usage` says of the same tool stands. */
  readonly toolCounts?: Readonly<Partial<Record<BuiltInTool, unknown>>>;
}

/** https://docs.x.ai/developers/cost-tracking */
const TICKS_PER_DOLLAR = 10_000_000_000;

export const toReportedBilling = (bill: ReportedBill, answer: BilledAnswer): ReportedBilling => ({
  serviceTier: answer.serviceTier,
  amountUsd: findAmount(bill),
  toolCounts: { ...answer.toolCounts, ...countTools(bill) },
});

const findAmount = ({
  cost,
  is_byok: isByok,
  cost_details: details,
  cost_in_usd_ticks: ticks,
}: ReportedBill) => {
  const billed = toCount(ticks);
  if (billed !== null) return billed / TICKS_PER_DOLLAR;
  if (typeof cost === 'object' && cost !== null && 'total_cost' in cost) return cost.total_cost;
  if (typeof cost !== 'number' || isByok !== true) return cost;
  const upstream = details?.upstream_inference_cost;
  return typeof upstream === 'number' ? cost + upstream : null;
};

const countTools = (bill: ReportedBill): Readonly<Partial<Record<BuiltInTool, unknown>>> => {
  const { server_side_tool_usage_details: own, tool_calls_details: calls, server_tool_use: used } = bill;
  const counts = {
    web_search: own?.web_search_calls ?? calls?.['web_search']?.invocation ?? used?.web_search_requests,
    code_interpreter: own?.code_interpreter_calls,
    url_context: calls?.['fetch_url']?.invocation,
  };
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => toCount(count) !== null));
};
