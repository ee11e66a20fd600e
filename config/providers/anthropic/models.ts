import { defineModels } from '../../../src/core/model-config.ts';
import { anthropicInputOf, withInputEstimate } from '../input-estimates.ts';
import { withBilling } from '../with-billing.ts';
import { ANTHROPIC_BILLING } from './billing.ts';
import { CLAUDE_4_MODELS } from './claude-4-models.ts';
import { CLAUDE_5_MODELS } from './claude-5-models.ts';

export const ANTHROPIC_MODELS = defineModels<'messages'>(
  'anthropic',
  withInputEstimate(
    withBilling({ ...CLAUDE_5_MODELS, ...CLAUDE_4_MODELS }, ANTHROPIC_BILLING),
    anthropicInputOf,
  ),
);
