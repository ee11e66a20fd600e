import { readFixture, toWholeMessage } from '../../providers/text/anthropic/anthropic-harness.ts';
import { RESULTS } from '../../providers/text/anthropic/batch/expected-results.ts';
import { messagesWire } from '../../support/upstream/vendor-wire.ts';
import { type Cells, failedTurn, type Turn } from '../turn.ts';

type RawEvents = Parameters<typeof toWholeMessage>[0];

export const ANTHROPIC_WIRE = messagesWire((payloads) => toWholeMessage(payloads as RawEvents));

const payloadsOf = (name: string): RawEvents => {
  const [payloads] = readFixture(name);
  if (payloads === undefined) throw new Error(`no fixture "${name}"`);
  return payloads;
};

const turn = (name: string): Turn => {
  const result = RESULTS[name];
  if (result === undefined) throw new Error(`no expected result of "${name}"`);
  const payloads = payloadsOf(name);
  return { name, payloads, whole: toWholeMessage(payloads), ends: { result } };
};

export const ANTHROPIC_CELLS: Cells = {
  text: { turns: [turn('text')] },
  reasoning: { turns: [turn('reasoning'), turn('redacted-reasoning')] },
  tools: { turns: [turn('tool')] },
  'parallel tools': { turns: [turn('parallel-tools')] },
  JSON: { turns: [turn('structured')] },
  image: { turns: [turn('text')] },
  'refusal or block': {
    turns: [
      failedTurn('refusal', payloadsOf('refusal'), ANTHROPIC_WIRE, 'CONTENT_FILTERED'),
      turn('refusal-with-text'),
    ],
  },
  'length cut': { turns: [turn('length')] },
  'bad arguments': {
    turns: [
      {
        name: 'bad-arguments',
        payloads: payloadsOf('bad-arguments'),
        whole: null, // there a call's input is JSON already
        ends: { code: 'PROVIDER_FAILED' },
      },
    ],
  },
};
