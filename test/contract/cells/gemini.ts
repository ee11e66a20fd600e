import { CASES, type Chunk } from '../../providers/text/gemini/fixtures/hand-made.ts';
import { FAILURES } from '../../providers/text/gemini/fixtures/hand-made-failures.ts';
import { toWhole } from '../../providers/text/gemini/gemini-harness.ts';
import { generateContentWire } from '../../support/upstream/vendor-wire.ts';
import { type Cells, failedTurnsOf, turnsOf } from '../turn.ts';

export const GEMINI_WIRE = generateContentWire((payloads) => toWhole(payloads as readonly Chunk[]));

const firstResponse = ({
  responses,
}: {
  readonly responses: readonly (readonly Chunk[])[];
}): readonly Chunk[] => responses[0] ?? [];

const turns = turnsOf(
  CASES.map((found) => ({ ...found, whole: toWhole(firstResponse(found)) })),
  firstResponse,
);
const failed = failedTurnsOf(
  FAILURES.map((found) => ({ ...found, code: (found.error as { readonly code: string }).code })),
  firstResponse,
  GEMINI_WIRE,
);

export const GEMINI_CELLS: Cells = {
  text: { turns: turns('text', 'a finish reason and parts that nobody knows') },
  reasoning: { turns: turns('thoughts with a signature on an empty text') },
  tools: {
    turns: turns(
      'a function call with an id and a signature',
      'a function call without arguments and without an id',
    ),
  },
  'parallel tools': { turns: turns('parallel calls of one function') },
  JSON: { turns: turns('JSON by a schema') },
  image: { turns: turns('text') },
  'refusal or block': {
    turns: [...turns('a filter after some text'), ...failed('a blocked prompt', 'a filter before any text')],
  },
  'length cut': { turns: turns('the output limit, with an unfinished call') },
  'bad arguments': {
    turns: failed('a function call the model got wrong', 'arguments with no place to put them'),
  },
};
