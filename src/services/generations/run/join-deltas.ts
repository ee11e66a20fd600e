import type { StreamEvent } from '../../../core/stream-event.ts';
import { MERGE_WHEN_BEHIND_BY } from '../events/event-reader.ts';

type Delta = Extract<StreamEvent, { type: 'text-delta' | 'reasoning-delta' }>;

const isDelta = (event: StreamEvent): event is Delta =>
  event.type === 'text-delta' || event.type === 'reasoning-delta';

/** Where the deltas of the kind at a place end: the first place after them. */
const endOfKind = (events: readonly StreamEvent[], from: number): number => {
  const type = events[from]?.type;
  let to = from + 1;
  while (events[to]?.type === type) to += 1;
  return to;
};

const join = (first: Delta, others: readonly StreamEvent[]): Delta => {
  let { text } = first;
  for (const event of others) if (isDelta(event)) text += event.text;
  return { ...first, text };
};

/**
 * Events that have come at once, with neighbouring deltas of one kind as one delta where they are so many that a subscriber
 * that has all before them is sent them as one event anyway: the log, the store and each reader then take one event too.
 * Fewer stay as they are.
 */
export const joinDeltas = (events: readonly StreamEvent[]): readonly StreamEvent[] => {
  if (events.length <= MERGE_WHEN_BEHIND_BY) return events;
  const joined: StreamEvent[] = [];
  for (let from = 0; from < events.length; ) {
    const first = events[from];
    if (first === undefined) break;
    const to = isDelta(first) ? endOfKind(events, from) : from + 1;
    if (isDelta(first) && to - from > MERGE_WHEN_BEHIND_BY)
      joined.push(join(first, events.slice(from + 1, to)));
    else for (const event of events.slice(from, to)) joined.push(event);
    from = to;
  }
  return joined;
};
