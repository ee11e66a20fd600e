import { describe, expect, it } from 'vitest';
import type { AppOverrides } from '../../../src/app.ts';
import type { Pricing } from '../../../src/core/model-config.ts';
import { request, startApp } from '../../support/app/app.ts';
import { createToy, finishEvent, textDelta, toyOverrides } from '../../support/app/toy-provider.ts';
import { usageOf } from '../../services/generations/run/run-harness.ts';

const rates = (input: number) => ({
  inputPerMillion: input,
  outputPerMillion: 10 * input,
  cacheReadPerMillion: null,
  cacheWritePerMillion: null,
  audioInputPerMillion: null,
  tiers: [],
});

const PRICING: Pricing = {
  ...rates(1),
  effectiveDate: '2026-10-01',
  schedule: [
    { from: '2026-12-01', ...rates(2) },
    { from: '2027-01-01', ...rates(4), tiers: [{ aboveInputTokens: 10, ...rates(8) }] },
  ],
};

const TOOLS = [{ function: { name: 'weather', parameters: { type: 'object' } } }];
const GENERATE = `mutation ($input: GenerateInput!) { generate(input: $input) { id status cost { total effectiveDate } } }`;
const SUBMIT = `mutation ($id: ID!) {
  submitToolResults(generationId: $id, results: [{ callId: "call", output: 1 }]) { id }
}`;
const READ = 'query ($id: ID!) { generation(id: $id) { status cost { total } } }';
const PRICES = `{ model(name: "toy") { pricing {
  inputPerMillion effectiveDate tiers { aboveInputTokens } schedule { from inputPerMillion tiers { inputPerMillion } }
} } }`;

/** The clock of a server that is started once and goes on. */
const createClock = (time: string) => {
  let now = Date.parse(time);
  return {
    now: () => now,
    set: (to: string) => {
      now = Date.parse(to);
    },
  };
};

const start = (toy: ReturnType<typeof createToy>, { now }: Required<Pick<AppOverrides, 'now'>>) =>
  startApp({}, { ...toyOverrides(toy, { toy: { functionCalling: true, pricing: PRICING } }), now });

const createMillion = () =>
  createToy(async function* () {
    yield textDelta('Hi');
    yield finishEvent({ usage: usageOf(1_000_000, 0) });
  });

describe('a price that is announced', () => {
  it('takes its place at midnight UTC on a server that runs on', async () => {
    const clock = createClock('2026-11-30T23:59:59.999Z');
    await using app = await start(createMillion(), clock);
    const costOf = async () =>
      (await request(app, GENERATE, { input: { model: 'toy', prompt: 'Hi' } })).data.generate.cost;
    expect(await costOf()).toEqual({ total: 1, effectiveDate: '2026-10-01' });
    clock.set('2026-12-01T00:00:00.000Z');
    expect(await costOf()).toEqual({ total: 2, effectiveDate: '2026-12-01' });
    clock.set('2027-02-01T12:00:00Z');
    expect(await costOf()).toEqual({ total: 8, effectiveDate: '2027-01-01' });
  });

  it('is listed before, and is the price after', async () => {
    const clock = createClock('2026-11-30T12:00:00Z');
    await using app = await start(createMillion(), clock);
    const pricesNow = async () => (await request(app, PRICES)).data.model.pricing;
    expect(await pricesNow()).toEqual({
      inputPerMillion: 1,
      effectiveDate: '2026-10-01',
      tiers: [],
      schedule: [
        { from: '2026-12-01', inputPerMillion: 2, tiers: [] },
        { from: '2027-01-01', inputPerMillion: 4, tiers: [{ inputPerMillion: 8 }] },
      ],
    });
    clock.set('2027-01-01T00:00:00Z');
    expect(await pricesNow()).toEqual({
      inputPerMillion: 4,
      effectiveDate: '2027-01-01',
      tiers: [{ aboveInputTokens: 10 }],
      schedule: [],
    });
  });

  it('holds for the turns that begin after it, not for one that is under way', async () => {
    const clock = createClock('2026-11-30T23:59:59Z');
    const toy = createToy(async function* ({ request: { messages } }) {
      const usage = usageOf(1_000_000, 0);
      if (messages.length > 1) {
        yield textDelta('done');
        yield finishEvent({ usage });
        return;
      }
      clock.set('2026-12-01T00:00:01Z');
      yield {
        type: 'tool-call',
        toolCall: {
          callId: 'call',
          name: 'weather',
          arguments: {},
          builtIn: false,
          result: null,
          opaque: null,
        },
      };
      yield finishEvent({ reason: 'tool-calls', rawReason: 'tool_calls', usage });
    });
    await using app = await start(toy, clock);
    const { data } = await request(app, GENERATE, { input: { model: 'toy', prompt: 'Hi', tools: TOOLS } });
    expect(data.generate).toMatchObject({ status: 'REQUIRES_ACTION', cost: { total: 1 } });
    const { id } = data.generate;
    await request(app, SUBMIT, { id });
    await expect
      .poll(async () => (await request(app, READ, { id })).data.generation, { timeout: 30_000 })
      .toEqual({ status: 'COMPLETED', cost: { total: 3 } });
  });

  it('decides what a request may cost at most', async () => {
    const clock = createClock('2026-11-30T12:00:00Z');
    await using app = await start(createMillion(), clock);
    const mostOf = async () => {
      const { data } = await request(
        app,
        '{ previewGeneration(input: { model: "toy", prompt: "Hi", maxOutputTokens: 1000 }) { estimatedMaxCost { output effectiveDate } } }',
      );
      return data.previewGeneration.estimatedMaxCost;
    };
    expect(await mostOf()).toEqual({ output: 0.01, effectiveDate: '2026-10-01' });
    clock.set('2026-12-31T12:00:00Z');
    expect(await mostOf()).toEqual({ output: 0.02, effectiveDate: '2026-12-01' });
  });
});
