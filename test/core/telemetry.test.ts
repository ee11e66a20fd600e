import { describe, expect, test } from 'vitest';
import { ChunkTimes } from '../../src/core/chunk-times.ts';
import { combineTelemetry, type GenerationTelemetry, type Telemetry } from '../../src/core/telemetry.ts';
import { madeBatch, madeGeneration } from '../support/app/generation.ts';
import { toyModels } from '../support/app/toy-provider.ts';
import { plainRequest } from '../support/plain-request.ts';

const [config] = toyModels({ toy: {} });
const generation = madeGeneration({ id: 'gen_1' });

const createLog = () => {
  const errors: unknown[] = [];
  const ignore = (): void => {};
  const error = (fields: Readonly<Record<string, unknown>>): void => void errors.push(fields['err']);
  return { errors, log: { debug: ignore, info: ignore, warn: ignore, error } };
};

const createRecorder = () => {
  const calls: string[] = [];
  const note = (name: string) => (): void => void calls.push(name);
  const started: GenerationTelemetry = {
    turnStarted: note('turnStarted'),
    chunksReceived: note('chunksReceived'),
    retried: note('retried'),
    fellBack: note('fellBack'),
    repairRequested: note('repairRequested'),
    actionRequired: note('actionRequired'),
    ended: note('ended'),
  };
  const telemetry: Telemetry = {
    generationStarted: () => started,
    generationRejected: note('generationRejected'),
    storeWritten: note('storeWritten'),
    batchStepStarted() {
      calls.push('batchStepStarted');
      return note('batchStepEnded');
    },
    batchResultsStored: note('batchResultsStored'),
    batchEnded: note('batchEnded'),
  };
  return { calls, telemetry };
};

const broken = (): never => {
  throw new Error('broken');
};

const callAll = (telemetry: Telemetry): void => {
  if (config === undefined) throw new Error('a toy model was expected');
  const started = telemetry.generationStarted('gen_1', config, 0);
  started.turnStarted(config, plainRequest());
  started.chunksReceived(new ChunkTimes(0));
  started.retried('PROVIDER_FAILED');
  started.fellBack('PROVIDER_FAILED');
  started.repairRequested(generation);
  started.actionRequired(generation);
  started.ended(generation);
  telemetry.generationRejected('INVALID_REQUEST');
  telemetry.storeWritten(1, true);
  telemetry.batchStepStarted({ batchId: 'batch_1', config, step: 'poll' })('PROVIDER_FAILED');
  telemetry.batchResultsStored({ principalId: 'local', config, mode: 'native', outcomes: [] });
  telemetry.batchEnded(madeBatch(config));
};

const ALL = [
  'turnStarted',
  'chunksReceived',
  'retried',
  'fellBack',
  'repairRequested',
  'actionRequired',
  'ended',
  'generationRejected',
  'storeWritten',
  'batchStepStarted',
  'batchStepEnded',
  'batchResultsStored',
  'batchEnded',
];

describe('several telemetries in one', () => {
  test('are each called with everything', () => {
    const [one, two] = [createRecorder(), createRecorder()];
    const { errors, log } = createLog();
    callAll(combineTelemetry([one.telemetry, two.telemetry], log));
    expect([one.calls, two.calls, errors]).toEqual([ALL, ALL, []]);
  });

  test.each<[string, Telemetry, number]>([
    [
      'throws in every call',
      {
        generationStarted: broken,
        generationRejected: broken,
        storeWritten: broken,
        batchStepStarted: broken,
        batchResultsStored: broken,
        batchEnded: broken,
      },
      6,
    ],
    [
      'throws in every call about a generation',
      {
        ...createRecorder().telemetry,
        generationStarted: () => ({
          turnStarted: broken,
          chunksReceived: broken,
          retried: broken,
          fellBack: broken,
          repairRequested: broken,
          actionRequired: broken,
          ended: broken,
        }),
        batchStepStarted: () => broken,
      },
      8,
    ],
  ])('do not notice one that %s, which is logged', (_what, throwing, times) => {
    const recorder = createRecorder();
    const { errors, log } = createLog();
    let defects = 0;
    callAll(combineTelemetry([throwing, recorder.telemetry], log, () => (defects += 1)));
    expect(recorder.calls).toEqual(ALL);
    expect(errors.map(String)).toEqual(Array(times).fill('Error: broken'));
    expect(defects).toBe(times);
  });
});
