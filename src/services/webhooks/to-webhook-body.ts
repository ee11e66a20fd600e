import type { Batch } from '../../core/batch.ts';
import type { Usage } from '../../core/usage.ts';

const withoutBilling = ({ billing: _billing, ...tokens }: Usage): Usage => tokens;

/** What the operator's receiver is told of a batch that has ended, as JSON: the same text at every attempt. */
export const toWebhookBody = (batch: Batch): string => {
  const { id, principalId, displayName, status, mode, config, counts, providerBatchIds } = batch;
  const { usage, cost, warnings, error, metadata, createdAt, submittedAt, completedAt } = batch;
  return JSON.stringify({
    type: `batch.${status}`,
    timestamp: (completedAt ?? createdAt).toISOString(),
    data: {
      id,
      principalId,
      displayName,
      status: status.toUpperCase(),
      mode: mode.toUpperCase(),
      provider: config.provider,
      model: config.name,
      counts,
      providerBatchIds,
      usage: usage && withoutBilling(usage),
      cost,
      warnings,
      error,
      metadata,
      createdAt,
      submittedAt,
      completedAt,
    },
  });
};
