import type { ReasoningTags } from '../../../../core/model-config.ts';

export interface Piece {
  readonly type: 'text-delta' | 'reasoning-delta';
  readonly text: string;
}

/** As models write them: Qwen, DeepSeek and most others; Seed-OSS; Magistral; Kimi; Gemma and EXAONE; Command. */
const TAGS: readonly (readonly [string, string])[] = [
  ['<think>', '</think>'],
  ['<seed:think>', '</seed:think>'],
  ['[THINK]', '[/THINK]'],
  ['◁think▷', '◁/think▷'],
  ['<thought>', '</thought>'],
  ['<reasoning>', '</reasoning>'],
  ['<|START_THINKING|>', '<|END_THINKING|>'],
];
const OPENING = TAGS.map(([open]) => open);
const CLOSING = TAGS.map(([, close]) => close);
const LONGEST_TAG = Math.max(...CLOSING.map(({ length }) => length));

/**
 * How much text is held for a closing tag without an opening one: some minutes of output. What is longer is told as text,
 * long before the wait for the first content would end the call.
 */
const MOST_HELD = 65_536;

type State = 'start' | 'undecided' | 'reasoning' | 'text';

/** Splits one answer. See `separateReasoning` for what the tags mean. */
export class ReasoningSplitter {
  readonly #tags: Exclude<ReasoningTags, false>;
  #state: State = 'start';
  #closing = CLOSING;
  #held = '';
  /** The space with which the text begins, until it is known whether a tag follows. */
  #space = '';
  /** How much of the held text has no closing tag, but for what may be the beginning of one. */
  #searched = 0;
  /** Whether only space has come since a tag. */
  #isAfterTag: boolean;

  constructor(tags: Exclude<ReasoningTags, false>) {
    this.#tags = tags;
    this.#isAfterTag = tags === 'opened';
  }

  /** Gives what is certain by now: what may become a tag, or may turn out to be reasoning, waits for the rest. */
  add(text: string): readonly Piece[] {
    this.#held += text;
    if (this.#state === 'text') return this.#release('text-delta');
    return this.#state === 'start' ? this.#begin() : this.#advance();
  }

  /** What is held when nothing more can change its meaning: at the end, and before a tool call. */
  flush(): readonly Piece[] {
    return this.#state === 'reasoning' ? this.#release('reasoning-delta') : this.#enterText();
  }

  /** The server tells reasoning apart by itself: a text that has not begun with a tag has none. */
  stop(): readonly Piece[] {
    return this.#state === 'start' || this.#state === 'undecided' ? this.#enterText() : [];
  }

  #begin(): readonly Piece[] {
    const begun = this.#held.trimStart();
    this.#space += this.#held.slice(0, this.#held.length - begun.length);
    this.#held = begun;
    const tag = TAGS.find(([open]) => begun.startsWith(open));
    if (tag !== undefined) {
      const [open, close] = tag;
      this.#state = 'reasoning';
      this.#closing = [close];
      this.#isAfterTag = true;
      this.#held = begun.slice(open.length);
    } else if (OPENING.some((open) => open.startsWith(begun))) return [];
    else {
      this.#state = this.#tags === 'opened' ? 'reasoning' : 'undecided';
      this.#held = this.#space + begun;
    }
    this.#space = '';
    return this.#advance();
  }

  #advance(): readonly Piece[] {
    const isUndecided = this.#state === 'undecided';
    const found = findFirst(this.#held, this.#closing, this.#searched);
    if (found !== undefined)
      return isUndecided && isOpened(this.#held, found) ? this.#enterText() : this.#close(...found);
    if (isUndecided) {
      this.#searched = Math.max(0, this.#held.length - LONGEST_TAG);
      return this.#held.length > MOST_HELD ? this.#enterText() : [];
    }
    const certain = this.#held.length - lengthOfPartialTag(this.#held, this.#closing);
    const told = this.#toPiece('reasoning-delta', this.#held.slice(0, certain));
    this.#held = this.#held.slice(certain);
    return [told];
  }

  #close(at: number, tag: string): readonly Piece[] {
    const last = this.#toPiece('reasoning-delta', this.#held.slice(0, at));
    this.#held = this.#held.slice(at + tag.length);
    this.#isAfterTag = true;
    return [last, ...this.#enterText()];
  }

  #enterText(): readonly Piece[] {
    this.#state = 'text';
    this.#held = this.#space + this.#held;
    this.#space = '';
    return this.#release('text-delta');
  }

  #release(type: Piece['type']): readonly Piece[] {
    const text = this.#held;
    this.#held = '';
    this.#searched = 0;
    return [this.#toPiece(type, text)];
  }

  #toPiece(type: Piece['type'], given: string): Piece {
    const text = this.#isAfterTag ? given.trimStart() : given;
    this.#isAfterTag &&= text === '';
    return { type, text };
  }
}

/** Whether the text itself has the opening tag, further on than at its start: then both are text. */
const isOpened = (text: string, [at, closing]: readonly [number, string]): boolean => {
  const opening = TAGS.find(([, close]) => close === closing)?.[0] ?? '';
  const found = text.indexOf(opening);
  return found !== -1 && found < at;
};

const findFirst = (
  text: string,
  tags: readonly string[],
  from: number,
): readonly [number, string] | undefined => {
  let first: readonly [number, string] | undefined;
  for (const tag of tags) {
    const at = text.indexOf(tag, from);
    if (at !== -1 && (first === undefined || at < first[0])) first = [at, tag];
  }
  return first;
};

/** How much of a text's end may be the beginning of one of the tags. */
const lengthOfPartialTag = (text: string, tags: readonly string[]): number => {
  for (let length = Math.min(LONGEST_TAG - 1, text.length); length > 0; length -= 1) {
    const end = text.slice(-length);
    if (tags.some((tag) => tag.length > length && tag.startsWith(end))) return length;
  }
  return 0;
};
