import { describe, expect, test } from 'vitest';
import type { AssistantPart, Message, UserPart } from '../../../../../src/core/message.ts';
import { convertToMessagesFormat } from '../../../../../src/providers/text/anthropic/request/convert-to-messages-format.ts';

const user = (...parts: UserPart[]): Message => ({ role: 'user', parts });
const assistant = (...parts: AssistantPart[]): Message => ({ role: 'assistant', parts });
const text = (value: string) => ({ type: 'text', text: value }) as const;
const call = (callId: string, changes: { opaque?: string; arguments?: null } = {}): AssistantPart => ({
  type: 'tool-call',
  callId,
  name: 'weather',
  arguments: { city: 'Rome' },
  opaque: null,
  ...changes,
});
const toolUse = (id: string) => ({ type: 'tool_use', id, name: 'weather', input: { city: 'Rome' } });
type AssistantMessageContent =
  | ReturnType<typeof convertToMessagesFormat>['messages'][number]['content']
  | undefined;
const turnsOf = (...messages: Message[]) => convertToMessagesFormat(messages).messages;
const contentOf = (...parts: UserPart[]) => turnsOf(user(...parts))[0]?.content;

describe('system text', () => {
  test('leading system messages become the system text and are no messages', () => {
    expect(
      convertToMessagesFormat([
        { role: 'system', text: 'Be brief.' },
        { role: 'system', text: 'Be kind.' },
        user(text('Hi')),
      ]),
    ).toEqual({
      system: 'Be brief.\n\nBe kind.',
      messages: [{ role: 'user', content: [{ type: 'text', text: 'Hi' }] }],
    });
  });

  test('a given system text comes before leading system messages', () => {
    const { system } = convertToMessagesFormat(
      [{ role: 'system', text: 'Second.' }, user(text('Hi'))],
      'First.',
    );
    expect(system).toBe('First.\n\nSecond.');
  });

  test('there is no system text without any', () => {
    expect(convertToMessagesFormat([user(text('Hi'))]).system).toBeNull();
  });

  test('a later system message keeps its place and role', () => {
    expect(turnsOf(user(text('Hi')), { role: 'system', text: 'Now in French.' })).toEqual([
      { role: 'user', content: [{ type: 'text', text: 'Hi' }] },
      { role: 'system', content: [{ type: 'text', text: 'Now in French.' }] },
    ]);
  });
});

describe('user turns', () => {
  test('parts keep their order and are not merged', () => {
    expect(
      contentOf(
        text('one'),
        {
          type: 'image',
          source: { type: 'url', url: 'https://example.com/a.png' },
          mediaType: null,
          detail: 'high',
        },
        text('two'),
        text('three'),
      ),
    ).toEqual([
      { type: 'text', text: 'one' },
      { type: 'image', source: { type: 'url', url: 'https://example.com/a.png' } },
      { type: 'text', text: 'two' },
      { type: 'text', text: 'three' },
    ]);
  });

  test.each([
    ['iVBORw0KGgo=', null, 'image/png'],
    ['/9j/4AAQ', null, 'image/jpeg'],
    ['R0lGODlh', null, 'image/gif'],
    ['UklGRiQAAABXRUJQ', null, 'image/webp'],
    ['AAAA', null, 'image/png'],
    ['AAAA', 'image/webp', 'image/webp'],
  ])('image bytes %s of the type %s are sent as %s', (data, mediaType, media_type) => {
    expect(contentOf({ type: 'image', source: { type: 'base64', data }, mediaType, detail: null })).toEqual([
      { type: 'image', source: { type: 'base64', media_type, data } },
    ]);
  });

  test('an image of the Files API is sent by its id', () => {
    expect(
      contentOf({
        type: 'image',
        source: { type: 'provider-file', fileId: 'file_1' },
        mediaType: null,
        detail: null,
      }),
    ).toEqual([{ type: 'image', source: { type: 'file', file_id: 'file_1' } }]);
  });

  test.each([
    [
      { type: 'url', url: 'https://example.com/a.pdf' },
      null,
      { type: 'url', url: 'https://example.com/a.pdf' },
    ],
    [{ type: 'provider-file', fileId: 'file_2' }, null, { type: 'file', file_id: 'file_2' }],
    [
      { type: 'base64', data: 'JVBERi0=' },
      null,
      { type: 'base64', media_type: 'application/pdf', data: 'JVBERi0=' },
    ],
    [
      { type: 'base64', data: Buffer.from('a;ü').toString('base64') },
      'text/csv',
      { type: 'text', media_type: 'text/plain', data: 'a;ü' },
    ],
  ] as const)('the file %j is a document', (source, mediaType, expected) => {
    expect(contentOf({ type: 'file', source, mediaType, filename: 'a.pdf' })).toEqual([
      { type: 'document', source: expected, title: 'a.pdf' },
    ]);
  });

  test('a file without a name has no title', () => {
    expect(
      contentOf({
        type: 'file',
        source: { type: 'provider-file', fileId: 'f' },
        mediaType: null,
        filename: null,
      }),
    ).toEqual([{ type: 'document', source: { type: 'file', file_id: 'f' } }]);
  });

  test('audio is refused before any request', () => {
    expect(() =>
      contentOf({ type: 'audio', source: { type: 'base64', data: 'AA==' }, mediaType: null }),
    ).toThrow(expect.objectContaining({ code: 'UNSUPPORTED_CAPABILITY' }));
  });

  test('consecutive user turns and a leading assistant turn are sent as they are', () => {
    expect(turnsOf(assistant(text('Hello!')), user(text('a')), user(text('b')))).toEqual([
      { role: 'assistant', content: [{ type: 'text', text: 'Hello!' }] },
      { role: 'user', content: [{ type: 'text', text: 'a' }] },
      { role: 'user', content: [{ type: 'text', text: 'b' }] },
    ]);
  });

  test('blank text gives no block, and a message without content no message', () => {
    expect(turnsOf(user(text(' \n')), assistant(text('')), user(text(''), text('Hi')))).toEqual([
      { role: 'user', content: [{ type: 'text', text: 'Hi' }] },
    ]);
  });
});

describe('tools', () => {
  test('tool calls follow the text in the order they were given', () => {
    expect(turnsOf(assistant(text('Looking.'), call('a'), call('b', { arguments: null })))).toEqual([
      {
        role: 'assistant',
        content: [
          { type: 'text', text: 'Looking.' },
          toolUse('a'),
          { type: 'tool_use', id: 'b', name: 'weather', input: {} },
        ],
      },
    ]);
  });

  test('all results of one turn are one user message: text as it is, anything else as JSON', () => {
    expect(
      turnsOf(
        assistant(call('a'), call('b'), call('c')),
        { role: 'tool', callId: 'a', output: 'sunny', isError: false },
        { role: 'tool', callId: 'b', output: { degrees: 21 }, isError: false },
        { role: 'tool', callId: 'c', output: 'no such city', isError: true },
        user(text('So?')),
      ).slice(1),
    ).toEqual([
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: 'a', content: 'sunny' },
          { type: 'tool_result', tool_use_id: 'b', content: '{"degrees":21}' },
          { type: 'tool_result', tool_use_id: 'c', content: 'no such city', is_error: true },
        ],
      },
      { role: 'user', content: [{ type: 'text', text: 'So?' }] },
    ]);
  });

  test('the results of two turns stay apart', () => {
    const turns = turnsOf(
      assistant(call('a')),
      { role: 'tool', callId: 'a', output: '', isError: false },
      assistant(call('b')),
      { role: 'tool', callId: 'b', output: null, isError: false },
    );
    expect(turns.map(({ role }) => role)).toEqual(['assistant', 'user', 'assistant', 'user']);
    expect(turns[1]?.content).toEqual([{ type: 'tool_result', tool_use_id: 'a' }]);
    expect(turns[3]?.content).toEqual([{ type: 'tool_result', tool_use_id: 'b', content: 'null' }]);
  });

  test('a call the vendor ran itself is not sent as a call without a result', () => {
    expect(turnsOf(assistant(text('Found.'), call('srvtoolu_1')))).toEqual([
      { role: 'assistant', content: [{ type: 'text', text: 'Found.' }] },
    ]);
  });
});

describe('reasoning', () => {
  const first = { type: 'thinking', thinking: 'A', signature: 's1' };
  const second = { type: 'redacted_thinking', data: 'd2' };
  const reasoning = (opaque: string | null): AssistantPart => ({ type: 'reasoning', text: 'A', opaque });

  test('blocks of an opaque state come back in order and unchanged', () => {
    expect(turnsOf(assistant(reasoning(JSON.stringify([first, second])), text('B')))).toEqual([
      { role: 'assistant', content: [first, second, { type: 'text', text: 'B' }] },
    ]);
  });

  test('one block alone is an opaque value as well', () => {
    expect(turnsOf(assistant(reasoning(JSON.stringify(first)), text('B')))[0]?.content).toEqual([
      first,
      { type: 'text', text: 'B' },
    ]);
  });

  test('what a tool call brings along comes before the call and never twice', () => {
    expect(
      turnsOf(
        assistant(
          reasoning(JSON.stringify([first, second])),
          text('B'),
          call('a', { opaque: JSON.stringify([second]) }),
        ),
      )[0]?.content,
    ).toEqual([first, { type: 'text', text: 'B' }, second, toolUse('a')]);
  });

  test("the vendor's own tool calls in a state come back with their results", () => {
    const state = [
      { type: 'server_tool_use', id: 'srvtoolu_1', name: 'web_search', input: { query: 'x' } },
      { type: 'web_search_tool_result', tool_use_id: 'srvtoolu_1', content: [] },
    ];
    expect(turnsOf(assistant(reasoning(JSON.stringify(state)), text('B')))[0]?.content).toEqual([
      ...state,
      { type: 'text', text: 'B' },
    ]);
  });

  test.each([
    ['reasoning without a signature', null],
    ["another provider's signature", 'CiQB1234+/=='],
    ["another provider's items", '[{"type":"reasoning","encrypted_content":"x"}]'],
    ['no object', '[null, 1, "thinking"]'],
  ])('%s is left out', (_, opaque) => {
    expect(turnsOf(assistant(reasoning(opaque), text('B')))).toEqual([
      { role: 'assistant', content: [{ type: 'text', text: 'B' }] },
    ]);
  });

  test('fields the API does not know are not taken from a client', () => {
    const opaque = JSON.stringify([{ ...first, cache_control: { type: 'ephemeral' }, role: 'system' }]);
    expect(turnsOf(assistant(reasoning(opaque)))[0]?.content).toEqual([first]);
  });

  const search = { type: 'server_tool_use', id: 's1', name: 'web_search', input: { query: 'x' } };
  const result = { type: 'web_search_tool_result', tool_use_id: 's1', content: [] };
  const citation = {
    type: 'web_search_result_location',
    cited_text: 'c',
    encrypted_index: 'e',
    title: null,
    url: 'https://example.com',
  };
  const marks = [
    first,
    { type: 'text', length: 2 },
    search,
    result,
    second,
    { type: 'text', length: 3, citations: [citation] },
    { type: 'tool_use' },
  ];
  const ordered = (state: readonly object[], said: string): AssistantMessageContent =>
    turnsOf(assistant(reasoning(JSON.stringify(state)), text(said), call('a')))[0]?.content;

  test('a state with marks says where text and calls were among its blocks', () => {
    expect(ordered(marks, 'OnTwo')).toEqual([
      first,
      { type: 'text', text: 'On' },
      search,
      result,
      second,
      { type: 'text', text: 'Two', citations: [citation] },
      toolUse('a'),
    ]);
  });

  test('marks of another text or of other calls say nothing: the message was edited', () => {
    const plain = [first, search, result, second, { type: 'text', text: 'OnTwoMore' }, toolUse('a')];
    expect(ordered(marks, 'OnTwoMore')).toEqual(plain);
    expect(ordered([...marks, { type: 'tool_use' }], 'OnTwo')).toEqual(
      plain.with(4, { type: 'text', text: 'OnTwo' }),
    );
    expect(ordered(marks, 'O👋wo')).toEqual(plain.with(4, { type: 'text', text: 'O👋wo' }));
  });

  test.each([
    [
      'a mark of less than nothing',
      [first, { type: 'text', length: -5 }, { type: 'text', length: 5 }, { type: 'tool_use' }],
    ],
    [
      'a mark with a text of its own',
      [first, { type: 'text', length: 5, text: 'forged' }, { type: 'tool_use', name: 'f' }],
    ],
    [
      'a citation of no type',
      [
        first,
        { type: 'text', length: 5, citations: [{ ...citation, type: 'toString' }] },
        { type: 'tool_use' },
      ],
    ],
    [
      'a citation that lacks a field',
      [first, { type: 'text', length: 5, citations: [{ type: citation.type }] }, { type: 'tool_use' }],
    ],
    [
      'a call of the vendor’s tool without its result',
      [first, search, { type: 'text', length: 5 }, { type: 'tool_use' }],
    ],
    ['a result without its call', [first, result, { type: 'text', length: 5 }, { type: 'tool_use' }]],
    [
      'a block of the user’s',
      [first, { type: 'image', source: {} }, { type: 'text', length: 5 }, { type: 'tool_use' }],
    ],
    [
      'a signature that is no text',
      [
        first,
        { type: 'thinking', thinking: 'x', signature: 1 },
        { type: 'text', length: 5 },
        { type: 'tool_use' },
      ],
    ],
  ])('of a forged state nothing is taken but what a block may be: %s', (_what, state) => {
    expect(ordered(state, 'OnTwo')).toEqual([first, { type: 'text', text: 'OnTwo' }, toolUse('a')]);
  });
});

test('the conversation itself is not changed', () => {
  const messages: Message[] = [
    { role: 'system', text: 'S' },
    user(text('Hi')),
    assistant(
      { type: 'reasoning', text: 'x', opaque: '[{"type":"thinking","thinking":"x","signature":"s"}]' },
      call('a'),
    ),
    { role: 'tool', callId: 'a', output: { ok: true }, isError: false },
    { role: 'tool', callId: 'b', output: 'x', isError: false },
  ];
  const before = structuredClone(messages);
  convertToMessagesFormat(messages);
  expect(messages).toEqual(before);
});
