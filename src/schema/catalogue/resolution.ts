import type { Resolution, ResolutionStep } from '../../core/resolution.ts';
import { builder } from '../builder.ts';
import { ResolutionReasonEnum } from '../enums.ts';
import { ModelType } from '../refs.ts';

const ResolutionStepType = builder.objectRef<ResolutionStep>('ResolutionStep').implement({
  description: 'One step of the resolution, from one name to another.',
  fields: (t) => ({
    from: t.exposeString('from', { description: 'The name before.' }),
    to: t.exposeString('to', { description: 'The name after.' }),
    reason: t.expose('reason', { type: ResolutionReasonEnum, description: 'The reason of the step.' }),
  }),
});

export const ModelResolutionType = builder.objectRef<Resolution>('ModelResolution').implement({
  description: 'How a requested name was resolved to a model: every step with its reason.',
  fields: (t) => ({
    requested: t.exposeString('requested', { description: 'The requested name.' }),
    model: t.field({
      type: ModelType,
      description: 'The model that answers.',
      resolve: ({ config }, _args, { catalogue }) => catalogue.getModelOf(config),
    }),
    steps: t.expose('steps', {
      type: [ResolutionStepType],
      description: 'The steps, in order; at least one.',
    }),
    reasoning: t.exposeBoolean('reasoning', {
      description: 'Whether reasoning was requested and the model reasons.',
    }),
  }),
});
