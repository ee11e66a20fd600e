import type { Registry } from 'prom-client';
import type { Cost, Usage } from '../core/usage.ts';
import { createCounter, defineMetrics } from './metric-definition.ts';
import { OTHER } from './model-labels.ts';

export const PRINCIPAL_METRICS = defineMetrics({
  generations: {
    name: 'modelgraph_principal_generations_total',
    type: 'counter',
    help: 'Generations that have ended, and requests of batches with an outcome, by the principal that they belong to.',
    labels: ['principal', 'status'],
  },
  tokens: {
    name: 'modelgraph_principal_tokens_total',
    type: 'counter',
    help: 'Tokens as the provider counted them, by the principal that they belong to.',
    labels: ['principal', 'kind'],
  },
  cost: {
    name: 'modelgraph_principal_cost_usd_total',
    type: 'counter',
    help: 'Cost in US dollars, as far as usage and price are known, by the principal that it belongs to.',
    labels: ['principal'],
  },
});

/** Of principals whose ids users bring, which are without number: `user:…`. */
const USERS = 'users';

/** Counts what has ended of one principal. */
export type CountPrincipal = (
  principalId: string,
  status: string,
  used: { readonly usage: Usage | null; readonly cost: Cost | null },
) => void;

/**
 * Counts the use of the first so many keys each, of all further ones as `other`, and of users as `users`: clients must not
 * be able to make up labels, nor a label be taken from one key and given to another, which would make a counter go back.
 */
export const createPrincipalMetrics = (registry: Registry, maxPrincipals: number): CountPrincipal => {
  const generations = createCounter(PRINCIPAL_METRICS.generations, registry);
  const tokens = createCounter(PRINCIPAL_METRICS.tokens, registry);
  const costs = createCounter(PRINCIPAL_METRICS.cost, registry);
  const known = new Set<string>();
  const labelOf = (principalId: string): string => {
    if (principalId.startsWith('user:')) return USERS;
    if (known.size < maxPrincipals) known.add(principalId);
    return known.has(principalId) ? principalId : OTHER;
  };
  return (principalId, status, { usage, cost }) => {
    const principal = labelOf(principalId);
    generations.inc({ principal, status });
    const counted = [['input', usage?.inputTokens] as const, ['output', usage?.outputTokens] as const];
    for (const [kind, value] of counted)
      if (typeof value === 'number' && value > 0) tokens.inc({ principal, kind }, value);
    if (cost !== null && cost.total > 0) costs.inc({ principal }, cost.total);
  };
};
