import { createDice } from './dice.ts';
import { changeDraft } from './vendor-changes.ts';
import { type Draft, type Frame, toAnswer, type VendorAnswer } from './vendor-draft.ts';
import type { VendorInput } from './vendor-inputs.ts';

/** Names an input of a run, and what of it is left out to find what it takes for a fault. */
export interface CaseKey {
  readonly seed: number;
  /** Changes that are not made, by their index. */
  readonly without: readonly number[];
  /** Frames of the changed answer that are not sent, by their index. */
  readonly dropped: readonly number[];
}

export interface VendorCase {
  readonly key: CaseKey;
  readonly input: VendorInput;
  /** What was done to it, in this order. */
  readonly changes: readonly string[];
  /** Frames of the changed answer. */
  readonly frameCount: number;
  readonly answer: VendorAnswer;
}

/** Answers by the API they are for. */
export interface VendorInputs {
  readonly handMade: readonly (readonly VendorInput[])[];
  readonly recorded: readonly (readonly VendorInput[])[];
}

const byLine = (inputs: readonly VendorInput[]): readonly (readonly VendorInput[])[] => [
  ...Map.groupBy(inputs, ({ line }) => line).values(),
];

export const toVendorInputs = (
  handMade: readonly VendorInput[],
  recorded: readonly VendorInput[] = [],
): VendorInputs => ({ handMade: byLine(handMade), recorded: byLine(recorded) });

const COUNTS = [1, 1, 1, 1, 1, 1, 2, 2, 2, 3, 3, 6];

const toDraft = ({ status, isStream, frames, style }: VendorInput): Draft => ({
  status,
  headers: { 'content-type': isStream ? 'text/event-stream; charset=utf-8' : 'application/json' },
  isStream,
  frames,
  style,
  byteChanges: [],
  encoding: 'none',
  pieces: [],
  ending: 'end',
});

/** The same input for the same key, as long as the inputs are the same. */
export const createVendorCase = ({ handMade, recorded }: VendorInputs, key: CaseKey): VendorCase => {
  const { seed, without, dropped } = key;
  const dice = createDice(seed);
  // An input that was found with recordings has to be another one without them, and no other input.
  const lines = seed % 4 === 1 && recorded.length > 0 ? recorded : handMade;
  const input = dice.pick(dice.pick(lines));
  const count = dice.pick(COUNTS);
  const others: readonly Frame[] = dice.pick(dice.pick(handMade)).frames;
  let draft = toDraft(input);
  const changes: string[] = [];
  for (let index = 0; index < count; index += 1) {
    if (without.includes(index)) continue;
    // Dice of its own, so that a change is the same without those before it.
    const changed = changeDraft(draft, createDice(seed * 16 + index), others);
    draft = changed.draft;
    changes.push(changed.what);
  }
  const frames = draft.frames.filter((_, index) => !dropped.includes(index));
  return { key, input, changes, frameCount: draft.frames.length, answer: toAnswer({ ...draft, frames }) };
};

const PROMPT = /fuzz-(\d+)-([\d.]*)-([\d.]*)-/;

/** The prompt by which the vendor knows which answer to give. */
export const toPrompt = ({ seed, without, dropped }: CaseKey): string =>
  `fuzz-${seed}-${without.join('.')}-${dropped.join('.')}-`;

const readList = (text: string | undefined): readonly number[] =>
  text === undefined || text === '' ? [] : text.split('.').map(Number);

/** The key in a request's body; undefined: it has none. */
export const findCaseKey = (body: string): CaseKey | undefined => {
  const found = PROMPT.exec(body);
  if (found === null) return undefined;
  return { seed: Number(found[1]), without: readList(found[2]), dropped: readList(found[3]) };
};
