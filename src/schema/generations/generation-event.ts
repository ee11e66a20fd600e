import type * as Events from '../../core/generation-event.ts';
import { builder } from '../builder.ts';
import { FinishReasonEnum } from '../enums.ts';
import {
  CitationType,
  CostType,
  GenerationErrorType,
  ToolCallType,
  UsageType,
  WarningType,
} from './generation-parts.ts';
import { GenerationType, ModelType } from '../refs.ts';
import { ModelResolutionType } from '../catalogue/resolution.ts';
import { toCursor } from './event-cursor.ts';

export const GenerationEventType = builder.interfaceRef<Events.GenerationEvent>('GenerationEvent').implement({
  description:
    'One step of a generation. The log numbers its events 1, 2, 3 … once, for every subscriber. A subscriber sees the sequence strictly increase; adjacent deltas of one kind may reach a slow one merged, under the sequence of the last. The first event is GenerationStarted, or GenerationSnapshot for somebody who resumes from where events are no longer kept; exactly one of GenerationCompleted, GenerationCancelled and GenerationFailed ends the log.',
  resolveType: (event) => event.type,
  fields: (t) => ({
    generationId: t.exposeID('generationId', { description: 'The generation it belongs to.' }),
    sequence: t.exposeInt('sequence', { description: 'Its place in the log.' }),
    cursor: t.field({
      type: 'Cursor',
      description: 'Its place in the log as an opaque token: what generationEvents resumes after.',
      resolve: ({ generationId, sequence }) => toCursor(generationId, sequence),
    }),
  }),
});

const OFFSET =
  'Where the piece begins in the whole, in UTF-16 code units: by it a client proves that nothing was lost or doubled.';

const event = <K extends Events.GenerationEvent['type']>(type: K) =>
  builder.objectRef<Extract<Events.GenerationEvent, { type: K }>>(type);

event('GenerationStarted').implement({
  description: 'The request was accepted. Always the first event.',
  interfaces: [GenerationEventType],
  fields: (t) => ({
    model: t.field({
      type: ModelType,
      description: 'The model that answers.',
      resolve: ({ resolution }, _args, { catalogue }) => catalogue.getModelOf(resolution.config),
    }),
    resolution: t.expose('resolution', {
      type: ModelResolutionType,
      description: 'How the name that was asked for became this model.',
    }),
  }),
});

event('GenerationSnapshot').implement({
  description:
    'Stands for every event up to its own sequence and replaces what the subscriber has. The first event for somebody who resumes from where the events are no longer kept; otherwise there is none.',
  interfaces: [GenerationEventType],
  fields: (t) => ({
    generation: t.expose('generation', { type: GenerationType, description: 'The whole of it by now.' }),
  }),
});

event('TextDelta').implement({
  description: 'A piece of the text.',
  interfaces: [GenerationEventType],
  fields: (t) => ({
    offset: t.exposeInt('offset', { description: OFFSET }),
    text: t.exposeString('text', { description: 'The piece; never empty.' }),
  }),
});

event('ReasoningDelta').implement({
  description: 'A piece of the reasoning. Reasoning comes before the text it leads to.',
  interfaces: [GenerationEventType],
  fields: (t) => ({
    offset: t.exposeInt('offset', { description: OFFSET }),
    text: t.exposeString('text', { description: 'The piece; never empty.' }),
  }),
});

event('ToolCallDelta').implement({
  description: "A piece of a tool call's arguments, for showing progress. ToolCallReady brings the whole.",
  interfaces: [GenerationEventType],
  fields: (t) => ({
    callId: t.exposeID('callId', { description: 'The call it belongs to.' }),
    name: t.exposeString('name', { description: 'The tool.' }),
    argumentsDelta: t.exposeString('argumentsDelta', {
      description: 'A piece of the arguments as JSON text.',
    }),
  }),
});

event('ToolCallReady').implement({
  description: 'A tool call whose arguments are complete.',
  interfaces: [GenerationEventType],
  fields: (t) => ({ toolCall: t.expose('toolCall', { type: ToolCallType, description: 'The call.' }) }),
});

event('CitationAdded').implement({
  description: 'A source was named.',
  interfaces: [GenerationEventType],
  fields: (t) => ({ citation: t.expose('citation', { type: CitationType, description: 'The source.' }) }),
});

event('UsageUpdated').implement({
  description: 'Tokens used so far: totals, not differences.',
  interfaces: [GenerationEventType],
  fields: (t) => ({
    usage: t.expose('usage', { type: UsageType, description: 'The totals.' }),
    cost: t.expose('cost', {
      type: CostType,
      nullable: true,
      description: 'What they cost; null where the price is unknown.',
    }),
  }),
});

event('WarningRaised').implement({
  description: 'Something worth knowing that does not stop the generation.',
  interfaces: [GenerationEventType],
  fields: (t) => ({ warning: t.expose('warning', { type: WarningType, description: 'The warning.' }) }),
});

event('ActionRequired').implement({
  description:
    'The model wants tools called that only the client can run. Answer with submitToolResults: the same generation and log go on.',
  interfaces: [GenerationEventType],
  fields: (t) => ({
    toolCalls: t.expose('toolCalls', {
      type: [ToolCallType],
      description: 'The calls whose results it waits for.',
    }),
  }),
});

event('GenerationCompleted').implement({
  description: 'The generation came to its end. Terminal.',
  interfaces: [GenerationEventType],
  fields: (t) => ({
    finishReason: t.expose('finishReason', { type: FinishReasonEnum, description: 'Why it ended.' }),
    generation: t.expose('generation', { type: GenerationType, description: 'The whole of it.' }),
  }),
});

event('GenerationCancelled').implement({
  description:
    'The generation was ended before its own end: by cancelGeneration, because nobody followed it any more, or because the results of its tool calls never came. Terminal.',
  interfaces: [GenerationEventType],
  fields: (t) => ({
    generation: t.expose('generation', { type: GenerationType, description: 'What there is of it.' }),
  }),
});

event('GenerationFailed').implement({
  description:
    'The generation failed after it was accepted. Terminal. A failure is never a GraphQL error once the stream has begun.',
  interfaces: [GenerationEventType],
  fields: (t) => ({
    error: t.expose('error', { type: GenerationErrorType, description: 'What went wrong.' }),
    generation: t.expose('generation', { type: GenerationType, description: 'What there is of it.' }),
  }),
});
