import type * as Events from '../../core/generation-event.ts';
import { builder } from '../builder.ts';
import type { OutputChange } from '../../core/output.ts';
import { defineEnum } from '../define-enum.ts';
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
    'One step of a generation. The event log numbers its events 1, 2, 3 …, the same for every subscriber. A subscriber sees the sequence strictly increase; adjacent deltas of one kind may be merged for a slow subscriber, under the sequence of the last. The first event is GenerationStarted, or GenerationSnapshot for a subscriber that resumes after a cursor whose events are no longer kept; exactly one of GenerationCompleted, GenerationCancelled and GenerationFailed ends the event log.',
  resolveType: (event) => event.type,
  fields: (t) => ({
    generationId: t.exposeID('generationId', { description: 'The generation of the event.' }),
    sequence: t.exposeInt('sequence', { description: 'Position of the event in the event log.' }),
    cursor: t.field({
      type: 'Cursor',
      description:
        'Position of the event in the event log as an opaque token, which generationEvents resumes after.',
      resolve: (event) => toCursor(event),
    }),
  }),
});

const OFFSET =
  'Start of the piece within the whole, in UTF-16 code units, by which a client detects a lost or repeated piece.';

const event = <K extends Events.GenerationEvent['type']>(type: K) =>
  builder.objectRef<Extract<Events.GenerationEvent, { type: K }>>(type);

const OutputChangeEnum = defineEnum<OutputChange>(
  'OutputChange',
  'A step of a JSON document as it is written.',
  {
    set: 'The value at the path is this one, in place of what was there. An object or a list comes empty, a string with its beginning. At the root it begins the document anew.',
    append: 'The string at the path goes on with this one.',
    done: 'What is at the path is whole and changes no more, unless a SET of a repeated key or of the root begins it anew.',
  },
);

/** A type for each event there is. */
export const GENERATION_EVENT_TYPES = {
  GenerationStarted: event('GenerationStarted').implement({
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
        description: 'How the requested name was resolved to this model.',
      }),
    }),
  }),
  GenerationSnapshot: event('GenerationSnapshot').implement({
    description:
      'Replaces every event up to its own sequence. The first event for a subscriber that resumes after a cursor whose events are no longer kept; no other subscriber gets it.',
    interfaces: [GenerationEventType],
    fields: (t) => ({
      generation: t.expose('generation', {
        type: GenerationType,
        description: 'The present state of the generation.',
      }),
    }),
  }),
  TextDelta: event('TextDelta').implement({
    description: 'A piece of the text.',
    interfaces: [GenerationEventType],
    fields: (t) => ({
      offset: t.exposeInt('offset', { description: OFFSET }),
      text: t.exposeString('text', { description: 'The piece; never empty.' }),
    }),
  }),
  ReasoningDelta: event('ReasoningDelta').implement({
    description: 'A piece of the reasoning, which comes before the text that follows from it.',
    interfaces: [GenerationEventType],
    fields: (t) => ({
      offset: t.exposeInt('offset', { description: OFFSET }),
      text: t.exposeString('text', { description: 'The piece; never empty.' }),
    }),
  }),
  ToolCallDelta: event('ToolCallDelta').implement({
    description:
      "A piece of a tool call's arguments, to show progress. ToolCallReady has the complete arguments.",
    interfaces: [GenerationEventType],
    fields: (t) => ({
      callId: t.exposeID('callId', { description: 'The call that the piece belongs to.' }),
      name: t.exposeString('name', { description: 'The name of the tool.' }),
      argumentsDelta: t.exposeString('argumentsDelta', {
        description: 'A piece of the arguments as JSON text.',
      }),
    }),
  }),
  ToolCallReady: event('ToolCallReady').implement({
    description: 'A tool call whose arguments are complete.',
    interfaces: [GenerationEventType],
    fields: (t) => ({ toolCall: t.expose('toolCall', { type: ToolCallType, description: 'The call.' }) }),
  }),
  CitationAdded: event('CitationAdded').implement({
    description: 'The answer cites a source.',
    interfaces: [GenerationEventType],
    fields: (t) => ({ citation: t.expose('citation', { type: CitationType, description: 'The source.' }) }),
  }),
  UsageUpdated: event('UsageUpdated').implement({
    description: 'Tokens used so far: totals, not differences.',
    interfaces: [GenerationEventType],
    fields: (t) => ({
      usage: t.expose('usage', { type: UsageType, description: 'The totals.' }),
      cost: t.expose('cost', {
        type: CostType,
        nullable: true,
        description: 'The cost of these tokens; null if the price is unknown.',
      }),
    }),
  }),
  WarningRaised: event('WarningRaised').implement({
    description: 'A notice that does not stop the generation.',
    interfaces: [GenerationEventType],
    fields: (t) => ({ warning: t.expose('warning', { type: WarningType, description: 'The warning.' }) }),
  }),
  OutputUpdated: event('OutputUpdated').implement({
    description:
      'A step of the JSON document, if the request has streamOutput. Applied in order, the steps are a valid beginning of the document at every moment, and `Generation.output` once the generation is completed: null if the text turns out to be no JSON. Numbers come whole; every value has its DONE; a document that is too large or too deep to be told step by step comes as one SET of the root at its end.',
    interfaces: [GenerationEventType],
    fields: (t) => ({
      path: t.exposeString('path', {
        description: 'JSON Pointer (RFC 6901) to the value: `/items/0/name`; empty for the root.',
      }),
      change: t.expose('change', { type: OutputChangeEnum, description: 'The kind of step.' }),
      value: t.expose('value', {
        type: 'JSON',
        nullable: true,
        description: 'The value of SET, the piece of APPEND; null for DONE.',
      }),
    }),
  }),
  ActionRequired: event('ActionRequired').implement({
    description:
      'The model calls tools that only the client can run. Answer with submitToolResults: the same generation continues, with the same event log.',
    interfaces: [GenerationEventType],
    fields: (t) => ({
      toolCalls: t.expose('toolCalls', {
        type: [ToolCallType],
        description: 'The calls whose results the generation waits for.',
      }),
    }),
  }),
  GenerationCompleted: event('GenerationCompleted').implement({
    description: 'The generation is complete. Terminal.',
    interfaces: [GenerationEventType],
    fields: (t) => ({
      finishReason: t.expose('finishReason', {
        type: FinishReasonEnum,
        description: 'Why the model stopped.',
      }),
      generation: t.expose('generation', { type: GenerationType, description: 'The complete generation.' }),
    }),
  }),
  GenerationCancelled: event('GenerationCancelled').implement({
    description:
      'The generation was cancelled: by cancelGeneration, because its last subscriber disconnected, or because the results of its tool calls did not come in time. Terminal.',
    interfaces: [GenerationEventType],
    fields: (t) => ({
      generation: t.expose('generation', {
        type: GenerationType,
        description: 'The generation with what it had so far.',
      }),
    }),
  }),
  GenerationFailed: event('GenerationFailed').implement({
    description:
      'The generation failed after it was accepted. Terminal. A failure is never a GraphQL error once the stream has begun.',
    interfaces: [GenerationEventType],
    fields: (t) => ({
      error: t.expose('error', { type: GenerationErrorType, description: 'The error.' }),
      generation: t.expose('generation', {
        type: GenerationType,
        description: 'The generation with what it had so far.',
      }),
    }),
  }),
} satisfies Record<Events.GenerationEvent['type'], unknown>;
