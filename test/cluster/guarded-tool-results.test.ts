import { describe, expect, it } from 'vitest';
import { request, type TestApp } from '../support/app/app.ts';
import { createToy, finishEvent, textDelta, toyOverrides } from '../support/app/toy-provider.ts';
import type { GenerationGuard } from '../../src/core/generation-guard.ts';
import { named, postgres, startNodes } from './nodes.ts';

const GENERATE = `mutation ($input: GenerateInput!) { generate(input: $input) { id status } }`;
const READ = `query ($id: ID!) { generation(id: $id) { status text } }`;
const SUBMIT = `mutation ($id: ID!, $results: [ToolResultInput!]!) {
  submitToolResults(generationId: $id, results: $results) { id status }
}`;
const weather = { function: { name: 'weather', parameters: { type: 'object' } } };
const input = { model: 'toy', prompt: 'Hi', tools: [weather] };

/** Calls a tool in its first turn and says "Done" in the next. */
const createCaller = () =>
  createToy(async function* ({ request: { messages } }) {
    if (messages.length > 1) {
      yield textDelta('Done');
      yield finishEvent();
      return;
    }
    yield {
      type: 'tool-call',
      toolCall: { callId: 'a', name: 'weather', arguments: {}, builtIn: false, result: null, opaque: null },
    };
    yield finishEvent({ reason: 'tool-calls', rawReason: 'tool_calls' });
  });

const startGuarded = async (guard: GenerationGuard) => {
  const toy = createCaller();
  const cluster = await startNodes(
    2,
    {},
    { ...toyOverrides(toy, { toy: { functionCalling: true } }), guards: [guard] },
  );
  const [here, there] = cluster.nodes as [TestApp, TestApp];
  const { data } = await request(here, GENERATE, { input: { ...input, onDisconnect: 'CONTINUE' } });
  const id = data.generate.id as string;
  const statusOf = async (node: TestApp): Promise<string> =>
    (await request(node, READ, { id })).data.generation.status as string;
  const submit = (output: string) => request(there, SUBMIT, { id, results: [{ callId: 'a', output }] });
  await expect.poll(() => statusOf(there), { timeout: 30_000 }).toBe('REQUIRES_ACTION');
  return { cluster, here, there, id, toy, statusOf, submit };
};

describe.skipIf(postgres.problem !== null)(named('tool results handed in on another server'), () => {
  it('that a guard refuses are refused there, and the generation goes on waiting on both', async () => {
    const seen: string[] = [];
    const { cluster, here, there, id, toy, statusOf, submit } = await startGuarded({
      beforeGeneration: ({ source, request: { messages } }) => {
        if (source === 'tool-results') seen.push(JSON.stringify(messages.at(-1)));
        return JSON.stringify(messages).includes('xyzzy')
          ? { code: 'CONTENT_FILTERED', message: 'Not that word.', suggestion: 'Take another.' }
          : undefined;
      },
    });
    await using _cluster = cluster;
    expect((await submit('xyzzy')).errors).toMatchObject([
      {
        message: 'Not that word.',
        extensions: { code: 'CONTENT_FILTERED', path: ['results'], suggestion: 'Take another.' },
      },
    ]);
    expect(await statusOf(here)).toBe('REQUIRES_ACTION');
    expect(await statusOf(there)).toBe('REQUIRES_ACTION');
    expect(toy.calls).toHaveLength(1);
    expect((await submit('sunny')).data.submitToolResults).toEqual({ id, status: 'RUNNING' });
    await expect
      .poll(async () => (await request(there, READ, { id })).data.generation, { timeout: 30_000 })
      .toEqual({ status: 'COMPLETED', text: 'Done' });
    expect(seen).toEqual([expect.stringContaining('xyzzy'), expect.stringContaining('sunny')]);
  });

  it('whose guard fails are refused there with INTERNAL, and can be handed in again', async () => {
    let isBroken = true;
    const { cluster, there, statusOf, submit } = await startGuarded({
      beforeGeneration: ({ source }) => {
        if (isBroken && source === 'tool-results') throw new Error('broken');
        return undefined;
      },
    });
    await using _cluster = cluster;
    expect((await submit('sunny')).errors).toMatchObject([{ extensions: { code: 'INTERNAL' } }]);
    isBroken = false;
    expect((await submit('sunny')).errors).toBeUndefined();
    await expect.poll(() => statusOf(there), { timeout: 30_000 }).toBe('COMPLETED');
  });
});
