import { describe, expect, test } from 'vitest';
import { textDelta } from '../../support/app/toy-provider.ts';
import {
  call,
  callsEnd,
  createStorage,
  send,
  textOf,
  user,
  hasAiSdk,
  TransportBench,
} from './transport-bench.ts';

describe.skipIf(!hasAiSdk())('tools that the transport for AI SDK UI runs', () => {
  const bench = new TransportBench();

  test('a tool with execute is run by the transport, and its failure goes to the model', async () => {
    const tried: unknown[] = [];
    const transport = bench.open(createStorage(), {
      tools: {
        get_weather: bench.ai.tool({
          inputSchema: bench.ai.jsonSchema<{ city: string }>({ type: 'object' }),
          execute: (input): { degrees: number } => {
            tried.push(input);
            throw new Error('No network.');
          },
        }),
      },
    });
    const sending = send(transport, [user('Weather?')]);
    await bench.toy.call(0);
    await bench.toy.give(call('a'), callsEnd);
    const { request } = await bench.toy.call(1);
    await bench.toy.give(textDelta('I do not know.'));
    await bench.toy.finish();
    const message = await bench.readMessage(await sending);
    expect(tried).toEqual([{ city: 'Paris' }]);
    expect(request.messages.at(-1)).toMatchObject({ callId: 'a', output: 'No network.', isError: true });
    expect(textOf(message)).toBe('I do not know.');
    expect(bench.toy.calls).toHaveLength(2);
    transport.close();
  });

  test('a tool is run by one of two pages that show the answer, and both show its result', async () => {
    const storage = createStorage();
    const ran = Promise.withResolvers<{ degrees: number }>();
    const runs: string[] = [];
    const begun = Promise.withResolvers<void>();
    const toolsOf = (page: string) => ({
      get_weather: bench.ai.tool({
        inputSchema: bench.ai.jsonSchema<{ city: string }>({ type: 'object' }),
        execute: () => {
          runs.push(page);
          begun.resolve();
          return ran.promise;
        },
      }),
    });
    const first = bench.open(storage, { tools: toolsOf('first') });
    const second = bench.open(storage, { tools: toolsOf('second') });
    const asked = await send(first, [user('Weather?')]);
    const followed = await second.reconnectToStream({ chatId: 'chat' });
    if (followed === null) throw new Error('There is nothing to follow.');
    const messages = Promise.all([bench.readMessage(asked), bench.readMessage(followed)]);
    await bench.toy.call(0);
    await bench.toy.give(call('a'), callsEnd);
    await begun.promise;
    ran.resolve({ degrees: 21 });
    await bench.toy.call(1);
    await bench.toy.give(textDelta('Warm.'));
    await bench.toy.finish();
    for (const message of await messages) {
      expect(textOf(message)).toBe('Warm.');
      expect(message.parts).toContainEqual(
        expect.objectContaining({ state: 'output-available', output: { degrees: 21 } }),
      );
    }
    expect(runs).toHaveLength(1);
    expect(bench.toy.calls).toHaveLength(2);
    first.close();
    second.close();
  });

  test.for([
    [
      'the last of its preliminary results',
      () =>
        bench.ai.tool({
          inputSchema: bench.ai.jsonSchema<{ city: string }>({ type: 'object' }),
          execute: async function* () {
            yield { degrees: 20, at: new Date(1) };
            yield { degrees: 21, at: new Date(0) };
          },
        }),
      { output: { degrees: 21, at: '1970-01-01T00:00:00.000Z' }, isError: false },
    ],
    [
      'an error where its result has no form in JSON',
      () =>
        bench.ai.tool({
          inputSchema: bench.ai.jsonSchema<{ city: string }>({ type: 'object' }),
          execute: () => ({ degrees: 21n }),
        }),
      { output: expect.stringContaining('BigInt') as string, isError: true },
    ],
  ] as const)('a tool gives %s', async ([, create, expected]) => {
    const transport = bench.open(createStorage(), { tools: { get_weather: create() } });
    const sending = send(transport, [user('Weather?')]);
    await bench.toy.call(0);
    await bench.toy.give(call('a'), callsEnd);
    const { request } = await bench.toy.call(1);
    await bench.toy.give(textDelta('Warm.'));
    await bench.toy.finish();
    expect(textOf(await bench.readMessage(await sending))).toBe('Warm.');
    expect(request.messages.at(-1)).toMatchObject({ callId: 'a', ...expected });
    transport.close();
  });
});
