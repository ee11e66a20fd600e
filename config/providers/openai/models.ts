import { defineModels } from '../../../src/core/model-config.ts';
import { openaiInputOf, withInputEstimate } from '../input-estimates.ts';
import { withBilling } from '../with-billing.ts';
import { OPENAI_BILLING } from './billing.ts';
import { GPT_4_MODELS } from './gpt-4-models.ts';
import { GPT_5_MODELS } from './gpt-5-models.ts';
import { GPT_6_MODELS } from './gpt-6-models.ts';
import { O_MODELS } from './o-models.ts';

export const OPENAI_MODELS = defineModels<'chat_completion' | 'responses_api'>(
  'openai',
  withInputEstimate(
    withBilling({ ...GPT_6_MODELS, ...GPT_5_MODELS, ...O_MODELS, ...GPT_4_MODELS }, OPENAI_BILLING),
    openaiInputOf,
  ),
);
