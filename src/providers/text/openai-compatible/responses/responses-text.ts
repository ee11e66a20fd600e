import type { Citation } from '../../../../core/generation.ts';
import type { StreamEvent } from '../../../../core/stream-event.ts';
import { toText } from '../../../shared/reading/to-text.ts';
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

/** Unfinished parts that a finished one under another number is compared with. Servers write one part after the other. */
const MAX_COMPARED = 100;

interface PartState {
  /** Length of the whole text before this part, in UTF-16 code units. */
  readonly offset: number;
  readonly cited: Set<number>;
  /** Its deltas together, until it is finished. */
  said: string;
  hasText: boolean;
}

export const createResponsesText = (): ResponsesText => {
  const parts = new Map<string, PartState>();
  const unfinished = new Set<PartState>();
  let length = 0;

  const partAt = ({ item, part }: PartPosition): PartState => {
    const key = `${item}:${part}`;
    const known = parts.get(key);
    if (known !== undefined) return known;
    const state: PartState = { offset: length, cited: new Set(), said: '', hasText: false };
    parts.set(key, state);
    return state;
  };

  const add: ResponsesText['add'] = (at, delta) => {
    if (delta === '') return undefined;
    const part = partAt(at);
    part.hasText = true;
    part.said += delta;
    unfinished.add(part);
    length += delta.length;
    return { type: 'text-delta', text: delta };
  };

  /**
   * The part that a finished one is: at its place, or, where nothing was said there, one that was said under another number
   * and not finished. Some servers number items in some of their events only.
   */
  const findPart = (at: PartPosition, text: string): PartState => {
    const own = partAt(at);
    if (own.hasText || text === '') return own;
    return (
      unfinished
        .values()
        .take(MAX_COMPARED)
        .find(({ said }) => said === text) ?? own
    );
  };

  const cite = (part: PartState, index: number, annotation: ResponsesAnnotation): StreamEvent | undefined => {
    const { offset, cited } = part;
    if (annotation.type !== 'url_citation' || cited.has(index)) return undefined;
    cited.add(index);
    return { type: 'citation', citation: toCitation(annotation, offset) };
  };

  return {
    add,
    cite: (at, index, annotation) => cite(partAt(at), index, annotation),
    *finish(at, part) {
      const text = toText(part.text ?? part.refusal);
      const state = findPart(at, text);
      if (!state.hasText) {
        const event = add(at, text);
        if (event !== undefined) yield event;
      }
      state.said = '';
      unfinished.delete(state);
      for (const [index, annotation] of (part.annotations ?? []).entries()) {
        const cited = annotation === null ? undefined : cite(state, index, annotation);
        if (cited !== undefined) yield cited;
      }
    },
  };
};

/** Places of a part, moved to those of the whole text. */
const toCitation = (
  { url, title, start_index: start, end_index: end }: ResponsesAnnotation,
  offset: number,
): Citation => {
  const moved = (position: number | null | undefined): number | null =>
    typeof position === 'number' ? offset + position : null;
  return {
    url: url ?? null,
    title: title ?? null,
    snippet: null,
    startIndex: moved(start),
    endIndex: moved(end),
  };
};
