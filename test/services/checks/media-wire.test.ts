import { describe, expect, it, test } from 'vitest';
import { CHAT_COMPLETIONS } from '../../../config/providers/apis.ts';
import { request, startApp } from '../../support/app/app.ts';
import { GENERATE_MUTATION } from '../../support/app/events.ts';
import { createToy, toyOverrides } from '../../support/app/toy-provider.ts';
import { base64Of, MEDIA_BYTES, type MediaType } from './media-bytes.ts';
import { acceptanceOf, describeProblem, describeWarning, type Input, refusalOf } from './preview-harness.ts';
import { getLine, startVendorApp, wireOf } from './vendor-harness.ts';

type Kind = 'image' | 'audio' | 'file';
type Media = Readonly<Record<string, unknown>>;

const ask = (model: string, ...user: readonly Media[]): Input => ({ model, messages: [{ user }] });
const askOf = (kind: Kind, media: Media, model: string): Input =>
  ask(model, { text: 'Look.' }, { [kind]: media });
const bytes = (mediaType: MediaType): Media => ({ source: { base64: base64Of(mediaType) } });

const PNG = base64Of('image/png');
const PDF = base64Of('application/pdf');
const WAV = base64Of('audio/wav');
const IMAGE_URL = { source: { url: 'https://media.test/a.png' } };
const FILE_URL = { source: { url: 'https://media.test/a.pdf' } };

/** Parts, and what they are in the vendor's own words. */
const WIRES: readonly (readonly [
  line: string,
  model: string,
  parts: readonly (readonly [Media, object])[],
])[] = [
  [
    'openai (Responses)',
    'gpt-6.1-terra',
    [
      [
        { image: bytes('image/png') },
        { type: 'input_image', detail: 'auto', image_url: `data:image/png;base64,${PNG}` },
      ],
      [
        { image: { ...IMAGE_URL, detail: 'LOW' } },
        { type: 'input_image', detail: 'low', image_url: 'https://media.test/a.png' },
      ],
      [
        { image: { source: { providerFileId: 'file-1' } } },
        { type: 'input_image', detail: 'auto', file_id: 'file-1' },
      ],
      [
        { file: { ...bytes('application/pdf'), filename: 'a.pdf' } },
        { type: 'input_file', file_data: `data:application/pdf;base64,${PDF}`, filename: 'a.pdf' },
      ],
      [{ file: FILE_URL }, { type: 'input_file', file_url: 'https://media.test/a.pdf' }],
      [{ file: { source: { providerFileId: 'file-2' } } }, { type: 'input_file', file_id: 'file-2' }],
    ],
  ],
  [
    'openai (Chat Completions)',
    'gpt-4.1',
    [
      [
        { image: bytes('image/png') },
        { type: 'image_url', image_url: { url: `data:image/png;base64,${PNG}` } },
      ],
      [
        { image: { ...IMAGE_URL, detail: 'HIGH' } },
        { type: 'image_url', image_url: { url: 'https://media.test/a.png', detail: 'high' } },
      ],
      [
        { file: { ...bytes('application/pdf'), filename: 'a.pdf' } },
        { type: 'file', file: { file_data: `data:application/pdf;base64,${PDF}`, filename: 'a.pdf' } },
      ],
      [
        { file: FILE_URL },
        { type: 'file', file: { file_data: `data:application/pdf;base64,${PDF}`, filename: 'file.pdf' } },
      ],
      [{ file: { source: { providerFileId: 'file-2' } } }, { type: 'file', file: { file_id: 'file-2' } }],
    ],
  ],
  [
    'openai (Chat Completions)',
    'gpt-audio-mini',
    [
      [{ audio: bytes('audio/wav') }, { type: 'input_audio', input_audio: { data: WAV, format: 'wav' } }],
      [
        { audio: bytes('audio/mpeg') },
        { type: 'input_audio', input_audio: { data: base64Of('audio/mpeg'), format: 'mp3' } },
      ],
      [
        { audio: { source: { url: 'https://media.test/a.wav' } } },
        { type: 'input_audio', input_audio: { data: WAV, format: 'wav' } },
      ],
    ],
  ],
  [
    'anthropic',
    'claude-opus-5',
    [
      [
        { image: bytes('image/webp') },
        {
          type: 'image',
          source: { type: 'base64', media_type: 'image/webp', data: base64Of('image/webp') },
        },
      ],
      [{ image: IMAGE_URL }, { type: 'image', source: { type: 'url', url: 'https://media.test/a.png' } }],
      [
        { image: { source: { providerFileId: 'file_1' } } },
        { type: 'image', source: { type: 'file', file_id: 'file_1' } },
      ],
      [
        { file: { ...bytes('application/pdf'), filename: 'a.pdf' } },
        {
          type: 'document',
          source: { type: 'base64', media_type: 'application/pdf', data: PDF },
          title: 'a.pdf',
        },
      ],
      [{ file: FILE_URL }, { type: 'document', source: { type: 'url', url: 'https://media.test/a.pdf' } }],
      [
        { file: { source: { providerFileId: 'file_2' } } },
        { type: 'document', source: { type: 'file', file_id: 'file_2' } },
      ],
    ],
  ],
  [
    'gemini',
    'gemini-3.6-flash',
    [
      [{ image: bytes('image/png') }, { inlineData: { mimeType: 'image/png', data: PNG } }],
      [
        { image: { ...IMAGE_URL, mediaType: 'image/png' } },
        { fileData: { mimeType: 'image/png', fileUri: 'https://media.test/a.png' } },
      ],
      [{ audio: bytes('audio/wav') }, { inlineData: { mimeType: 'audio/wav', data: WAV } }],
      [{ file: bytes('application/pdf') }, { inlineData: { mimeType: 'application/pdf', data: PDF } }],
      [
        { file: FILE_URL },
        { fileData: { mimeType: 'application/pdf', fileUri: 'https://media.test/a.pdf' } },
      ],
      [
        { audio: { source: { providerFileId: 'files/abc' }, mediaType: 'audio/wav' } },
        {
          fileData: {
            mimeType: 'audio/wav',
            fileUri: 'https://generativelanguage.googleapis.com/v1beta/files/abc',
          },
        },
      ],
    ],
  ],
];

test.each(WIRES)('%s is sent media for %s in its own words', async (name, model, parts) => {
  const fetched: string[] = [];
  await using vendor = await startVendorApp(getLine(name), undefined, {
    fetchMedia: (url) => {
      fetched.push(url);
      return Promise.resolve(MEDIA_BYTES[url.endsWith('.wav') ? 'audio/wav' : 'application/pdf']);
    },
  });
  const { body, warnings } = await wireOf(vendor, ask(model, ...parts.map(([part]) => part)));
  const [turn] = body.messages ?? body.input ?? body.contents;
  expect(turn.content ?? turn.parts).toEqual(parts.map(([, sent]) => sent));
  expect(warnings).toEqual([]);
  const inBytes = { 'gpt-4.1': ['https://media.test/a.pdf'], 'gpt-audio-mini': ['https://media.test/a.wav'] };
  expect(fetched).toEqual(Object.entries(inBytes).find(([key]) => key === model)?.[1] ?? []);
});

describe('what Chat Completions has no words for', () => {
  const chat = {
    chatter: { ...CHAT_COMPLETIONS, inputModalities: ['text', 'image', 'audio', 'file'] },
  } as const;
  const startChatter = async () => {
    const toy = createToy(undefined, { apiTypes: ['chat_completion'] });
    const app = await startApp({}, toyOverrides(toy, chat));
    return { app, toy, [Symbol.asyncDispose]: () => app.close() };
  };

  it('is refused before the provider is called, with what it takes instead', async () => {
    await using toys = await startChatter();
    const problems = [
      ...(await refusalOf(toys, askOf('image', { source: { providerFileId: 'file-1' } }, 'chatter'))),
      ...(await refusalOf(toys, askOf('audio', bytes('audio/flac'), 'chatter'))),
      ...(await refusalOf(
        toys,
        askOf('audio', { source: { url: 'https://media.test/a' }, mediaType: 'audio/ogg' }, 'chatter'),
      )),
    ];
    expect(problems.map(describeProblem).join('\n')).toMatchInlineSnapshot(`
      "UNSUPPORTED_CAPABILITY input.messages.0.user.1.image.source.providerFileId: The API of the model "chatter" does not take image input by file id.
        allowed ["url","base64","upload"]; Give url or base64 or upload.
      UNSUPPORTED_CAPABILITY input.messages.0.user.1.audio.mediaType: The API of the model "chatter" does not take audio/flac.
        allowed ["audio/wav","audio/mpeg"]; Give audio/wav or audio/mpeg.
      UNSUPPORTED_CAPABILITY input.messages.0.user.1.audio.mediaType: The API of the model "chatter" does not take audio/ogg.
        allowed ["audio/wav","audio/mpeg"]; Give audio/wav or audio/mpeg."
    `);
  });

  it('is left out and reported where the caller asked for that', async () => {
    await using toys = await startChatter();
    const { request: sent, warnings } = await acceptanceOf(toys, {
      ...askOf('audio', { source: { providerFileId: 'file-1' } }, 'chatter'),
      onUnsupported: 'DROP_WITH_WARNING',
    });
    expect(sent.messages).toEqual([{ role: 'user', parts: [{ type: 'text', text: 'Look.' }] }]);
    expect(warnings.map(describeWarning)).toMatchInlineSnapshot(`
      [
        "PARAMETER_DROPPED input.messages.0.user.1.audio.source.providerFileId: The API of the model "chatter" does not take audio input by file id. "file-1" → null",
      ]
    `);
  });
});

describe('media that has to be fetched', () => {
  const failing = async (fetchMedia: () => Promise<Buffer>) => {
    const toy = createToy(undefined, { apiTypes: ['chat_completion'] });
    const models = { chatter: { ...CHAT_COMPLETIONS, inputModalities: ['text', 'file'] } } as const;
    const app = await startApp({}, { ...toyOverrides(toy, models), fetchMedia });
    return { app, toy, [Symbol.asyncDispose]: () => app.close() };
  };

  it('and turns out to be unfit ends the generation as the request’s fault, without a call of the provider', async () => {
    await using toys = await failing(() => Promise.resolve(MEDIA_BYTES['image/png']));
    const { errors } = await request(toys.app, GENERATE_MUTATION, {
      input: askOf('file', FILE_URL, 'chatter'),
    });
    expect(errors).toMatchObject([
      {
        message: 'What the address gives is unfit: The bytes are no file of a kind that is taken.',
        extensions: { code: 'INVALID_REQUEST', retryable: false },
      },
    ]);
    expect(toys.toy.calls).toEqual([]);
  });

  it('is not when the address is private, which the usual fetch sees to', async () => {
    const toy = createToy(undefined, { apiTypes: ['chat_completion'] });
    const models = { chatter: { ...CHAT_COMPLETIONS, inputModalities: ['text', 'file'] } } as const;
    await using app = await startApp({}, toyOverrides(toy, models));
    const input = askOf('file', { source: { url: 'https://169.254.169.254/a.pdf' } }, 'chatter');
    const { errors } = await request(app, GENERATE_MUTATION, { input });
    expect(errors).toMatchObject([
      {
        message: 'Media could not be fetched: the address is not a public one.',
        extensions: { code: 'INVALID_REQUEST' },
      },
    ]);
    expect(toy.calls).toEqual([]);
  });
});
