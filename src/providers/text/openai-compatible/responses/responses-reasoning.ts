import type { StreamEvent } from '../../../../core/stream-event.ts';
import { toText } from '../../../shared/reading/to-text.ts';
import type { ResponsesContentPart, ResponsesItem } from './responses-event.ts';

type ReasoningKind = 'summary' | 'raw';

/**
 * The reasoning of a response as one text, a blank line between its parts. An item that gives its reasoning both raw and
 * as a summary is shown once: as the kind that comes first, which is the raw one where the item arrives whole.
 */
export interface ResponsesReasoning {
  readonly add: (item: number, kind: ReasoningKind, part: number, delta: string) => StreamEvent | undefined;
  /** A finished part: all of it, or nothing where it was streamed. */
  readonly finishPart: ResponsesReasoning['add'];
  /** What a finished item holds beyond what was streamed of it: all of it, or nothing. */
  readonly finish: (item: number, content: ResponsesItem) => Generator<StreamEvent>;
}

export const createResponsesReasoning = (): ResponsesReasoning => {
  const kinds = new Map<number, ReasoningKind>();
  const told = new Set<string>();
  let lastPart: string | null = null;

  const add: ResponsesReasoning['add'] = (item, kind, part, delta) => {
    if (delta === '' || (kinds.get(item) ?? kind) !== kind) return undefined;
    kinds.set(item, kind);
    const position = `${item}:${part}`;
    const isNewPart = lastPart !== null && lastPart !== position;
    lastPart = position;
    told.add(position);
    return { type: 'reasoning-delta', text: isNewPart ? `\n\n${delta}` : delta };
  };

  return {
    add,
    finishPart: (item, kind, part, text) =>
      told.has(`${item}:${part}`) ? undefined : add(item, kind, part, text),
    *finish(item, { content, summary }) {
      if (kinds.has(item)) return;
      for (const [kind, parts] of [['raw', content] as const, ['summary', summary] as const]) {
        if (!Array.isArray(parts)) continue;
        for (const [index, part] of (parts as readonly (ResponsesContentPart | null)[]).entries()) {
          const event = add(item, kind, index, toText(part?.text));
          if (event !== undefined) yield event;
        }
      }
    },
  };
};
