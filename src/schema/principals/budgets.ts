import { type BUDGET_PERIODS, type BUDGET_SCOPES, toUsd } from '../../core/budget.ts';
import type { GenerationStatus } from '../../core/generation.ts';
import type { UsageDimension, UsageSum } from '../../core/usage-report.ts';
import { toUtcDay } from '../../core/utc-day.ts';
import type { ReadyIterator } from '../../lib/ready-iterator.ts';
import type { Budget } from '../../services/principals/account-service.ts';
import { builder } from '../builder.ts';
import { defineEnum } from '../define-enum.ts';
import { GenerationStatusEnum } from '../enums.ts';
import { ViewerType } from './viewer.ts';

const DAY_MS = 86_400_000;

const BudgetScopeEnum = defineEnum<(typeof BUDGET_SCOPES)[number]>(
  'BudgetScope',
  'Whose spending a budget limits.',
  {
    key: 'Of a key and all users of its tokens together.',
    user: 'Of one user.',
    tag: 'Of all requests of a key, or of all users without one, with the same text at `metadata.tag`.',
  },
);

const BudgetPeriodEnum = defineEnum<(typeof BUDGET_PERIODS)[number]>(
  'BudgetPeriod',
  'How long a budget is for. Periods begin at midnight UTC.',
  { day: 'A day.', month: 'A month of the calendar.', total: 'For good.' },
);

const UsageDimensionEnum = defineEnum<UsageDimension>('UsageDimension', 'What usage can be grouped by.', {
  day: 'The UTC day on which a turn ended.',
  model: 'The model that answered.',
  provider: 'The provider that answered.',
  user: "The subject of the user's token.",
  tag: 'The text at `metadata.tag`, its first 64 characters.',
  status: 'How the generation ended.',
});

const BudgetType = builder.objectRef<Budget>('Budget').implement({
  description:
    'What may be spent in a period. Before a provider is called, the most that the call may cost is reserved.',
  fields: (t) => ({
    scope: t.field({
      type: BudgetScopeEnum,
      description: 'Whose spending it limits.',
      resolve: ({ scope }) => scope,
    }),
    period: t.field({
      type: BudgetPeriodEnum,
      description: 'How long it is for.',
      resolve: ({ period }) => period,
    }),
    tag: t.exposeString('tag', { nullable: true, description: 'The tag it is for; null: it is for none.' }),
    limitUsd: t.exposeFloat('limitUsd', { description: 'The most that may be spent, in US dollars.' }),
    spentUsd: t.exposeFloat('spentUsd', { description: 'What was spent in the period, in US dollars.' }),
    reservedUsd: t.exposeFloat('reservedUsd', {
      description: 'What is reserved for what is under way, in US dollars.',
    }),
    resetsAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When the next period begins; null: never.',
      resolve: ({ resetsAt }) => resetsAt,
    }),
  }),
});

const UsageRowType = builder.objectRef<UsageSum>('UsageRow').implement({
  description: 'What was used, summed up. A dimension that is not grouped by, or has no value, is null.',
  fields: (t) => ({
    day: t.field({
      type: 'Date',
      nullable: true,
      description: 'The UTC day on which the turns ended.',
      resolve: ({ day }) => (day === null ? null : toUtcDay(day * DAY_MS)),
    }),
    model: t.exposeString('model', { nullable: true, description: 'The model that answered.' }),
    provider: t.exposeString('provider', { nullable: true, description: 'The provider that answered.' }),
    user: t.exposeString('user', { nullable: true, description: "The subject of the user's token." }),
    tag: t.exposeString('tag', { nullable: true, description: 'The text at `metadata.tag`.' }),
    status: t.field({
      type: GenerationStatusEnum,
      nullable: true,
      description: 'How the generations ended.',
      resolve: ({ status }) => status as GenerationStatus | null,
    }),
    generations: t.exposeInt('generations', {
      description:
        'Generations and requests of batches; one that several models answered counts with the first of them.',
    }),
    inputTokens: t.exposeFloat('inputTokens', { description: 'Tokens of input, as far as they are known.' }),
    outputTokens: t.exposeFloat('outputTokens', {
      description: 'Tokens of output, as far as they are known.',
    }),
    costUsd: t.float({
      description:
        'What it cost in US dollars; of a turn without reported usage the most that it may have cost.',
      resolve: ({ cost }) => toUsd(cost),
    }),
    unpriced: t.exposeInt('unpriced', { description: 'Turns whose price is not known.' }),
  }),
});

builder.objectFields(ViewerType, (t) => ({
  budgets: t.field({
    type: [BudgetType],
    description: 'Its budgets, as they stand; of those for each tag the 100 that most was spent of.',
    resolve: async (principal, _args, { accounts }) => [...(await accounts.budgets(principal))],
  }),
  usage: t.field({
    type: [UsageRowType],
    description:
      'What it has used, in the order of the dimensions, at most 10,000 rows. A key with the operation `users` has its users counted in.',
    args: {
      from: t.arg({ type: 'Date', required: true, description: 'The first UTC day.' }),
      to: t.arg({ type: 'Date', description: 'The last UTC day. Default: today.' }),
      by: t.arg({
        type: [UsageDimensionEnum],
        required: true,
        description: 'What to group by; empty: one row for all.',
      }),
    },
    complexity: { field: 20, multiplier: 10 },
    resolve: async (principal, { from, to = null, by }, { accounts }) => [
      ...(await accounts.usage(principal, { from, to, by })),
    ],
  }),
}));

builder.subscriptionField('budgetUpdated', (t) =>
  t.field({
    type: BudgetType,
    description:
      'Follows your budgets, on any server: each as it stands, then each change, a few a second at most. Ends at once where you have none.',
    subscribe: (_root, _args, { accounts, principal, signal }): ReadyIterator<Budget> =>
      accounts.updates(principal, signal),
    resolve: (budget) => budget,
  }),
);
