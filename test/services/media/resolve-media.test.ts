import { describe, expect, it, test } from 'vitest';
import type { ApiType } from '../../../src/core/model-config.ts';
import type { UserPart } from '../../../src/core/message.ts';
import { resolveMedia } from '../../../src/services/media/resolve-media.ts';
import { createConfig, createRequest, never } from '../../providers/text/openai/openai-harness.ts';
import { failureOf } from '../../support/upstream/provider-error.ts';

const PDF = Buffer.from('%PDF-1.7 hand-made');
const WAV = Buffer.from('RIFF\x00\x00\x00\x00WAVEfmt ', 'latin1');

const byUrl = (type: 'image' | 'audio' | 'file', mediaType: string | null = null): UserPart => {
  const source = { type: 'url', url: `https://media.test/${type}` } as const;
  switch (type) {
    case 'image':
      return { type, source, mediaType, detail: null };
    case 'audio':
      return { type, source, mediaType };
    case 'file':
      return { type, source, mediaType, filename: 'a.pdf' };
  }
};

/** The parts a provider is given, and the addresses fetched for them. */
const resolved = async (
  apiType: ApiType,
  parts: readonly UserPart[],
  bytes: Readonly<Record<string, Buffer>>,
) => {
  const fetched: string[] = [];
  const request = createRequest({
    messages: [
      { role: 'user', parts: [{ type: 'text', text: 'Look.' }, ...parts] },
      { role: 'assistant', parts: [{ type: 'text', text: 'Yes?' }] },
    ],
  });
  const given = await resolveMedia(
    request,
    createConfig(apiType),
    (url) => {
      fetched.push(url);
      const found = bytes[url];
      return found === undefined
        ? Promise.reject(new TypeError(`nothing is at ${url}`))
        : Promise.resolve(found);
    },
    never(),
  );
  return { given, fetched, request };
};

const ALL = [byUrl('image'), byUrl('audio'), byUrl('file')];

describe('media by address', () => {
  it.each(['responses_api', 'messages', 'generate_content', 'local'] as const)(
    'goes by reference to the API %s, which fetches it itself',
    async (apiType) => {
      const { given, fetched, request } = await resolved(apiType, ALL, {});
      expect(fetched).toEqual([]);
      expect(given).toBe(request);
    },
  );

  it('is fetched for Chat Completions, but for images', async () => {
    const { given, fetched, request } = await resolved('chat_completion', ALL, {
      'https://media.test/audio': WAV,
      'https://media.test/file': PDF,
    });
    expect(fetched).toEqual(['https://media.test/audio', 'https://media.test/file']);
    expect(given.messages).toEqual([
      {
        role: 'user',
        parts: [
          { type: 'text', text: 'Look.' },
          byUrl('image'),
          {
            ...byUrl('audio'),
            source: { type: 'base64', data: WAV.toString('base64') },
            mediaType: 'audio/wav',
          },
          {
            ...byUrl('file'),
            source: { type: 'base64', data: PDF.toString('base64') },
            mediaType: 'application/pdf',
          },
        ],
      },
      request.messages[1],
    ]);
  });

  test.each([
    ['is of another kind', byUrl('file'), WAV, 'The bytes are no file of a kind that is taken.'],
    ['is nothing', byUrl('file'), Buffer.alloc(0), 'There are no bytes.'],
    ['is not what was said', byUrl('audio', 'audio/mpeg'), WAV, 'The bytes are audio/wav, not audio/mpeg.'],
  ] as const)('that %s is refused once it is seen', async (_how, part, bytes, message) => {
    const url = `https://media.test/${part.type}`;
    expect(await failureOf(resolved('chat_completion', [part], { [url]: bytes }))).toMatchObject({
      code: 'INVALID_REQUEST',
      message: `What the address gives is unfit: ${message}`,
    });
  });
});

describe('media of one request that are fetched', () => {
  const MIB = 1024 * 1024;

  const fetchAll = async (sizes: readonly number[]) => {
    let open = 0;
    let most = 0;
    const parts = sizes.map(
      (_, at): UserPart => ({
        type: 'file',
        source: { type: 'url', url: `https://media.test/${at}` },
        mediaType: 'application/pdf',
        filename: null,
      }),
    );
    const resolving = resolveMedia(
      createRequest({ messages: [{ role: 'user', parts }] }),
      createConfig('chat_completion'),
      async (url) => {
        open += 1;
        most = Math.max(most, open);
        await new Promise(setImmediate);
        open -= 1;
        return Buffer.concat([PDF], (sizes[Number(url.split('/').at(-1))] ?? 0) * MIB);
      },
      never(),
    );
    const failure = await failureOf(resolving.then(() => undefined)).catch(() => undefined);
    return { most, failure };
  };

  it('are fetched four at a time', async () => {
    expect((await fetchAll(Array.from({ length: 30 }, () => 1))).most).toBe(4);
  });

  it.each([
    ['many small', Array.from({ length: 65 }, () => 1)],
    ['few large', [20, 20, 20, 20]],
    ['one after the other', [30, 1, 1, 1, 30, 1, 1]],
  ])('take no more together than a request may bring: %s', async (_name, sizes) => {
    const { failure } = await fetchAll(sizes);
    expect(failure).toMatchObject({ code: 'INVALID_REQUEST' });
  });
});
