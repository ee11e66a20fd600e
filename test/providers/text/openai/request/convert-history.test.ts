import { expect, test } from 'vitest';
import type { AssistantPart, Message, UserPart } from '../../../../../src/core/message.ts';
import { convertToChatCompletionsFormat } from '../../../../../src/providers/text/openai/request/convert-to-chat-completions-format.ts';
import { convertToResponsesFormat } from '../../../../../src/providers/text/openai/request/convert-to-responses-format.ts';
import { convertToChatCompletionsFormat as convertFor } from '../../../../../src/providers/text/openai-compatible/chat/convert-to-chat-completions-format.ts';

const PNG = 'iVBORw0KGgo=';
const user = (...parts: UserPart[]): Message => ({ role: 'user', parts });
const assistant = (...parts: AssistantPart[]): Message => ({ role: 'assistant', parts });
const text = (value: string) => ({ type: 'text', text: value }) as const;
const call = (callId: string, args: object, opaque: string | null = null) =>
  ({ type: 'tool-call', callId, name: 'weather', arguments: args as never, opaque }) as const;
const functionCall = (call_id: string, args: string) => ({
  type: 'function_call',
  call_id,
  name: 'weather',
  arguments: args,
});
const chatCall = (id: string, args: string) => ({
  id,
  type: 'function',
  function: { name: 'weather', arguments: args },
});

const ITEM = { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'gAAA' };

interface Row {
  readonly name: string;
  readonly history: readonly Message[];
  readonly input: readonly object[];
  readonly chat: readonly object[];
}

const ROWS: readonly Row[] = [
  {
    name: 'a user text',
    history: [user(text('Hi'))],
    input: [{ role: 'user', content: [{ type: 'input_text', text: 'Hi' }] }],
    chat: [{ role: 'user', content: 'Hi' }],
  },
  {
    name: 'several user parts in their order',
    history: [
      user(
        text('A'),
        {
          type: 'image',
          source: { type: 'url', url: 'https://i.example/a.png' },
          mediaType: null,
          detail: 'low',
        },
        text('B'),
      ),
    ],
    input: [
      {
        role: 'user',
        content: [
          { type: 'input_text', text: 'A' },
          { type: 'input_image', image_url: 'https://i.example/a.png', detail: 'low' },
          { type: 'input_text', text: 'B' },
        ],
      },
    ],
    chat: [
      {
        role: 'user',
        content: [
          { type: 'text', text: 'A' },
          { type: 'image_url', image_url: { url: 'https://i.example/a.png', detail: 'low' } },
          { type: 'text', text: 'B' },
        ],
      },
    ],
  },
  {
    name: 'images as base64, with and without a type',
    history: [
      user(
        { type: 'image', source: { type: 'base64', data: 'AAAA' }, mediaType: 'image/webp', detail: 'high' },
        { type: 'image', source: { type: 'base64', data: PNG }, mediaType: null, detail: null },
      ),
    ],
    input: [
      {
        role: 'user',
        content: [
          { type: 'input_image', image_url: 'data:image/webp;base64,AAAA', detail: 'high' },
          { type: 'input_image', image_url: `data:image/png;base64,${PNG}`, detail: 'auto' },
        ],
      },
    ],
    chat: [
      {
        role: 'user',
        content: [
          { type: 'image_url', image_url: { url: 'data:image/webp;base64,AAAA', detail: 'high' } },
          { type: 'image_url', image_url: { url: `data:image/png;base64,${PNG}` } },
        ],
      },
    ],
  },
  {
    name: 'files as base64 and by id',
    history: [
      user(
        {
          type: 'file',
          source: { type: 'base64', data: 'AAAA' },
          mediaType: 'application/pdf',
          filename: 'report.pdf',
        },
        { type: 'file', source: { type: 'base64', data: 'AAAA' }, mediaType: null, filename: null },
        {
          type: 'file',
          source: { type: 'provider-file', fileId: 'file-1' },
          mediaType: null,
          filename: null,
        },
      ),
    ],
    input: [
      {
        role: 'user',
        content: [
          { type: 'input_file', file_data: 'data:application/pdf;base64,AAAA', filename: 'report.pdf' },
          { type: 'input_file', file_data: 'data:application/pdf;base64,AAAA', filename: 'file.pdf' },
          { type: 'input_file', file_id: 'file-1' },
        ],
      },
    ],
    chat: [
      {
        role: 'user',
        content: [
          { type: 'file', file: { file_data: 'data:application/pdf;base64,AAAA', filename: 'report.pdf' } },
          { type: 'file', file: { file_data: 'data:application/pdf;base64,AAAA', filename: 'file.pdf' } },
          { type: 'file', file: { file_id: 'file-1' } },
        ],
      },
    ],
  },
  {
    name: 'consecutive turns of one role, an assistant first',
    history: [
      assistant(text('Hello')),
      user(text('A')),
      user(text('B')),
      assistant(text('C')),
      assistant(text('D')),
    ],
    input: [
      { role: 'assistant', content: [{ type: 'output_text', text: 'Hello' }] },
      { role: 'user', content: [{ type: 'input_text', text: 'A' }] },
      { role: 'user', content: [{ type: 'input_text', text: 'B' }] },
      { role: 'assistant', content: [{ type: 'output_text', text: 'C' }] },
      { role: 'assistant', content: [{ type: 'output_text', text: 'D' }] },
    ],
    chat: [
      { role: 'assistant', content: 'Hello' },
      { role: 'user', content: 'A' },
      { role: 'user', content: 'B' },
      { role: 'assistant', content: 'C' },
      { role: 'assistant', content: 'D' },
    ],
  },
  {
    name: 'an assistant turn without text or calls, which gives nothing',
    history: [user(text('A')), assistant(text('')), assistant(), user(text('B'))],
    input: [
      { role: 'user', content: [{ type: 'input_text', text: 'A' }] },
      { role: 'user', content: [{ type: 'input_text', text: 'B' }] },
    ],
    chat: [
      { role: 'user', content: 'A' },
      { role: 'user', content: 'B' },
    ],
  },
  {
    name: 'tool calls after their text, and their results',
    history: [
      assistant(text('One moment.'), call('a', { city: 'Genève' }), call('b', {})),
      { role: 'tool', callId: 'a', output: 'sunny', isError: false },
      { role: 'tool', callId: 'b', output: { degrees: 21 }, isError: false },
    ],
    input: [
      { role: 'assistant', content: [{ type: 'output_text', text: 'One moment.' }] },
      functionCall('a', '{"city":"Genève"}'),
      functionCall('b', '{}'),
      { type: 'function_call_output', call_id: 'a', output: 'sunny' },
      { type: 'function_call_output', call_id: 'b', output: '{"degrees":21}' },
    ],
    chat: [
      {
        role: 'assistant',
        content: 'One moment.',
        tool_calls: [chatCall('a', '{"city":"Genève"}'), chatCall('b', '{}')],
      },
      { role: 'tool', tool_call_id: 'a', content: 'sunny' },
      { role: 'tool', tool_call_id: 'b', content: '{"degrees":21}' },
    ],
  },
  {
    name: 'a tool call without text',
    history: [assistant(text(''), call('a', {}))],
    input: [functionCall('a', '{}')],
    chat: [{ role: 'assistant', content: null, tool_calls: [chatCall('a', '{}')] }],
  },
  {
    name: 'a system message in the middle',
    history: [user(text('A')), { role: 'system', text: 'Be brief.' }],
    input: [
      { role: 'user', content: [{ type: 'input_text', text: 'A' }] },
      { role: 'system', content: [{ type: 'input_text', text: 'Be brief.' }] },
    ],
    chat: [
      { role: 'user', content: 'A' },
      { role: 'system', content: 'Be brief.' },
    ],
  },
  {
    name: 'reasoning with bare encrypted content, before the answer it led to',
    history: [assistant({ type: 'reasoning', text: 'Hm.', opaque: 'gAAA' }, text('Yes.'))],
    input: [
      { type: 'reasoning', summary: [{ type: 'summary_text', text: 'Hm.' }], encrypted_content: 'gAAA' },
      { role: 'assistant', content: [{ type: 'output_text', text: 'Yes.' }] },
    ],
    chat: [{ role: 'assistant', content: 'Yes.' }],
  },
  {
    name: 'reasoning nobody can verify, which is left out',
    history: [assistant({ type: 'reasoning', text: 'Hm.', opaque: null }, text('Yes.'))],
    input: [{ role: 'assistant', content: [{ type: 'output_text', text: 'Yes.' }] }],
    chat: [{ role: 'assistant', content: 'Yes.' }],
  },
  {
    name: 'the state of a turn, carried by a reasoning part',
    history: [assistant({ type: 'reasoning', text: 'Hm.', opaque: JSON.stringify([ITEM]) }, call('a', {}))],
    input: [ITEM, functionCall('a', '{}')],
    chat: [{ role: 'assistant', content: null, tool_calls: [chatCall('a', '{}')] }],
  },
  {
    name: 'reasoning carried by both a reasoning part and its call, sent once and with the call',
    history: [
      assistant(
        { type: 'reasoning', text: 'Hm.', opaque: JSON.stringify([ITEM]) },
        text('One moment.'),
        call('a', {}, JSON.stringify([ITEM])),
      ),
    ],
    input: [
      { role: 'assistant', content: [{ type: 'output_text', text: 'One moment.' }] },
      ITEM,
      functionCall('a', '{}'),
    ],
    chat: [{ role: 'assistant', content: 'One moment.', tool_calls: [chatCall('a', '{}')] }],
  },
];

const freeze = <T>(value: T): T => {
  if (typeof value === 'object' && value !== null) {
    Object.freeze(value);
    Object.values(value).forEach(freeze);
  }
  return value;
};

test.each(ROWS)('$name becomes Responses input', ({ history, input }) => {
  expect(convertToResponsesFormat(freeze(history))).toEqual({ instructions: null, input });
});

test.each(ROWS)('$name becomes Chat Completions messages', ({ history, chat }) => {
  expect(convertToChatCompletionsFormat(freeze(history))).toEqual(chat);
});

const WITH_SYSTEM: readonly Message[] = [
  { role: 'system', text: 'Be kind.' },
  { role: 'system', text: 'Be brief.' },
  user(text('Hi')),
];

test('the system text and leading system messages are the instructions and not part of the input', () => {
  expect(convertToResponsesFormat(WITH_SYSTEM, 'Be exact.')).toEqual({
    instructions: 'Be exact.\n\nBe kind.\n\nBe brief.',
    input: [{ role: 'user', content: [{ type: 'input_text', text: 'Hi' }] }],
  });
});

test('the system text is the first message of a chat completion', () => {
  expect(
    convertToChatCompletionsFormat(WITH_SYSTEM, 'Be exact.').map(({ role, content }) => [role, content]),
  ).toEqual([
    ['system', 'Be exact.'],
    ['system', 'Be kind.'],
    ['system', 'Be brief.'],
    ['user', 'Hi'],
  ]);
});

test('a signature that another vendor gave with its tool call is not sent', () => {
  const { input } = convertToResponsesFormat([assistant(call('a', {}, 'CiQB0e2Kb/4='))]);
  expect(input).toEqual([functionCall('a', '{}')]);
});

test('an echoed opaque part can bring nothing but the items and fields a turn has', () => {
  const opaque = JSON.stringify([
    { type: 'item_reference', id: 'msg_of_somebody_else' },
    { type: 'constructor' },
    { type: 'reasoning', id: 'rs_without_content' },
    { ...ITEM, novelty: 1 },
    'text',
  ]);
  expect(convertToResponsesFormat([assistant(call('a', {}, opaque))]).input).toEqual([
    ITEM,
    functionCall('a', '{}'),
  ]);
});

test('a file by URL and an image by id go where the Responses API takes them', () => {
  const { input } = convertToResponsesFormat([
    user(
      {
        type: 'file',
        source: { type: 'url', url: 'https://f.example/a.pdf' },
        mediaType: null,
        filename: 'a.pdf',
      },
      { type: 'image', source: { type: 'provider-file', fileId: 'file-2' }, mediaType: null, detail: null },
    ),
  ]);
  expect(input).toEqual([
    {
      role: 'user',
      content: [
        { type: 'input_file', file_url: 'https://f.example/a.pdf', filename: 'a.pdf' },
        { type: 'input_image', file_id: 'file-2', detail: 'auto' },
      ],
    },
  ]);
});

test.each([
  ['audio/wav', 'wav'],
  ['audio/x-wav', 'wav'],
  ['audio/mpeg', 'mp3'],
  [null, 'wav'],
])('audio of the type %s is %s in a chat completion', (mediaType, format) => {
  const history = [user({ type: 'audio', source: { type: 'base64', data: 'AAAA' }, mediaType })];
  expect(convertToChatCompletionsFormat(history)).toEqual([
    { role: 'user', content: [{ type: 'input_audio', input_audio: { data: 'AAAA', format } }] },
  ]);
});

const audio = (mediaType: string | null): Message =>
  user({ type: 'audio', source: { type: 'base64', data: 'AAAA' }, mediaType });

test.each<[string, () => unknown]>([
  ['audio on the Responses API', () => convertToResponsesFormat([audio('audio/wav')])],
  ['audio of another type', () => convertToChatCompletionsFormat([audio('audio/ogg')])],
  [
    'audio by URL',
    () =>
      convertToChatCompletionsFormat([
        user({ type: 'audio', source: { type: 'url', url: 'https://a.example' }, mediaType: null }),
      ]),
  ],
  [
    'a file by URL in a chat completion',
    () =>
      convertToChatCompletionsFormat([
        user({
          type: 'file',
          source: { type: 'url', url: 'https://f.example' },
          mediaType: null,
          filename: null,
        }),
      ]),
  ],
  [
    'an image by id in a chat completion',
    () =>
      convertToChatCompletionsFormat([
        user({
          type: 'image',
          source: { type: 'provider-file', fileId: 'f' },
          mediaType: null,
          detail: null,
        }),
      ]),
  ],
])('%s is refused by name', (_, convert) => {
  expect(convert).toThrow(expect.objectContaining({ code: 'UNSUPPORTED_CAPABILITY' }));
});

test('a vendor that wants earlier reasoning gets it in its own field', () => {
  const history = [assistant({ type: 'reasoning', text: 'Hm.', opaque: null }, text('Yes.'))];
  expect(convertFor(history, null, { reasoningField: 'reasoning_content' })).toEqual([
    { role: 'assistant', content: 'Yes.', reasoning_content: 'Hm.' },
  ]);
});
