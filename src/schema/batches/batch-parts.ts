import type { BatchCounts, BatchMode, BatchStatus } from '../../core/batch.ts';
import { builder } from '../builder.ts';
import { defineEnum } from '../define-enum.ts';

export const BatchStatusEnum = defineEnum<BatchStatus>('BatchStatus', 'Where a batch is in its life.', {
  queued: 'Taken in, and kept over a restart. Nothing has been sent to the provider.',
  submitted: 'The provider has it and has not begun, as far as it says.',
  running: 'Requests are being answered.',
  completed: 'Every request has its result, which may be a failure of its own. All can be read.',
  cancelling: 'Its end was asked for, and the provider has not confirmed it.',
  cancelled: 'Ended because it was asked for. What was answered by then can be read.',
  failed: 'The batch failed as a whole; `error` says why.',
  expired: 'The provider gave up before all was answered. What was answered by then can be read.',
});

export const BatchModeEnum = defineEnum<BatchMode>('BatchMode', 'How the requests of a batch are answered.', {
  native: "By the provider's own batch API, at the price of that.",
  sequential:
    'One by one, a few at a time, at full price: the provider has no batch API for the model. A restart of the server may ask again what was under way.',
});

export const BatchCountsType = builder.objectRef<BatchCounts>('BatchCounts').implement({
  description: 'How many requests of a batch have come to what.',
  fields: (t) => ({
    total: t.exposeInt('total', { description: 'All of them.' }),
    pending: t.exposeInt('pending', { description: 'Those without a result.' }),
    succeeded: t.exposeInt('succeeded', { description: 'Those that were answered.' }),
    failed: t.exposeInt('failed', { description: 'Those that failed.' }),
    cancelled: t.exposeInt('cancelled', { description: 'Those that were cancelled.' }),
    expired: t.exposeInt('expired', { description: 'Those the provider gave up.' }),
  }),
});
