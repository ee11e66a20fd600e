import type { StreamEvent } from '../../../../core/stream-event.ts';

const OPEN = '<think>';
const CLOSE = '</think>';

/**
 * The same events, with the reasoning that a server leaves in the text told apart: of a text that begins with `<think>`
 * everything up to `</think>`, without the tags and the space that follows them. Any other text passes as it is, tags
 * further on included. Where the text was cut into deltas makes no difference.
 */
export async function* separateReasoning(events: AsyncIterable<StreamEvent>): AsyncGenerator<StreamEvent> {
  const split = createSplitter();
  for await (const event of events) {
    if (event.type === 'finish') yield* toEvents(split.end());
    if (event.type === 'text-delta') yield* toEvents(split.add(event.text));
    else yield event;
  }
}

interface Piece {
  readonly type: 'text-delta' | 'reasoning-delta';
  readonly text: string;
}

const toEvents = (pieces: readonly Piece[]): readonly Piece[] => pieces.filter(({ text }) => text !== '');

interface Splitter {
  /** Gives what is certain by now: the start of what may become a tag waits for the rest. */
  readonly add: (text: string) => readonly Piece[];
  readonly end: () => readonly Piece[];
}

const createSplitter = (): Splitter => {
  let state: 'start' | 'reasoning' | 'text' = 'start';
  let held = '';
  /** Whether only space has come since a tag. */
  let isAfterTag = false;

  const piece = (type: Piece['type'], given: string): Piece => {
    const text = isAfterTag ? given.trimStart() : given;
    isAfterTag &&= text === '';
    return { type, text };
  };

  const enter = (next: 'reasoning' | 'text', isTag: boolean, rest: string): readonly Piece[] => {
    state = next;
    held = '';
    isAfterTag = isTag;
    return add(rest);
  };

  const add = (text: string): readonly Piece[] => {
    if (state === 'text') return [piece('text-delta', text)];
    held += text;
    if (state === 'start') {
      const begun = held.trimStart();
      if (begun.startsWith(OPEN)) return enter('reasoning', true, begun.slice(OPEN.length));
      return OPEN.startsWith(begun) ? [] : enter('text', false, held);
    }
    const close = held.indexOf(CLOSE);
    if (close !== -1) {
      const last = piece('reasoning-delta', held.slice(0, close));
      return [last, ...enter('text', true, held.slice(close + CLOSE.length))];
    }
    const certain = held.length - lengthOfPartialTag(held);
    const told = piece('reasoning-delta', held.slice(0, certain));
    held = held.slice(certain);
    return [told];
  };

  return {
    add,
    end: () => [piece(state === 'reasoning' ? 'reasoning-delta' : 'text-delta', held)],
  };
};

/** How much of a text's end may be the beginning of the closing tag. */
const lengthOfPartialTag = (text: string): number => {
  for (let length = Math.min(CLOSE.length - 1, text.length); length > 0; length -= 1)
    if (text.endsWith(CLOSE.slice(0, length))) return length;
  return 0;
};
