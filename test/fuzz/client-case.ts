import { changeClientDraft, type ClientDraft, toClientDraft, TRANSPORTS } from './client-draft.ts';
import { type ClientOperation, OPERATIONS, toBatchLines, toFullInput } from './client-operations.ts';
import { createDice, type Dice } from './dice.ts';

/** An input of a run, and what of it is left out to find what it takes for a fault. */
export interface ClientCase {
  readonly seed: number;
  /** Changes that are not made, by their index. */
  readonly without: readonly number[];
  readonly draft: ClientDraft;
  /** What was done to it, in this order. */
  readonly changes: readonly string[];
}

const COUNTS = [1, 1, 1, 1, 1, 2, 2, 3];

const toOperation = (transport: ClientDraft['transport'], dice: Dice): ClientOperation => {
  if (transport === 'batch file')
    return {
      query:
        'mutation ($input: SubmitBatchInput!) { submitBatch(input: $input) { id status counts { total } } }',
      variables: { input: { displayName: 'a batch', file: null } },
    };
  if (transport === 'upload')
    return {
      query:
        'mutation ($input: GenerateInput!) { generate(input: $input) { id status text warnings { code } } }',
      variables: {
        input: {
          ...toFullInput(dice),
          prompt: null,
          system: null,
          messages: [{ user: [{ image: { source: { upload: null } } }] }],
        },
      },
    };
  return dice.pick(OPERATIONS)(dice);
};

/** The same input for the same seed. */
export const createClientCase = (seed: number, without: readonly number[] = []): ClientCase => {
  const dice = createDice(seed);
  const transport = dice.pick(TRANSPORTS);
  let draft = toClientDraft(transport, toOperation(transport, dice), toBatchLines(dice));
  const count = dice.pick(COUNTS);
  const changes: string[] = [];
  for (let index = 0; index < count; index += 1) {
    if (without.includes(index)) continue;
    // Dice of its own, so that a change is the same without those before it.
    const changed = changeClientDraft(draft, createDice(seed * 16 + index));
    draft = changed.draft;
    changes.push(changed.what);
  }
  return { seed, without, draft, changes };
};
