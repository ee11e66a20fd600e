import { describe, expect, it, test } from 'vitest';
import { MODEL_CONFIGS } from '../../../config/providers/index.ts';
import { mediaTypesOf, type ModelConfig } from '../../../src/core/model-config.ts';
import { startApp } from '../../support/app/app.ts';
import { GENERATE_MUTATION } from '../../support/app/events.ts';
import { request } from '../../support/app/app.ts';
import { createToy, toyOverrides } from '../../support/app/toy-provider.ts';
import { acceptanceOf, describeProblem, type Input, refusalOf, startToys } from './preview-harness.ts';
import { getLine, startVendorApp, wireOf } from './vendor-harness.ts';

const OFFICE = 'application/vnd.openxmlformats-officedocument';
const PDF_ONLY = { mediaTypes: ['application/pdf'], fetchesUrls: true, fileIds: true, filename: true };

const MODELS = {
  reader: {
    inputModalities: ['text', 'file'],
    media: { image: null, audio: null, file: { ...PDF_ONLY, mediaTypes: mediaTypesOf('file') } },
  },
  texts: {
    inputModalities: ['text', 'file'],
    media: { image: null, audio: null, file: { ...PDF_ONLY, mediaTypes: ['application/pdf', 'text/plain'] } },
  },
  pages: { inputModalities: ['text', 'file'], media: { image: null, audio: null, file: PDF_ONLY } },
} as const;

const base64 = (text: string): string => Buffer.from(text, 'latin1').toString('base64');
const WORD = base64('PK\x03\x04 … [Content_Types].xml … word/document.xml PK\x01\x02');
const CSV = Buffer.from('Stadt;Einwohner\nZürich;436332\n').toString('base64');

const ask = (model: string, file: object): Input => ({
  model,
  messages: [{ user: [{ text: 'Read.' }, { file }] }],
});

const partOf = async (model: string, file: object): Promise<unknown> => {
  await using toys = await startToys(MODELS);
  const { request: sent } = await acceptanceOf(toys, ask(model, file));
  const [message] = sent.messages;
  return message?.role === 'user' ? message.parts.at(-1) : undefined;
};

const problemsOf = async (model: string, file: object): Promise<readonly string[]> => {
  await using toys = await startToys(MODELS);
  return (await refusalOf(toys, ask(model, file))).map(describeProblem);
};

describe('a document that is no PDF', () => {
  it.each([
    [
      'is a package of the office that its parts name',
      { source: { base64: WORD } },
      `${OFFICE}.wordprocessingml.document`,
    ],
    ['is text where nothing else is said of it', { source: { base64: CSV } }, 'text/plain'],
    ['is what its type says', { source: { base64: CSV }, mediaType: 'text/csv; charset=utf-8' }, 'text/csv'],
    ['is what the end of its name says', { source: { base64: CSV }, filename: 'Städte.CSV' }, 'text/csv'],
    [
      "is not what a browser says that knows the machine's programs",
      { source: { base64: CSV }, mediaType: 'application/vnd.ms-excel', filename: 'a.csv' },
      'text/csv',
    ],
    ['is rich text by its beginning', { source: { base64: base64('{\\rtf1 Hi}') } }, 'application/rtf'],
  ])('%s', async (_what, file, mediaType) => {
    expect(await partOf('reader', file)).toMatchObject({ type: 'file', mediaType });
  });

  it('is refused where its bytes are something else, or nothing that is known', async () => {
    expect(
      await problemsOf('reader', { source: { base64: CSV }, mediaType: `${OFFICE}.spreadsheetml.sheet` }),
    ).toEqual([expect.stringContaining('The bytes are text/plain, not application/vnd.openxmlformats')]);
    expect(await problemsOf('reader', { source: { base64: base64('\x00\x01\xff') } })).toEqual([
      expect.stringContaining('The bytes are no file of a kind that is taken.'),
    ]);
  });

  it('is refused by a model that does not take its format, with those that it takes', async () => {
    expect(await problemsOf('texts', { source: { base64: WORD } })).toEqual([
      expect.stringMatching(
        /does not take application\/vnd.+\n {2}allowed \["application\/pdf","text\/plain"\]/,
      ),
    ]);
    expect(await problemsOf('pages', { source: { base64: CSV } })).toEqual([
      expect.stringMatching(
        /^INVALID_REQUEST .+no file of a kind that is taken\.\n {2}allowed \["application\/pdf"\]/,
      ),
    ]);
  });
});

test.each([
  [
    'openai (Responses)',
    'gpt-5.1',
    { source: { base64: CSV }, filename: 'a.csv' },
    { type: 'input_file', file_data: `data:text/csv;base64,${CSV}`, filename: 'a.csv' },
  ],
  [
    'openai (Responses)',
    'gpt-5',
    { source: { base64: WORD } },
    {
      type: 'input_file',
      file_data: `data:${OFFICE}.wordprocessingml.document;base64,${WORD}`,
      filename: 'file.docx',
    },
  ],
  [
    'anthropic',
    'claude-opus-5',
    { source: { base64: CSV }, mediaType: 'text/csv', filename: 'a.csv' },
    {
      type: 'document',
      source: { type: 'text', media_type: 'text/plain', data: 'Stadt;Einwohner\nZürich;436332\n' },
      title: 'a.csv',
    },
  ],
  [
    'gemini',
    'gemini-4-hydrogen',
    { source: { base64: CSV }, mediaType: 'text/csv' },
    { inlineData: { mimeType: 'text/csv', data: CSV } },
  ],
])('%s is sent documents in its own words: %s', async (line, model, file, sent) => {
  await using vendor = await startVendorApp(getLine(line));
  const { body, warnings } = await wireOf(vendor, ask(model, file));
  expect(warnings).toEqual([]);
  expect(JSON.stringify(body)).toContain(JSON.stringify(sent).slice(1, -1));
});

it('text at an address is fetched for a vendor that fetches PDF alone', async () => {
  const toy = createToy();
  const fetched: string[] = [];
  const file = { ...MODELS.reader.media.file, fetchedMediaTypes: ['application/pdf'] };
  await using app = await startApp(
    {},
    {
      ...toyOverrides(toy, {
        toy: { inputModalities: ['text', 'file'], media: { image: null, audio: null, file } },
      }),
      fetchMedia: (url) => {
        fetched.push(url);
        return Promise.resolve(Buffer.from('a;b'));
      },
    },
  );
  const user = [
    { file: { source: { url: 'https://media.test/a.csv' }, mediaType: 'text/csv' } },
    { file: { source: { url: 'https://media.test/a.pdf' } } },
  ];
  const { errors } = await request(app, GENERATE_MUTATION, { input: { model: 'toy', messages: [{ user }] } });
  expect(errors).toBeUndefined();
  expect(fetched).toEqual(['https://media.test/a.csv']);
  expect(toy.calls[0]?.request.messages).toMatchObject([
    {
      parts: [
        { source: { type: 'base64', data: Buffer.from('a;b').toString('base64') }, mediaType: 'text/csv' },
        { source: { type: 'url', url: 'https://media.test/a.pdf' } },
      ],
    },
  ]);
});

it('every model of OpenAI that sees images by Responses reads PDF, CSV, office documents and text', () => {
  const models = Object.values<ModelConfig>(MODEL_CONFIGS.openai).filter(
    ({ apiType, inputModalities }) => apiType === 'responses_api' && inputModalities.includes('image'),
  );
  expect(models.length).toBeGreaterThan(30);
  for (const { name, inputModalities, media } of models) {
    expect([name, inputModalities.includes('file')]).toEqual([name, true]);
    expect([name, media.file?.mediaTypes]).toEqual([name, mediaTypesOf('file')]);
  }
});
