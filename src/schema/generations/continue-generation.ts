import { builder } from '../builder.ts';
import { readCursor } from './event-cursor.ts';
import { GenerationEventType } from './generation-event.ts';
import { ToolResultInput, toToolMessage } from './message-input.ts';
import { GenerationType } from '../refs.ts';

builder.mutationFields((t) => ({
  submitToolResults: t.field({
    type: GenerationType,
    description:
      'Gives a generation the results of the tool calls it waits for, all of them at once. It goes on at once, under the same id, in the same log, for the same subscribers.',
    args: {
      generationId: t.arg.id({ required: true, description: 'The generation that waits.' }),
      results: t.arg({ type: [ToolResultInput], required: true, description: 'One result for each call.' }),
    },
    complexity: { field: 100 },
    extensions: { costsMoney: true },
    resolve: (_root, { generationId, results }, { generations, principalId, signal }) =>
      generations.submitToolResults(generationId, results.map(toToolMessage), principalId, signal),
  }),
  cancelGeneration: t.field({
    type: GenerationType,
    description:
      'Ends a generation and closes the connection to its provider, in every phase and on whichever server it runs, so that nothing more is billed. What had come is kept. One that has ended stays as it is.',
    args: { id: t.arg.id({ required: true, description: 'The generation to end.' }) },
    resolve: (_root, { id }, { generations, principalId }) => generations.cancel(id, principalId),
  }),
}));

builder.subscriptionFields((t) => ({
  generationEvents: t.field({
    type: GenerationEventType,
    description:
      'Joins or resumes the events of a generation, on any server: each event after the cursor once, in order, then the live ones until the end. Somebody who resumes from where events are no longer kept gets GenerationSnapshot first.',
    args: {
      id: t.arg.id({ required: true, description: 'The generation to follow.' }),
      after: t.arg({
        type: 'Cursor',
        description: 'Cursor of the last event you have; all events when left out.',
      }),
    },
    subscribe: async (_root, { id, after }, { generations, principalId, signal }) =>
      generations.events(id, principalId, after == null ? null : readCursor(after, id), signal),
    resolve: (event) => event,
  }),
}));
