import { describe, expect, it } from 'vitest';
import type { Message } from '../../../src/core/message.ts';
import type { CallIdRule } from '../../../src/core/model-config.ts';
import { toVendorCallIds } from '../../../src/providers/shared/to-vendor-call-ids.ts';

const calls = (...ids: readonly string[]): Message => ({
  role: 'assistant',
  parts: ids.map((callId) => ({ type: 'tool-call', callId, name: 'f', arguments: {}, opaque: null })),
});
const result = (callId: string): Message => ({ role: 'tool', callId, output: 1, isError: false });

/** The ids of a conversation: those of calls, and those of results after them. */
const idsOf = (messages: readonly Message[], rule: CallIdRule): readonly string[] =>
  toVendorCallIds(messages, rule).flatMap((message) => {
    if (message.role === 'tool') return [message.callId];
    return message.role === 'assistant'
      ? message.parts.flatMap((part) => (part.type === 'tool-call' ? [part.callId] : []))
      : [];
  });

describe('ids of tool calls in a conversation', () => {
  it.each([
    ['any', 'functions.get_weather:0'],
    ['word', 'toolu_01A09q90qw90lq917835lq9'],
    ['nine', 'D681PevKs'],
  ] as const)('that fit %s stay as they are, and so do the messages', (rule, id) => {
    const messages = [calls(id), result(id)];
    expect(toVendorCallIds(messages, rule)).toBe(messages);
  });

  it.each([
    ['word', 'functions.get_weather:0', /^[A-Za-z0-9_-]{1,64}$/],
    ['word', 'a'.repeat(200), /^[A-Za-z0-9_-]{1,64}$/],
    ['word', 'café ☕', /^[A-Za-z0-9_-]{1,64}$/],
    ['word', '', /^[A-Za-z0-9_-]{1,64}$/],
    ['short', 'call-0a1b2c3d-0a1b-0a1b-0a1b-0a1b2c3d4e5f-0', /^[A-Za-z0-9_-]{1,40}$/],
    ['short', 'functions.get_weather:0', /^[A-Za-z0-9_-]{1,40}$/],
    ['nine', 'call_abc', /^[A-Za-z0-9]{9}$/],
    ['nine', 'toolu_01A09q90qw90lq917835lq9', /^[A-Za-z0-9]{9}$/],
    ['any', 'x'.repeat(100), /^.{1,64}$/],
  ] as const)('are made to fit %s where another vendor made them: %s', (rule, id, fitting) => {
    const [call, answer] = idsOf([calls(id), result(id)], rule);
    expect(call).toMatch(fitting);
    expect(answer).toBe(call);
    expect(idsOf([calls(id), result(id), calls('later'), result('later')], rule)[0]).toBe(call);
  });

  it.each(['any', 'word', 'short', 'nine'] as const)('name one call each, by the rule %s', (rule) => {
    const turn = [calls('call_0', 'call_1'), result('call_0'), result('call_1')];
    const ids = idsOf([...turn, ...turn, ...turn], rule);
    const [first, second, third] = [ids.slice(0, 4), ids.slice(4, 8), ids.slice(8)];
    for (const [a, b, ofA, ofB] of [first, second, third]) expect([ofA, ofB]).toEqual([a, b]);
    expect(new Set(ids).size).toBe(6);
  });

  it('are told apart within one turn, the results in the order of the calls', () => {
    const ids = idsOf(
      [calls('dup', 'dup', 'a.b', 'a:b'), result('dup'), result('dup'), result('a:b')],
      'word',
    );
    expect(ids).toEqual(['dup', 'dup_2', 'a_b', 'a_b_2', 'dup', 'dup_2', 'a_b_2']);
  });
});
