import type { LimitState } from '../../core/rate-limit.ts';
import { MAX_INT } from '../../lib/max-int.ts';
import { builder } from '../builder.ts';
import { ViewerType } from './viewer.ts';

const RateLimitType = builder.objectRef<LimitState>('RateLimit').implement({
  description:
    'How much may be asked for. Over HTTP the headers `RateLimit-Policy` and `RateLimit` say the same of requests.',
  fields: (t) => ({
    name: t.exposeString('name', {
      description:
        'What is limited: `requestsPerMinute`, `tokensPerMinute` (input and output of generations), `uploadedBytesPerDay`, `storedBytesPerDay`, `generationsAtOnce`, `batchesAtOnce`, `sockets`.',
    }),
    limit: t.int({
      description: `The most in a window, or at once. More than ${MAX_INT} is given as that.`,
      resolve: ({ limit }) => Math.min(limit, MAX_INT),
    }),
    windowMs: t.exposeInt('windowMs', {
      description: 'How long what was used counts, in milliseconds; 0: as long as it is open.',
    }),
    remaining: t.int({
      description: `What is left now. More than ${MAX_INT} is given as that.`,
      resolve: ({ remaining }) => Math.min(remaining, MAX_INT),
    }),
    resetsAt: t.field({
      type: 'DateTime',
      description:
        'When the window ends. What was used in it counts less and less in the next one. Of what is open at once: now.',
      resolve: ({ resetsAtMs }) => new Date(resetsAtMs),
    }),
  }),
});

builder.objectField(ViewerType, 'rateLimits', (t) =>
  t.field({
    type: [RateLimitType],
    description:
      'Its rate limits, as they stand, over all servers; of several of one name (of a user and of the key of its token) the one that leaves least. What nothing limits is left out.',
    resolve: async (principal, _args, { listRateLimits }) => [...(await listRateLimits(principal))],
  }),
);
