import type { GenerationEvent } from '../../core/generation-event.ts';
import type { ReadyIterator } from '../../lib/ready-iterator.ts';
import { builder } from '../builder.ts';
import { readCursor, readLastEventId } from './event-cursor.ts';
import { GenerationEventType } from './generation-event.ts';
import { ToolResultInput, toToolMessage } from './message-input.ts';
import { GenerationType } from '../refs.ts';
import { readEventsAfter, RESUMABLE } from './resume-events.ts';

builder.mutationFields((t) => ({
  submitToolResults: t.field({
    type: GenerationType,
    description:
      'Gives a generation the results of the tool calls that it waits for, all of them at once. The generation continues at once, with the same id, event log and subscribers.',
    args: {
      generationId: t.arg.id({ required: true, description: 'The generation that waits for the results.' }),
      results: t.arg({ type: [ToolResultInput], required: true, description: 'One result for each call.' }),
    },
    complexity: { field: 100 },
    extensions: { costsMoney: true },
    resolve: (_root, { generationId, results }, { generations, principal, providerKeys, signal }) =>
      generations.submitToolResults(
        generationId,
        results.map(toToolMessage),
        principal,
        signal,
        providerKeys,
      ),
  }),
  cancelGeneration: t.field({
    type: GenerationType,
    description:
      'Cancels a generation and closes the connection to its provider, in every phase and on any server of the cluster, so that nothing more is billed. The partial answer is kept. A generation that has ended does not change.',
    args: { id: t.arg.id({ required: true, description: 'The generation to cancel.' }) },
    resolve: (_root, { id }, { generations, principal }) => generations.cancel(id, principal),
  }),
}));

builder.subscriptionFields((t) => ({
  generationEvents: t.field({
    type: GenerationEventType,
    description:
      'Joins or resumes the events of a generation, on any server of the cluster: each event after the cursor once, in order, then live events until the end. A subscriber that resumes after a cursor whose events are no longer kept gets GenerationSnapshot first.',
    args: {
      id: t.arg.id({ required: true, description: 'The generation to read.' }),
      after: t.arg({
        type: 'Cursor',
        description:
          'Cursor of the last event that you have. All events when left out. The header Last-Event-ID of an event stream takes its place.',
      }),
    },
    extensions: RESUMABLE,
    subscribe: async (_root, { id, after }, context): Promise<ReadyIterator<GenerationEvent>> => {
      const { generations, principal, signal, lastEventId } = context;
      // An EventSource that connects again repeats its address, and with it an older cursor.
      if (lastEventId !== null) return readEventsAfter(readLastEventId(lastEventId, id), context);
      if (after != null) return readEventsAfter(readCursor(after, id), context);
      return generations.events(id, principal, null, signal);
    },
    resolve: (event) => event,
  }),
}));
