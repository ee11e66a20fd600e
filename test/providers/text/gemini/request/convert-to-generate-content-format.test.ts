import { describe, expect, test } from 'vitest';
import type { Message, UserPart } from '../../../../../src/core/message.ts';
import { convertToGenerateContentFormat } from '../../../../../src/providers/text/gemini/request/convert-to-generate-content-format.ts';

const user = (...parts: UserPart[]): Message => ({ role: 'user', parts });
const says = (text: string): UserPart => ({ type: 'text', text });
const call = (callId: string, opaque: string | null = null) =>
  ({ type: 'tool-call', callId, name: `tool_${callId}`, arguments: { of: callId }, opaque }) as const;
const contentsOf = (...messages: Message[]) => convertToGenerateContentFormat(messages).contents;

describe('system text', () => {
  test('the system text and leading system messages become the system instruction and no turn', () => {
    const messages: Message[] = [
      { role: 'system', text: 'Be kind.' },
      { role: 'system', text: 'Be brief.' },
      user(says('Hi')),
    ];
    expect(convertToGenerateContentFormat(messages, 'You are Ada.')).toEqual({
      systemInstruction: 'You are Ada.\n\nBe kind.\n\nBe brief.',
      contents: [{ role: 'user', parts: [{ text: 'Hi' }] }],
    });
  });

  test('without any, there is no system instruction', () => {
    expect(convertToGenerateContentFormat([user(says('Hi'))]).systemInstruction).toBeNull();
  });

  test('a system message in the middle keeps its place as a user turn', () => {
    expect(contentsOf(user(says('Hi')), { role: 'system', text: 'Now in French.' })).toEqual([
      { role: 'user', parts: [{ text: 'Hi' }] },
      { role: 'user', parts: [{ text: 'Now in French.' }] },
    ]);
  });
});

describe('turns', () => {
  test('consecutive user turns and a leading assistant turn stay as they are', () => {
    const messages: Message[] = [
      { role: 'assistant', parts: [{ type: 'text', text: 'Welcome.' }] },
      user(says('One')),
      user(says('Two')),
    ];
    expect(contentsOf(...messages)).toEqual([
      { role: 'model', parts: [{ text: 'Welcome.' }] },
      { role: 'user', parts: [{ text: 'One' }] },
      { role: 'user', parts: [{ text: 'Two' }] },
    ]);
  });

  test('consecutive assistant turns become one, so that a call follows the turn of the user', () => {
    const contents = contentsOf(
      user(says('Hi')),
      { role: 'assistant', parts: [{ type: 'text', text: 'Let me look.' }] },
      { role: 'assistant', parts: [call('a')] },
    );
    expect(contents[1]).toEqual({
      role: 'model',
      parts: [{ text: 'Let me look.' }, { functionCall: { id: 'a', name: 'tool_a', args: { of: 'a' } } }],
    });
    expect(contents).toHaveLength(2);
  });

  test('an assistant turn with empty text gives nothing', () => {
    expect(
      contentsOf(user(says('Hi')), { role: 'assistant', parts: [{ type: 'text', text: '' }] }),
    ).toHaveLength(1);
  });

  test('the order of parts is kept and none are joined', () => {
    const image: UserPart = {
      type: 'image',
      source: { type: 'base64', data: 'AAAA' },
      mediaType: 'image/gif',
      detail: null,
    };
    expect(contentsOf(user(says('a'), image, says('b'), says('c')))).toEqual([
      {
        role: 'user',
        parts: [
          { text: 'a' },
          { inlineData: { mimeType: 'image/gif', data: 'AAAA' } },
          { text: 'b' },
          { text: 'c' },
        ],
      },
    ]);
  });

  test('the input is not changed', () => {
    const messages: Message[] = [
      user(says('Hi')),
      { role: 'assistant', parts: [{ type: 'reasoning', text: null, opaque: 'c2ln' }, call('a')] },
      { role: 'tool', callId: 'a', output: { x: 1 }, isError: false },
      { role: 'tool', callId: 'a', output: 'y', isError: false },
    ];
    const before = structuredClone(messages);
    convertToGenerateContentFormat(messages);
    expect(messages).toEqual(before);
  });
});

describe('media', () => {
  const partOf = (part: UserPart): unknown => contentsOf(user(part))[0]?.parts?.[0];
  const base64 = (data: string) => ({ type: 'base64', data }) as const;
  const url = (at: string) => ({ type: 'url', url: at }) as const;

  test.each([
    ['iVBORw0KGgo=', 'image/png'],
    ['/9j/4AAQ', 'image/jpeg'],
    ['UklGRiQAAABXRUJQ', 'image/webp'],
    ['AAAA', 'image/png'],
  ])('an image whose type nobody named is read from its first bytes: %s', (data, mimeType) => {
    expect(partOf({ type: 'image', source: base64(data), mediaType: null, detail: null })).toEqual({
      inlineData: { mimeType, data },
    });
  });

  test('audio and a PDF go inline', () => {
    expect(partOf({ type: 'audio', source: base64('UklGRg=='), mediaType: null })).toEqual({
      inlineData: { mimeType: 'audio/wav', data: 'UklGRg==' },
    });
    expect(partOf({ type: 'file', source: base64('JVBERi0='), mediaType: null, filename: 'a.pdf' })).toEqual({
      inlineData: { mimeType: 'application/pdf', data: 'JVBERi0=' },
    });
  });

  test('a video goes inline or by its address, under the type it is given', () => {
    expect(partOf({ type: 'file', source: base64('AAAA'), mediaType: 'video/mp4', filename: null })).toEqual({
      inlineData: { mimeType: 'video/mp4', data: 'AAAA' },
    });
    expect(
      partOf({ type: 'file', source: url('https://example.com/a.mp4?x=1'), mediaType: null, filename: null }),
    ).toEqual({
      fileData: { fileUri: 'https://example.com/a.mp4?x=1', mimeType: 'video/mp4' },
    });
  });

  test('an address goes to the vendor as it is, without a type where none is known', () => {
    const source = url('https://www.youtube.com/watch?v=9hE5-98ZeCg');
    expect(partOf({ type: 'file', source, mediaType: null, filename: null })).toEqual({
      fileData: { fileUri: 'https://www.youtube.com/watch?v=9hE5-98ZeCg' },
    });
  });

  test.each([
    ['files/abc', 'https://generativelanguage.googleapis.com/v1beta/files/abc'],
    ['abc', 'https://generativelanguage.googleapis.com/v1beta/files/abc'],
    ['https://example.com/v1beta/files/abc', 'https://example.com/v1beta/files/abc'],
  ])("a file of the vendor's is named by its whole address: %s", (fileId, fileUri) => {
    const source = { type: 'provider-file', fileId } as const;
    expect(partOf({ type: 'image', source, mediaType: 'image/png', detail: null })).toEqual({
      fileData: { fileUri, mimeType: 'image/png' },
    });
  });

  test.each([
    ['low', { mediaResolution: { level: 'MEDIA_RESOLUTION_LOW' } }],
    ['high', { mediaResolution: { level: 'MEDIA_RESOLUTION_HIGH' } }],
    ['auto', {}],
    [null, {}],
  ] as const)('the detail of an image is sent to models that take it: %s', (detail, sent) => {
    const messages = [user({ type: 'image', source: base64('AAAA'), mediaType: 'image/png', detail })];
    const inline = { inlineData: { mimeType: 'image/png', data: 'AAAA' } };
    const parts = (has: boolean) =>
      convertToGenerateContentFormat(messages, null, { toolCallSignatures: has, imageDetail: has })
        .contents[0]?.parts;
    expect(parts(true)).toEqual([{ ...inline, ...sent }]);
    expect(parts(false)).toEqual([inline]);
  });
});

describe('tool calls and results', () => {
  test('calls come after the text, in order, and the results of one turn in one turn, by id and name', () => {
    expect(
      contentsOf(
        { role: 'assistant', parts: [{ type: 'text', text: 'Looking.' }, call('a', 'c2lnQQ=='), call('b')] },
        { role: 'tool', callId: 'b', output: 'plain', isError: false },
        { role: 'tool', callId: 'a', output: [1, 2], isError: false },
        { role: 'tool', callId: 'lost', output: { message: 'gone' }, isError: true },
        user(says('Go on')),
      ),
    ).toEqual([
      {
        role: 'model',
        parts: [
          { text: 'Looking.' },
          { functionCall: { id: 'a', name: 'tool_a', args: { of: 'a' } }, thoughtSignature: 'c2lnQQ==' },
          { functionCall: { id: 'b', name: 'tool_b', args: { of: 'b' } } },
        ],
      },
      {
        role: 'user',
        parts: [
          { functionResponse: { id: 'b', name: 'tool_b', response: { output: 'plain' } } },
          { functionResponse: { id: 'a', name: 'tool_a', response: { output: [1, 2] } } },
          { functionResponse: { id: 'lost', name: 'lost', response: { error: { message: 'gone' } } } },
        ],
      },
      { role: 'user', parts: [{ text: 'Go on' }] },
    ]);
  });

  test('no arguments are an empty object', () => {
    const none = { ...call('a'), arguments: null };
    expect(contentsOf({ role: 'assistant', parts: [none] })[0]?.parts?.[0]?.functionCall?.args).toEqual({});
  });

  test('an id used again in a later turn names the later call', () => {
    const again = { ...call('a'), name: 'other' };
    const contents = contentsOf(
      { role: 'assistant', parts: [call('a')] },
      { role: 'tool', callId: 'a', output: 1, isError: false },
      { role: 'assistant', parts: [again] },
      { role: 'tool', callId: 'a', output: 2, isError: false },
    );
    expect(contents.map(({ parts }) => parts?.[0]?.functionResponse?.name)).toEqual([
      undefined,
      'tool_a',
      undefined,
      'other',
    ]);
  });

  test('a call made by another model carries the vendor’s placeholder, the first of parallel ones alone', () => {
    const messages: Message[] = [
      { role: 'assistant', parts: [call('a', '[{"type":"reasoning"}]'), call('b')] },
    ];
    const signatures = (has: boolean) =>
      convertToGenerateContentFormat(messages, null, {
        toolCallSignatures: has,
        imageDetail: has,
      }).contents[0]?.parts?.map(({ thoughtSignature }) => thoughtSignature);
    expect(signatures(true)).toEqual(['skip_thought_signature_validator', undefined]);
    expect(signatures(false)).toEqual([undefined, undefined]);
  });

  test('a signed call carries its own signature and no placeholder', () => {
    const messages: Message[] = [{ role: 'assistant', parts: [call('a', 'c2lnQQ=='), call('b')] }];
    const { contents } = convertToGenerateContentFormat(messages, null, {
      toolCallSignatures: true,
      imageDetail: true,
    });
    expect(contents[0]?.parts?.map(({ thoughtSignature }) => thoughtSignature)).toEqual([
      'c2lnQQ==',
      undefined,
    ]);
  });
});

describe('reasoning', () => {
  const assistant = (opaque: string | null, text = 'Forty-two.'): Message => ({
    role: 'assistant',
    parts: [
      { type: 'reasoning', text: 'Look.', opaque },
      { type: 'text', text },
    ],
  });

  test('reasoning without its opaque part is not sent', () => {
    expect(contentsOf(assistant(null))).toEqual([{ role: 'model', parts: [{ text: 'Forty-two.' }] }]);
  });

  test('a bare signature goes to the part that follows it', () => {
    expect(contentsOf(assistant('c2ln+/=='))[0]?.parts).toEqual([
      { text: 'Forty-two.', thoughtSignature: 'c2ln+/==' },
    ]);
  });

  test('a bare signature with nothing after it has an empty text of its own', () => {
    const message: Message = {
      role: 'assistant',
      parts: [{ type: 'reasoning', text: null, opaque: 'c2ln' }],
    };
    expect(contentsOf(message)[0]?.parts).toEqual([{ text: '', thoughtSignature: 'c2ln' }]);
  });

  const state = JSON.stringify([
    { text: 'Forty' },
    { executableCode: { code: '6*7' }, thoughtSignature: 'c2lnMQ==', unknown: 1 },
    { text: '-two.', thoughtSignature: 'c2lnMg==' },
  ]);

  test('the state of a turn puts every signature back on the very part it came with', () => {
    expect(contentsOf(assistant(state))[0]?.parts).toEqual([
      { text: 'Forty' },
      { executableCode: { code: '6*7' }, thoughtSignature: 'c2lnMQ==' },
      { text: '-two.', thoughtSignature: 'c2lnMg==' },
    ]);
  });

  test('an edited turn goes as it was edited, without signatures', () => {
    expect(contentsOf(assistant(state, 'Forty-three.'))[0]?.parts).toEqual([{ text: 'Forty-three.' }]);
  });

  test.each([
    ['a text that is none', { text: 42 }],
    ['a signature that is none', { text: 'Forty-two.', thoughtSignature: 'no base64!' }],
    ['a part without anything', {}],
    ['a thought that is a word', { text: 'Forty-two.', thought: 'true' }],
    ['code that is no object', { executableCode: 'rm' }],
    ['a file of somebody', { fileData: { fileUri: 'files/of-another' } }],
    ['bytes', { inlineData: { data: 'AA==', mimeType: 'image/png' } }],
  ])('a forged state is no state: %s', (_what, part) => {
    const opaque = JSON.stringify([{ text: 'Forty-two.', thoughtSignature: 'c2ln' }, part]);
    expect(contentsOf(assistant(opaque))[0]?.parts).toEqual([{ text: 'Forty-two.' }]);
  });

  test('of a part nothing is taken but the fields of a turn', () => {
    const opaque = JSON.stringify([
      { text: 'Forty-two.', thoughtSignature: 'c2ln', inlineData: { data: 'AA==' }, videoMetadata: {} },
    ]);
    expect(contentsOf(assistant(opaque))[0]?.parts).toEqual([
      { text: 'Forty-two.', thoughtSignature: 'c2ln' },
    ]);
  });

  test.each(['[{"type":"reasoning","encrypted_content":"x"}]', '[1]', '[', '{"a":1}', 'not base64!'])(
    "another vendor's state is left out: %s",
    (opaque) => {
      expect(contentsOf(assistant(opaque))[0]?.parts).toEqual([{ text: 'Forty-two.' }]);
    },
  );
});
