import { describe, expect, test } from 'vitest';
import { getCell } from '../../contract/providers.ts';
import type { Capability } from '../../contract/turn.ts';
import { getLine, startVendorApp, textTurn } from '../../services/checks/vendor-harness.ts';
import { TRANSPORTS, play } from './tool-results-harness.ts';

const TOOLS = ['weather', 'time', 'read', 'now'].map((name) => ({
  function: { name, parameters: { type: 'object' } },
}));

/** What the second turn brings of the first, in the vendor's own words: the their results and what is opaque. */
const WIRES: readonly (readonly [line: string, capability: Capability, conversation: readonly object[]])[] = [
  [
    'openai (Chat Completions)',
    'tools',
    [
      {
        role: 'assistant',
        content: null,
        tool_calls: [
          { id: 'call_a', type: 'function', function: { name: 'weather', arguments: '{"city":"Genève"}' } },
        ],
      },
      { role: 'tool', tool_call_id: 'call_a', content: '{"call":0}' },
    ],
  ],
  [
    'openai (Responses)',
    'parallel tools',
    [
      {
        type: 'reasoning',
        id: 'rs_1',
        summary: [{ type: 'summary_text', text: 'Look it up.' }],
        encrypted_content: 'gAAA',
      },
      { type: 'function_call', call_id: 'call_a', name: 'weather', arguments: '{"city":"Genève"}' },
      { type: 'function_call', call_id: 'call_b', name: 'time', arguments: '{}' },
      { type: 'function_call_output', call_id: 'call_a', output: '{"call":0}' },
      { type: 'function_call_output', call_id: 'call_b', output: 'it broke' },
    ],
  ],
  [
    'anthropic',
    'tools',
    [
      {
        role: 'assistant',
        content: [
          { type: 'thinking', thinking: 'Plan.', signature: 'c2lnLXBsYW4=' },
          { type: 'text', text: 'Let me look.' },
          { type: 'thinking', thinking: 'Which city?', signature: 'c2lnLWNpdHk=' },
          { type: 'tool_use', id: 'toolu_made_1', name: 'weather', input: { city: 'Köln' } },
        ],
      },
      {
        role: 'user',
        content: [{ type: 'tool_result', tool_use_id: 'toolu_made_1', content: '{"call":0}' }],
      },
    ],
  ],
  [
    'anthropic',
    'parallel tools',
    [
      {
        role: 'assistant',
        content: [
          { type: 'tool_use', id: 'toolu_made_a', name: 'weather', input: { city: 'Oslo' } },
          { type: 'tool_use', id: 'toolu_made_b', name: 'weather', input: { city: 'Rome' } },
          { type: 'tool_use', id: 'toolu_made_c', name: 'now', input: {} },
        ],
      },
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: 'toolu_made_a', content: '{"call":0}' },
          { type: 'tool_result', tool_use_id: 'toolu_made_b', content: 'it broke', is_error: true },
          { type: 'tool_result', tool_use_id: 'toolu_made_c', content: '{"call":2}' },
        ],
      },
    ],
  ],
  [
    'gemini',
    'tools',
    [
      {
        role: 'model',
        parts: [
          { text: 'Let me look.' },
          {
            functionCall: { id: 'fc-7', name: 'weather', args: { city: 'Zürich', days: 2 } },
            thoughtSignature: 'c2lnbmF0dXJlLzErMQ==',
          },
        ],
      },
      {
        role: 'user',
        parts: [{ functionResponse: { id: 'fc-7', name: 'weather', response: { output: { call: 0 } } } }],
      },
    ],
  ],
  [
    'gemini',
    'parallel tools',
    [
      {
        role: 'model',
        parts: [
          {
            functionCall: { id: 'call_r1_1', name: 'read', args: { id: 'A' } },
            thoughtSignature: 'c2lnbmF0dXJlLzErMQ==',
          },
          { functionCall: { id: 'call_r1_2', name: 'read', args: { id: 'B' } } },
          { functionCall: { id: 'call_r1_3', name: 'read', args: { id: 'C' } } },
        ],
      },
      {
        role: 'user',
        parts: [
          { functionResponse: { id: 'call_r1_1', name: 'read', response: { output: { call: 0 } } } },
          { functionResponse: { id: 'call_r1_2', name: 'read', response: { error: 'it broke' } } },
          { functionResponse: { id: 'call_r1_3', name: 'read', response: { output: { call: 2 } } } },
        ],
      },
    ],
  ],
  [
    'deepseek',
    'tools',
    [
      {
        role: 'assistant',
        content: null,
        reasoning_content: 'Look it up.',
        tool_calls: [
          { id: 'call_a', type: 'function', function: { name: 'weather', arguments: '{"city":"Genève"}' } },
        ],
      },
      { role: 'tool', tool_call_id: 'call_a', content: '{"call":0}' },
    ],
  ],
];

describe.each(WIRES)('the second turn of %s after %s', (name, capability, conversation) => {
  test.each(TRANSPORTS)('brings the first one back whole, over %s', async (transport) => {
    const line = getLine(name);
    const { config, turns } = getCell(line, capability);
    await using vendor = await startVendorApp(line, [turns[0], textTurn(line)]);
    const given = { model: config.name, prompt: 'Hi', tools: TOOLS };
    const { events, submitted } = await play(vendor.app, transport, given, (event) =>
      (event['toolCalls'] as { callId: string }[]).map(({ callId }, index) =>
        index === 1 ? { callId, output: 'it broke', isError: true } : { callId, output: { call: index } },
      ),
    );
    expect(submitted.flatMap(({ errors }) => errors ?? [])).toEqual([]);
    expect(events.at(-1)).toMatchObject({ __typename: 'GenerationCompleted' });
    expect(events.map(({ sequence }) => sequence)).toEqual(events.map((_event, index) => index + 1));
    const [first, second, ...others] = vendor.bodies();
    expect(others).toEqual([]);
    const field = ['messages', 'input', 'contents'].find((candidate) => candidate in first) ?? '';
    expect(second).toEqual({ ...first, [field]: [...first[field], ...conversation] });
  });
});
