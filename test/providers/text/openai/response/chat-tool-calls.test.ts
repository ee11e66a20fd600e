import { describe, expect, it } from 'vitest';
import type { JsonValue } from '../../../../../src/core/json.ts';
import {
  call,
  choice,
  end,
  failureOf,
  fragment,
  read,
  readEvents,
  readWhole,
} from '../chat-server-harness.ts';

type Calls = readonly (readonly [name: string, given: JsonValue])[];
const PARIS = { city: 'Paris' };
const ROME = { city: 'Rome' };
const paris = JSON.stringify(PARIS);
const rome = JSON.stringify(ROME);

describe('calls come together from fragments', () => {
  const CASES: readonly (readonly [string, readonly object[], Calls])[] = [
    [
      'that count themselves in the index',
      [
        fragment(call({ index: 0, id: 'a', name: 'get_weather', args: '' })),
        fragment(call({ index: 1, args: '{"city":' })),
        fragment(call({ index: 2, args: '"Paris"}' })),
      ],
      [['get_weather', PARIS]],
    ],
    [
      'without any index, one after the other',
      [
        fragment(call({ id: 'a', name: 'get_weather', args: '{"ci' })),
        fragment(call({ args: 'ty":"Paris"}' })),
        fragment(call({ id: 'b', name: 'get_weather', args: rome })),
      ],
      [
        ['get_weather', PARIS],
        ['get_weather', ROME],
      ],
    ],
    [
      'all under the index 0, the same function twice',
      [
        fragment(
          call({ index: 0, id: 'a', name: 'get_weather', args: paris }),
          call({ index: 0, id: 'b', name: 'get_weather', args: rome }),
        ),
      ],
      [
        ['get_weather', PARIS],
        ['get_weather', ROME],
      ],
    ],
    [
      'whole, without ids, in one chunk each',
      [
        fragment(call({ name: 'get_time', args: paris })),
        fragment(call({ name: 'get_time', args: rome })),
        fragment(call({ name: 'get_time', args: '{}' })),
      ],
      [
        ['get_time', PARIS],
        ['get_time', ROME],
        ['get_time', {}],
      ],
    ],
    [
      'each with an id of its own',
      [
        fragment(call({ index: 0, id: 'a', name: 'get_weather', args: '' })),
        fragment(call({ index: 0, id: 'b', name: null, args: '{"city":' })),
        fragment(call({ index: 0, id: 'c', name: '', args: '"Paris"}' })),
      ],
      [['get_weather', PARIS]],
    ],
    [
      'that repeat the id and the name',
      [
        fragment(call({ index: 0, id: 'a', name: 'get_weather', args: '{"city"' })),
        fragment(call({ index: 0, id: 'a', name: 'get_weather', args: ':"Paris"}' })),
      ],
      [['get_weather', PARIS]],
    ],
    [
      'of two calls by turns',
      [
        fragment(call({ index: 0, id: 'a', name: 'get_weather', args: '{"city":' })),
        fragment(call({ index: 1, id: 'b', name: 'get_time', args: '{"city":' })),
        fragment(call({ index: 0, args: '"Paris"}' }), call({ index: 1, args: '"Rome"}' })),
      ],
      [
        ['get_weather', PARIS],
        ['get_time', ROME],
      ],
    ],
    [
      'whose name comes after the arguments began',
      [
        fragment(call({ index: 0, id: 'a', args: '{"city":' })),
        fragment(call({ index: 0, name: 'get_weather', args: '"Paris"}' })),
      ],
      [['get_weather', PARIS]],
    ],
    [
      'whose name is in two pieces',
      [
        fragment(call({ index: 0, id: 'a', name: 'get_', args: '' })),
        fragment(call({ index: 0, name: 'weather', args: paris })),
      ],
      [['get_weather', PARIS]],
    ],
    [
      'whose whole is said again at the end',
      [
        fragment(call({ index: 0, id: 'a', name: 'get_weather', args: '{"city":' })),
        fragment(call({ index: 0, args: '"Paris"}' })),
        fragment(call({ index: 0, id: 'a', name: 'get_weather', args: paris })),
      ],
      [['get_weather', PARIS]],
    ],
    [
      'with braces and quotes in their texts',
      [
        fragment(call({ index: 0, id: 'a', name: 'get_weather', args: '{"city":"}{\\"' })),
        fragment(call({ index: 0, args: ']}","n":{"x":[' })),
        fragment(call({ index: 0, args: '1]}}' })),
      ],
      [['get_weather', { city: '}{"]}', n: { x: [1] } }]],
    ],
    [
      'as a single one without a list',
      [choice({ tool_calls: call({ name: 'get_time', args: paris }) })],
      [['get_time', PARIS]],
    ],
    [
      'of the first form of all',
      [choice({ function_call: { name: 'get_time', arguments: paris } })],
      [['get_time', PARIS]],
    ],
    [
      'with null among them',
      [choice({ tool_calls: [null, call({ index: 0, id: 'a', name: 'get_time', args: paris })] })],
      [['get_time', PARIS]],
    ],
    [
      'whose index is text',
      [
        fragment(call({ index: '0', id: 'a', name: 'get_weather', args: '{"city":' })),
        fragment(call({ index: '1', id: 'b', name: 'get_time', args: rome })),
        fragment(call({ index: '0', args: '"Paris"}' })),
      ],
      [
        ['get_weather', PARIS],
        ['get_time', ROME],
      ],
    ],
    [
      'after an empty object',
      [
        fragment(call({ index: 0, id: 'a', name: 'get_weather', args: '{}' })),
        fragment(call({ index: 0, args: paris })),
      ],
      [['get_weather', PARIS]],
    ],
    [
      'before an empty object',
      [
        fragment(call({ index: 0, id: 'a', name: 'get_weather', args: { city: 'Paris' } })),
        fragment(call({ index: 0, args: {} })),
      ],
      [['get_weather', PARIS]],
    ],
    [
      'without the object around name and arguments',
      [choice({ tool_calls: [{ index: 0, id: 'a', name: 'get_time', arguments: paris }] })],
      [['get_time', PARIS]],
    ],
    [
      'as an object whose keys count',
      [
        choice({
          tool_calls: {
            0: call({ id: 'a', name: 'get_weather', args: paris }),
            1: call({ id: 'b', name: 'get_time', args: rome }),
          },
        }),
      ],
      [
        ['get_weather', PARIS],
        ['get_time', ROME],
      ],
    ],
    [
      'in both forms at once',
      [
        choice({
          function_call: { name: 'get_time', arguments: paris },
          tool_calls: [call({ index: 0, id: 'a', name: 'get_time', args: paris })],
        }),
      ],
      [['get_time', PARIS]],
    ],
    [
      'in a message at the end',
      [
        choice({ content: '' }),
        choice({}, { message: { tool_calls: [call({ id: 'a', name: 'get_time', args: paris })] } }),
      ],
      [['get_time', PARIS]],
    ],
    ['without arguments', [fragment(call({ index: 0, id: 'a', name: 'get_time' }))], [['get_time', {}]]],
  ];

  it.each(CASES)('%s', async (_what, chunks, calls) => {
    const { toolCalls, finishReason } = await read([...chunks, end('tool_calls')]);
    expect(toolCalls.map(({ name, arguments: given }) => [name, given])).toEqual(calls);
    expect(new Set(toolCalls.map(({ callId }) => callId)).size).toBe(calls.length);
    expect(finishReason).toBe('tool-calls');
  });

  it('and no event has an empty or a half name', async () => {
    const events = await readEvents([
      fragment(call({ index: 0, id: 'a', name: 'get_', args: '' })),
      fragment(call({ index: 0, name: 'weather', args: '{' })),
      fragment(call({ index: 0, args: '}' })),
      end('tool_calls'),
    ]);
    const names = events.flatMap((event) => (event.type === 'tool-call-delta' ? [event.name] : []));
    expect(names).toEqual(['get_weather', 'get_weather']);
  });

  it.each([
    [[fragment(call({ index: 0, id: 'a', args: paris })), end('tool_calls')]],
    [[fragment(call({ args: '{}' })), end('stop')]],
    [[fragment(call({ index: 0, id: 'a', name: '', args: '{}' })), end('tool_calls')]],
  ])('but not without a name: %j', async (chunks) => {
    expect(await failureOf(chunks)).toMatchObject({
      code: 'PROVIDER_FAILED',
      vendorMessage: 'a tool call has no name',
    });
  });
});

describe('arguments that are not text', () => {
  it.each([
    [{ city: 'Paris' }, PARIS],
    [{}, {}],
    [null, {}],
    [{ deep: [{ x: null }] }, { deep: [{ x: null }] }],
    ['"{\\"city\\":\\"Paris\\"}"', PARIS],
  ])('are what they stand for: %j', async (args, given) => {
    const chunk = call({ index: 0, id: 'a', name: 'get_weather', args });
    expect((await read([fragment(chunk), end('tool_calls')])).toolCalls[0]?.arguments).toEqual(given);
    const { toolCalls } = await readWhole({
      choices: [{ index: 0, message: { content: null, tool_calls: [chunk] }, finish_reason: 'tool_calls' }],
    });
    expect(toolCalls[0]?.arguments).toEqual(given);
  });

  it('keep the digits of their numbers', async () => {
    const chunk = call({ index: 0, id: 'a', name: 'f', args: { id: JSON.rawJSON('2512292042121000001') } });
    const { toolCalls } = await read([fragment(chunk), end('tool_calls')]);
    expect(JSON.stringify(toolCalls[0]?.arguments)).toBe('{"id":2512292042121000001}');
  });

  it.each([[7], [true]])('are a failure where they stand for nothing: %j', async (args) => {
    expect(
      (await failureOf([fragment(call({ index: 0, id: 'a', name: 'f', args })), end('tool_calls')])).code,
    ).toBe('PROVIDER_FAILED');
  });
});

describe('ids of one turn', () => {
  it.each([
    [
      ['same', 'same', 'same'],
      ['same', 'same_2', 'same_3'],
    ],
    [
      [undefined, undefined],
      ['call_0', 'call_1'],
    ],
    [
      ['', null],
      ['call_0', 'call_1'],
    ],
    [
      ['functions.f:0', 'functions.f:1'],
      ['functions.f:0', 'functions.f:1'],
    ],
    [
      ['\ud800', 'x'.repeat(300)],
      ['call_0', 'call_1'],
    ],
  ])('tell its calls apart: %j', async (given, ids) => {
    const names = ['get_weather', 'get_time', 'get'];
    const calls = given.map((id, index) => call({ index, id, name: names[index], args: paris }));
    expect(
      (await read([fragment(...calls), end('tool_calls')])).toolCalls.map(({ callId }) => callId),
    ).toEqual(ids);
  });
});
