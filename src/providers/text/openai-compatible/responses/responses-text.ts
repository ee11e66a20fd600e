import type { StreamEvent } from '../../../../core/stream-event.ts';
import type { ResponsesAnnotation, ResponsesContentPart } from './responses-event.ts';

/** Where a piece of text belongs: the number of its item and of its part in that item. */
export interface PartPosition {
  readonly item: number;
  readonly part: number;
}

/** The text of a response, which comes in parts, as one text; with the citations' offsets moved accordingly. */
export interface ResponsesText {
  readonly add: (at: PartPosition, delta: string) => StreamEvent | undefined;
  /** A citation of a web page; other annotations, and one that was given before, are undefined. */
  readonly cite: (
    at: PartPosition,
    index: number,
    annotation: ResponsesAnnotation,
  ) => StreamEvent | undefined;
  /** What a finished part holds beyond what was streamed of it: all of it, or nothing. */
  readonly finish: (at: PartPosition, part: ResponsesContentPart) => Generator<StreamEvent>;
}

interface PartState {
  /** Length of the whole text before this part, in UTF-16 code units. */
  readonly offset: number;
  readonly cited: Set<number>;
  hasText: boolean;
}

export const createResponsesText = (): ResponsesText => {
  const parts = new Map<string, PartState>();
  let length = 0;

  const partAt = ({ item, part }: PartPosition): PartState => {
    const key = `${item}:${part}`;
    const known = parts.get(key);
    if (known !== undefined) return known;
    const state: PartState = { offset: length, cited: new Set(), hasText: false };
    parts.set(key, state);
    return state;
  };

  const add: ResponsesText['add'] = (at, delta) => {
    if (delta === '') return undefined;
    partAt(at).hasText = true;
    length += delta.length;
    return { type: 'text-delta', text: delta };
  };

  const cite: ResponsesText['cite'] = (at, index, annotation) => {
    const { offset, cited } = partAt(at);
    if (annotation.type !== 'url_citation' || cited.has(index)) return undefined;
    cited.add(index);
    const moved = (position: number | null | undefined): number | null =>
      typeof position === 'number' ? position + offset : null;
    return {
      type: 'citation',
      citation: {
        url: annotation.url ?? null,
        title: annotation.title ?? null,
        snippet: null,
        startIndex: moved(annotation.start_index),
        endIndex: moved(annotation.end_index),
      },
    };
  };

  return {
    add,
    cite,
    *finish(at, part) {
      if (!partAt(at).hasText) {
        const event = add(at, part.text ?? part.refusal ?? '');
        if (event !== undefined) yield event;
      }
      for (const [index, annotation] of (part.annotations ?? []).entries()) {
        const event = cite(at, index, annotation);
        if (event !== undefined) yield event;
      }
    },
  };
};
