import { describe, expect, it, test } from 'vitest';
import type { ModelDefinition } from '../../../src/core/model-config.ts';
import { MAX_MEDIA_BYTES } from '../../../src/core/message.ts';
import { request, startApp } from '../../support/app/app.ts';
import { GENERATE_MUTATION } from '../../support/app/events.ts';
import { createToy, toyOverrides } from '../../support/app/toy-provider.ts';
import { base64Of, MEDIA_BYTES, type MediaType } from './media-bytes.ts';
import {
  acceptanceOf,
  describeProblem,
  describeWarning,
  type Input,
  refusalOf,
  startToys,
} from './preview-harness.ts';

const MODELS = {
  seer: { inputModalities: ['text', 'image', 'audio', 'file'] },
  reader: {},
} as const satisfies Record<string, Partial<ModelDefinition>>;

type Kind = 'image' | 'audio' | 'file';

const KINDS: Readonly<Record<Kind, readonly MediaType[]>> = {
  image: ['image/png', 'image/jpeg', 'image/gif', 'image/webp'],
  audio: ['audio/wav', 'audio/mpeg', 'audio/flac', 'audio/ogg', 'audio/mp4'],
  file: ['application/pdf'],
};
const ANY: Readonly<Record<Kind, MediaType>> = {
  image: 'image/png',
  audio: 'audio/wav',
  file: 'application/pdf',
};
const EVERY_KIND = Object.keys(KINDS) as Kind[];

type Media = Readonly<Record<string, unknown>>;

const ask = (model: string, ...user: readonly Media[]): Input => ({ model, messages: [{ user }] });
const askOf = (kind: Kind, media: Media, model = 'seer'): Input =>
  ask(model, { text: 'Look.' }, { [kind]: media });
const bytes = (mediaType: MediaType): Media => ({ source: { base64: base64Of(mediaType) } });

/** The part that reached the provider. */
const partOf = async (input: Input): Promise<unknown> => {
  await using toys = await startToys(MODELS);
  const { request: sent, warnings } = await acceptanceOf(toys, input);
  expect(warnings).toEqual([]);
  const [message] = sent.messages;
  return message?.role === 'user' ? message.parts.at(-1) : undefined;
};

const problemsOf = async (input: Input): Promise<string[]> => {
  await using toys = await startToys(MODELS);
  return (await refusalOf(toys, input)).map(describeProblem);
};

describe('bytes in base64', () => {
  it.each(EVERY_KIND.flatMap((kind) => KINDS[kind].map((mediaType) => [kind, mediaType] as const)))(
    'are taken as %s when they are %s, which is told from themselves',
    async (kind, mediaType) => {
      expect(await partOf(askOf(kind, bytes(mediaType)))).toMatchObject({
        type: kind,
        source: { type: 'base64', data: base64Of(mediaType) },
        mediaType,
      });
    },
  );

  it.each([
    ['image', 'image/jpeg', 'image/jpg'],
    ['image', 'image/png', 'IMAGE/PNG'],
    ['audio', 'audio/mpeg', 'audio/mp3'],
    ['audio', 'audio/wav', 'audio/x-wav'],
    ['audio', 'audio/wav', 'audio/wave'],
    ['audio', 'audio/flac', 'audio/x-flac'],
    ['audio', 'audio/mp4', 'audio/m4a'],
    ['audio', 'audio/ogg', 'audio/ogg; codecs=opus'],
  ] as const)('are taken as %s that is %s and is said to be %s', async (kind, mediaType, declared) => {
    const part = await partOf(askOf(kind, { ...bytes(mediaType), mediaType: declared }));
    expect(part).toMatchObject({ mediaType });
  });

  it('keep the detail of an image and the name of a document', async () => {
    expect(await partOf(askOf('image', { ...bytes('image/png'), detail: 'HIGH' }))).toMatchObject({
      detail: 'high',
    });
    expect(
      await partOf(askOf('file', { ...bytes('application/pdf'), filename: 'Zürich.pdf' })),
    ).toMatchObject({
      filename: 'Zürich.pdf',
    });
  });

  it.each(EVERY_KIND)('are refused as %s when they are of a kind nobody knows', async (kind) => {
    const data = Buffer.from('just some text').toString('base64');
    expect(await problemsOf(askOf(kind, { source: { base64: data } }))).toEqual([
      `INVALID_REQUEST input.messages.0.user.1.${kind}.source: The bytes are no ${kind} of a kind that is taken.\n  allowed ${JSON.stringify(KINDS[kind])}; no suggestion`,
    ]);
  });

  it.each(
    EVERY_KIND.flatMap((kind) =>
      EVERY_KIND.filter((other) => other !== kind).map((other) => [kind, other] as const),
    ),
  )('are refused as %s when they are %s', async (kind, other) => {
    const [problem] = await problemsOf(askOf(kind, bytes(ANY[other])));
    expect(problem).toContain(`The bytes are no ${kind} of a kind that is taken.`);
  });

  it('are refused when they are not what they are said to be', async () => {
    const media = { ...bytes('image/png'), mediaType: 'image/jpeg' };
    expect(await problemsOf(askOf('image', media))).toEqual([
      'INVALID_REQUEST input.messages.0.user.1.image.source: The bytes are image/png, not image/jpeg.\n  allowed ["image/png"]; no suggestion',
    ]);
  });

  it('are refused when there are none', async () => {
    expect(await problemsOf(askOf('file', { source: { base64: '' } }))).toEqual([
      'INVALID_REQUEST input.messages.0.user.1.file.source: There are no bytes.\n  allowed ["application/pdf"]; no suggestion',
    ]);
  });

  it.each([
    ['with a line break', `${base64Of('image/png').slice(0, 8)}\n${base64Of('image/png').slice(8)}`],
    ['of the kind for addresses', 'iVBORw0KGgo_-A=='],
    ['cut off', base64Of('image/png').slice(0, -1)],
    ['nothing but padding', '===='],
    ['padded in the middle', 'iVBO=w0KGgoAAAA='],
    ['padded too much', 'iVBORw0KGgoAA==='],
    ['text', 'a picture of a cat'],
  ])('are refused when they are %s', async (_what, base64) => {
    expect(await problemsOf(askOf('image', { source: { base64 } }))).toEqual([
      'INVALID_REQUEST input.messages.0.user.1.image.source.base64: This is not base64.\n  allowed null; no suggestion',
    ]);
  });

  const png = (length: number): string =>
    Buffer.concat([
      MEDIA_BYTES['image/png'],
      Buffer.alloc(length - MEDIA_BYTES['image/png'].length),
    ]).toString('base64');

  it('may be as many as the limit, and not one more', async () => {
    const toy = createToy();
    await using app = await startApp({ maxBodyBytes: 64 * 1024 * 1024 }, toyOverrides(toy, MODELS));
    const most = await request(app, GENERATE_MUTATION, {
      input: askOf('image', { source: { base64: png(MAX_MEDIA_BYTES) } }),
    });
    expect(most.errors).toBeUndefined();
    expect(toy.calls).toHaveLength(1);
    const { errors } = await request(app, GENERATE_MUTATION, {
      input: askOf('image', { source: { base64: png(MAX_MEDIA_BYTES + 1) } }),
    });
    expect(errors).toMatchObject([
      {
        message: 'There are 20971521 bytes, more than 20971520.',
        extensions: {
          code: 'INVALID_REQUEST',
          path: ['input', 'messages', '0', 'user', '1', 'image', 'source'],
          allowed: ['at most 20971520 bytes'],
        },
      },
    ]);
    expect(toy.calls).toHaveLength(1);
  });
});

describe('an address', () => {
  const url = 'https://media.test/a%20b.png?size=1';

  it.each(EVERY_KIND)('of %s goes to the provider as it is', async (kind) => {
    expect(await partOf(askOf(kind, { source: { url } }))).toMatchObject({
      type: kind,
      source: { type: 'url', url },
      mediaType: null,
    });
    expect(await partOf(askOf(kind, { source: { url }, mediaType: ANY[kind].toUpperCase() }))).toMatchObject({
      mediaType: ANY[kind],
    });
  });

  it.each([
    ['http://media.test/a.png', 'Media is taken from https addresses only, not http.'],
    ['HTTP://media.test/a.png', 'Media is taken from https addresses only, not http.'],
    ['file:///etc/passwd', 'Media is taken from https addresses only, not file.'],
    ['ftp://media.test/a.png', 'Media is taken from https addresses only, not ftp.'],
    ['blob:https://media.test/1', 'Media is taken from https addresses only, not blob.'],
    ['/etc/passwd', 'This is no address.'],
    ['media.test/a.png', 'This is no address.'],
    ['', 'This is no address.'],
    ['https://', 'This is no address.'],
    ['https://user:secret@media.test/a.png', 'The address must not carry credentials.'],
    ['https://user@media.test/a.png', 'The address must not carry credentials.'],
    ['https://:secret@media.test/a.png', 'The address must not carry credentials.'],
  ])('is refused when it is "%s"', async (given, message) => {
    for (const kind of EVERY_KIND)
      expect(await problemsOf(askOf(kind, { source: { url: given } }))).toEqual([
        `INVALID_REQUEST input.messages.0.user.1.${kind}.source.url: ${message}\n  allowed null; no suggestion`,
      ]);
  });

  it('is taken with 8,192 characters, and refused with more', async () => {
    const askOfLength = (length: number) => askOf('image', { source: { url: url.padEnd(length, 'x') } });
    expect(await partOf(askOfLength(8_192))).toMatchObject({ source: { url: url.padEnd(8_192, 'x') } });
    for (const length of [8_193, 1_000_000])
      expect(await problemsOf(askOfLength(length))).toEqual([
        `INVALID_REQUEST input.messages.0.user.1.image.source.url: An address has at most 8192 characters, not ${length}.\n  allowed null; no suggestion`,
      ]);
  });

  it.each([
    { url: `data:image/png;base64,${'A'.repeat(100_000)}` },
    { url: 'data:image/png;base64,iVBORw0KGgo=' },
    { url: 'DATA:,hello' },
    { base64: `data:image/png;base64,${base64Of('image/png')}` },
    { base64: 'data:application/pdf;base64,JVBERi0=' },
  ])('is refused as a data URL, with the way out: %j', async (source) => {
    const [message] =
      'url' in source ? ['Media is taken from https addresses only, not data.'] : ['This is not base64.'];
    for (const kind of EVERY_KIND)
      expect(await problemsOf(askOf(kind, { source }))).toEqual([
        `INVALID_REQUEST input.messages.0.user.1.${kind}.source.${Object.keys(source)[0]}: ${message}\n  allowed null; Give what follows "base64," in the data URL as source: { base64: … }; the type is detected.`,
      ]);
  });

  it('is refused when it is said to lead to something of another kind', async () => {
    const media = { source: { url }, mediaType: 'video/mp4' };
    expect(await problemsOf(askOf('image', media))).toEqual([
      'INVALID_REQUEST input.messages.0.user.1.image.mediaType: video/mp4 is no image that is taken.\n  allowed ["image/png","image/jpeg","image/gif","image/webp"]; no suggestion',
    ]);
  });
});

test.each(EVERY_KIND)(
  "a file that is at the provider's already goes to it by its id, as %s",
  async (kind) => {
    const media = { source: { providerFileId: 'file-123' }, mediaType: ANY[kind] };
    expect(await partOf(askOf(kind, media))).toMatchObject({
      type: kind,
      source: { type: 'provider-file', fileId: 'file-123' },
      mediaType: ANY[kind],
    });
  },
);

describe('media for a model that does not read it', () => {
  it.each(EVERY_KIND)('is refused: %s', async (kind) => {
    const name = kind.toUpperCase();
    expect(await problemsOf(askOf(kind, bytes(ANY[kind]), 'reader'))).toEqual([
      `UNSUPPORTED_CAPABILITY input.messages.0.user.1.${kind}: The model "reader" does not read ${kind} input.\n  allowed ["TEXT"]; Choose a model that does: models(where: { inputModalities: [${name}] }).`,
    ]);
  });

  const lenient = { onUnsupported: 'DROP_WITH_WARNING' };

  it.each(EVERY_KIND)('is left out and reported where the caller asked for that: %s', async (kind) => {
    await using toys = await startToys(MODELS);
    const parts = [{ text: 'Before.' }, { [kind]: bytes(ANY[kind]) }, { text: 'After.' }];
    const { request: sent, warnings } = await acceptanceOf(toys, { ...ask('reader', ...parts), ...lenient });
    expect(sent.messages).toEqual([
      {
        role: 'user',
        parts: [
          { type: 'text', text: 'Before.' },
          { type: 'text', text: 'After.' },
        ],
      },
    ]);
    expect(warnings.map(describeWarning)).toEqual([
      `PARAMETER_DROPPED input.messages.0.user.1.${kind}: The model "reader" does not read ${kind} input. "${kind.toUpperCase()}" → null`,
    ]);
  });

  it('takes the message with it that holds nothing else', async () => {
    await using toys = await startToys(MODELS);
    const messages = [
      { system: 'Be brief.' },
      { user: [{ image: bytes('image/png') }] },
      { assistant: { text: 'A cat.' } },
      { user: [{ text: 'Sure?' }] },
    ];
    const { request: sent, warnings } = await acceptanceOf(toys, { model: 'reader', messages, ...lenient });
    expect(sent.system).toBe('Be brief.');
    expect(sent.messages.map(({ role }) => role)).toEqual(['assistant', 'user']);
    expect(warnings.map(({ path }) => path?.join('.'))).toEqual(['input.messages.1.user.0.image']);
  });

  it('is refused all the same when nothing would be left to ask', async () => {
    await using toys = await startToys(MODELS);
    const problems = await refusalOf(toys, { ...ask('reader', { image: bytes('image/png') }), ...lenient });
    expect(problems.map(describeProblem)).toEqual([
      'INVALID_REQUEST input.messages: Without what the model does not take, nothing is left.\n  allowed null; no suggestion',
    ]);
  });
});

describe('several parts', () => {
  it('keep their order, whatever their kinds', async () => {
    await using toys = await startToys(MODELS);
    const parts = [
      { image: bytes('image/gif') },
      { text: 'and' },
      { file: bytes('application/pdf') },
      { text: '' },
      { audio: bytes('audio/ogg') },
      { image: { source: { url: 'https://media.test/b.png' } } },
    ];
    const { request: sent } = await acceptanceOf(toys, ask('seer', ...parts));
    const [message] = sent.messages;
    expect(message?.role === 'user' && message.parts.map(({ type }) => type)).toEqual([
      'image',
      'text',
      'file',
      'text',
      'audio',
      'image',
    ]);
  });

  it('are all checked, and every problem is named with its place', async () => {
    await using toys = await startToys(MODELS);
    const messages = [
      { system: 'Look.' },
      { user: [{ image: { source: { base64: '?' } } }, { audio: bytes('image/png') }] },
      { assistant: { text: 'Hm.' } },
      { user: [{ text: 'And this?' }, { file: { source: { url: 'http://a' } } }] },
    ];
    const problems = await refusalOf(toys, { model: 'seer', messages });
    expect(problems.map(({ path }) => path.join('.'))).toEqual([
      'input.messages.1.user.0.image.source.base64',
      'input.messages.1.user.1.audio.source',
      'input.messages.3.user.1.file.source.url',
    ]);
  });
});

test.each([
  ['a source of two kinds', { image: { source: { url: 'https://a.test', base64: 'AAAA' } } }],
  ['a source of no kind', { image: { source: {} } }],
  ['no source', { image: {} }],
  ['two parts in one', { text: 'a', image: bytes('image/png') }],
  ['no part', {}],
  ['a source that is null', { image: { source: { url: null } } }],
])('%s is no request at all', async (_what, part) => {
  await using toys = await startToys(MODELS);
  const { errors } = await request(toys.app, GENERATE_MUTATION, { input: ask('seer', part) });
  expect(errors?.[0]?.extensions).toMatchObject({ code: 'INVALID_REQUEST' });
  expect(toys.toy.calls).toEqual([]);
});

describe('how much one request may bring', () => {
  it('is 64 images, sounds and documents, said once however many more there are', async () => {
    const image = { image: { source: { url: 'https://example.com/a.png' } } };
    const most = Array.from({ length: 64 }, () => image);
    await using toys = await startToys(MODELS);
    await acceptanceOf(toys, ask('seer', { text: 'Look.' }, ...most));
    expect(await refusalOf(toys, ask('seer', { text: 'Look.' }, ...most, image, image))).toMatchObject([
      { code: 'INVALID_REQUEST', path: ['input', 'messages', '0', 'user', '65', 'image'] },
    ]);
  });

  it('is 32 Mi characters of text, however small the request that says it', async () => {
    await using app = await startApp({}, toyOverrides(createToy(), MODELS));
    const places = Array.from({ length: 20 }, () => '{ text: $text }').join(' ');
    const query = `query ($text: String!) {
      previewGeneration(input: { model: "seer", messages: [{ user: [${places}] }] }) { problems { code path } }
    }`;
    const { data } = await request(app, query, { text: 'x'.repeat(2 * 1024 * 1024) });
    expect(data.previewGeneration.problems).toEqual([
      { code: 'INVALID_REQUEST', path: ['input', 'messages'] },
    ]);
  });
});
