import { expect, it } from 'vitest';
import { createFuzzCase } from './fuzz-case.ts';
import { runFuzzedBatches } from './fuzz-batches.ts';
import { runFuzz } from './fuzz.ts';
import { toVendorInputs } from './vendor-case.ts';
import { handMadeInputs } from './vendor-inputs.ts';

const INPUTS = 192;
/** Some inputs make the server wait for what does not come. */
const TIMEOUT_MS = 300_000;
const FIRST_SEED = 1;

const inputs = toVendorInputs(handMadeInputs());

it('a seed gives the same input every time, and smaller forms of it have less in them', () => {
  for (let seed = 1; seed <= 60; seed += 1) {
    const fuzzed = createFuzzCase(inputs, seed);
    expect(createFuzzCase(inputs, seed).bytes()).toBe(fuzzed.bytes());
    for (const smaller of fuzzed.smaller()) expect(smaller.seed).toBe(seed);
  }
});

it(
  'whatever vendors and clients send, the process stays, and every generation has one end that is no defect',
  async () => {
    const { counts, findings, stillRunning } = await runFuzz({
      inputs,
      from: FIRST_SEED,
      parallel: 8,
      makesSmaller: false,
      isOver: (count) => count >= INPUTS,
      say: () => undefined,
    });
    const found = findings.map(({ case: { seed, line, what }, problems }) => ({
      seed,
      line,
      what,
      problems,
    }));
    expect(found, 'again: npm run bench -- fuzz --seed=<seed>').toEqual([]);
    expect(stillRunning).toBe(0);
    expect([...counts.values()].reduce((sum, count) => sum + count, 0)).toBe(INPUTS);
  },
  TIMEOUT_MS,
);

it(
  'whatever vendors answer in batches, every request has one result that is no defect',
  async () => {
    const { counts, findings } = await runFuzzedBatches({ inputs, from: FIRST_SEED, requestsPerBatch: 12 });
    expect(findings).toEqual([]);
    expect(counts.size).toBeGreaterThan(8);
  },
  TIMEOUT_MS,
);
