import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo, LookupFunction } from 'node:net';
import { describe, expect, it, test } from 'vitest';
import { ModelgraphError } from '../../src/core/errors.ts';
import type { ApiType } from '../../src/core/model-config.ts';
import type { UserPart } from '../../src/core/message.ts';
import {
  FETCH_MEDIA,
  fetchMedia,
  type FetchMediaOptions,
  isPublicAddress,
} from '../../src/services/fetch-media.ts';
import { resolveMedia } from '../../src/services/resolve-media.ts';
import { createConfig, createRequest, never } from '../providers/openai/openai-harness.ts';
import { failureOf } from '../support/provider-error.ts';
import { TEST_CERTIFICATE, TEST_KEY } from '../support/test-certificate.ts';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

interface MediaServer extends AsyncDisposable {
  readonly origin: string;
  readonly port: number;
  /** Paths asked for, in order. */
  readonly paths: readonly string[];
  /** Options under which this server's address, and no other private one, may be fetched from. */
  readonly options: FetchMediaOptions;
}

const startMediaServer = async (handler: Handler): Promise<MediaServer> => {
  const paths: string[] = [];
  const server = createServer({ key: TEST_KEY, cert: TEST_CERTIFICATE }, (request, response) => {
    paths.push(request.url ?? '');
    handler(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `https://127.0.0.1:${port}`,
    port,
    paths,
    options: {
      ...FETCH_MEDIA,
      isAllowedAddress: (address) => address === '127.0.0.1' || isPublicAddress(address),
      ca: TEST_CERTIFICATE,
    },
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};

const BYTES = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 255, 10, 13]);

const sendBytes: Handler = (_request, response) => void response.end(BYTES);
const redirectTo =
  (location: string, status = 302): Handler =>
  (_request, response) =>
    void response.writeHead(status, { location }).end();

/** What a fetch is refused with: always the request's own fault, and told in one sentence. */
const refusal = async (address: string, options: FetchMediaOptions): Promise<string> => {
  const error = await failureOf(fetchMedia(address, never(), options));
  expect(error).toBeInstanceOf(ModelgraphError);
  expect(error).toMatchObject({ code: 'INVALID_REQUEST' });
  return (error as ModelgraphError).message.replace('Media could not be fetched: ', '');
};

const NOT_PUBLIC = 'the address is not a public one.';
const NOT_REACHED = 'the server could not be reached.';

describe('the bytes at an https address', () => {
  it('are what the server sends, in one piece or in many', async () => {
    await using server = await startMediaServer((_request, response) => {
      response.write(BYTES.subarray(0, 3));
      response.end(BYTES.subarray(3));
    });
    const fetched = await fetchMedia(`${server.origin}/a.png?b=c`, never(), server.options);
    expect([...fetched]).toEqual([...BYTES]);
    expect(server.paths).toEqual(['/a.png?b=c']);
  });

  it.each([301, 302, 303, 307, 308])('are found through a redirect with %s', async (status) => {
    await using server = await startMediaServer((request, response) =>
      (request.url === '/end' ? sendBytes : redirectTo('/end', status))(request, response),
    );
    expect(await fetchMedia(`${server.origin}/start`, never(), server.options)).toEqual(BYTES);
    expect(server.paths).toEqual(['/start', '/end']);
  });

  it('are found through as many redirects as there may be, and through no more', async () => {
    await using server = await startMediaServer((request, response) => {
      const left = Number(request.url?.slice(1));
      (left === 0 ? sendBytes : redirectTo(`/${left - 1}`))(request, response);
    });
    expect(await fetchMedia(`${server.origin}/3`, never(), server.options)).toEqual(BYTES);
    expect(await refusal(`${server.origin}/4`, server.options)).toBe('there are more than 3 redirects.');
    expect(server.paths).toEqual(['/3', '/2', '/1', '/0', '/4', '/3', '/2', '/1']);
  });

  it.each([
    ['http', 'http://example.com/a.png', 'only https addresses are taken, after redirects too.'],
    ['a file', 'file:///etc/passwd', 'only https addresses are taken, after redirects too.'],
    ['data', 'data:image/png;base64,AAAA', 'only https addresses are taken, after redirects too.'],
    ['a private address', 'https://10.0.0.1/a.png', NOT_PUBLIC],
    ['the metadata of a cloud', 'https://169.254.169.254/latest/meta-data', NOT_PUBLIC],
    ['what is no address', 'https://', 'it redirects to what is no address.'],
  ])('are not looked for behind a redirect to %s', async (_what, location, message) => {
    await using server = await startMediaServer(redirectTo(location));
    expect(await refusal(server.origin, server.options)).toBe(message);
    expect(server.paths).toHaveLength(1);
  });

  it.each([204, 206, 304, 401, 404, 500])('are not what comes with the status %s', async (status) => {
    await using server = await startMediaServer(
      (_request, response) => void response.writeHead(status).end(),
    );
    expect(await refusal(server.origin, server.options)).toBe(`the server answered ${status}.`);
  });

  it('are not what comes with a redirect that leads nowhere', async () => {
    await using server = await startMediaServer((_request, response) => void response.writeHead(302).end());
    expect(await refusal(server.origin, server.options)).toBe('the server answered 302.');
  });

  it('are not taken from a server whose certificate nobody vouches for', async () => {
    await using server = await startMediaServer(sendBytes);
    const { ca: _ca, ...distrustful } = server.options;
    expect(await refusal(server.origin, distrustful)).toBe(NOT_REACHED);
    expect(server.paths).toEqual([]);
  });

  it('are not taken when the connection is cut in the middle', async () => {
    await using server = await startMediaServer((_request, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write(BYTES, () => response.destroy());
    });
    expect(await refusal(server.origin, server.options)).toBe(NOT_REACHED);
  });
});

describe('the size of what is fetched', () => {
  const limited = ({ options }: MediaServer): FetchMediaOptions => ({ ...options, maxBytes: BYTES.length });

  it('may be as large as the limit', async () => {
    await using server = await startMediaServer(sendBytes);
    expect(await fetchMedia(server.origin, never(), limited(server))).toEqual(BYTES);
  });

  it('is refused by what the server announces, before anything of it is read', async () => {
    const closed = Promise.withResolvers<void>();
    await using server = await startMediaServer((_request, response) => {
      response.on('close', () => closed.resolve());
      response.writeHead(200, { 'content-length': '9' });
      response.flushHeaders();
    });
    expect(await refusal(server.origin, limited(server))).toBe('there are more than 8 bytes.');
    await closed.promise;
  });

  it('is refused as soon as it is too large, where nothing was announced', async () => {
    const closed = Promise.withResolvers<void>();
    await using server = await startMediaServer((_request, response) => {
      response.on('close', () => closed.resolve());
      // Without an end: whoever read on would wait for ever.
      response.write(Buffer.alloc(9));
    });
    expect(await refusal(server.origin, limited(server))).toBe('there are more than 8 bytes.');
    await closed.promise;
  });
});

describe('the time a fetch takes', () => {
  it.each([
    ['never answers', () => undefined],
    ['never ends', (_request, response) => void response.write(BYTES)],
  ] as readonly (readonly [string, Handler])[])('is bounded for a server that %s', async (_how, handler) => {
    const closed = Promise.withResolvers<void>();
    await using server = await startMediaServer((request, response) => {
      response.on('close', () => closed.resolve());
      handler(request, response);
    });
    expect(await refusal(server.origin, { ...server.options, timeoutMs: 1_000 })).toBe(
      'it took longer than 1000 ms.',
    );
    await closed.promise;
  });

  it('is bounded over all redirects together', async () => {
    await using server = await startMediaServer((request, response) => {
      if (request.url === '/') redirectTo('/slow')(request, response);
    });
    expect(await refusal(server.origin, { ...server.options, timeoutMs: 1_000 })).toBe(
      'it took longer than 1000 ms.',
    );
    expect(server.paths).toEqual(['/', '/slow']);
  });

  it('ends at once when the caller leaves, and the socket with it', async () => {
    const controller = new AbortController();
    const closed = Promise.withResolvers<void>();
    await using server = await startMediaServer((_request, response) => {
      response.on('close', () => closed.resolve());
      response.write(BYTES, () => controller.abort());
    });
    expect(await failureOf(fetchMedia(server.origin, controller.signal, server.options))).toMatchObject({
      code: 'GENERATION_CANCELLED',
    });
    await closed.promise;
  });

  it('is none when the caller has left already', async () => {
    await using server = await startMediaServer(sendBytes);
    const error = await failureOf(fetchMedia(server.origin, AbortSignal.abort(), server.options));
    expect(error).toMatchObject({ code: 'GENERATION_CANCELLED' });
    expect(server.paths).toEqual([]);
  });
});

const PRIVATE = [
  ['127.0.0.1', 'loopback'],
  ['127.1.2.3', 'loopback'],
  ['10.0.0.1', 'private'],
  ['10.255.255.255', 'private'],
  ['172.16.0.1', 'private'],
  ['172.31.255.255', 'private'],
  ['192.168.0.1', 'private'],
  ['169.254.169.254', 'the metadata of a cloud'],
  ['100.64.0.1', 'carrier-grade NAT'],
  ['0.0.0.0', 'this host'],
  ['255.255.255.255', 'broadcast'],
  ['224.0.0.1', 'multicast'],
  ['240.0.0.1', 'reserved'],
  ['198.18.0.1', 'for benchmarks'],
  ['192.0.2.1', 'for documentation'],
  ['[::1]', 'loopback'],
  ['[::]', 'this host'],
  ['[fc00::1]', 'unique local'],
  ['[fdff::1]', 'unique local'],
  ['[fe80::1]', 'link-local'],
  ['[fec0::1]', 'site-local'],
  ['[ff02::1]', 'multicast'],
  ['[2001:db8::1]', 'for documentation'],
  ['[::ffff:127.0.0.1]', 'IPv4-mapped'],
  ['[::ffff:a9fe:a9fe]', 'IPv4-mapped'],
  ['[::ffff:0:10.0.0.1]', 'IPv4-translated'],
  ['[::127.0.0.1]', 'IPv4-compatible'],
  ['[::10.0.0.1]', 'IPv4-compatible'],
  ['[64:ff9b::127.0.0.1]', 'NAT64'],
  ['[64:ff9b::a9fe:a9fe]', 'NAT64'],
  ['[64:ff9b:1::1]', 'local NAT64'],
  ['[2002:7f00:1::]', '6to4'],
  ['[2001:0:7f00:1::]', 'Teredo'],
  ['2130706433', 'decimal'],
  ['0x7f000001', 'hexadecimal'],
  ['0x7f.1', 'hexadecimal and short'],
  ['0177.0.0.1', 'octal'],
  ['017700000001', 'octal'],
  ['127.1', 'short'],
  ['10.1', 'short'],
  ['0', 'nothing but zero'],
  ['①②⑦.0.0.1', 'in other digits'],
  ['127.0.0.1.', 'with a dot at the end'],
  ['LOCALHOST', 'a name'],
] as const;

const unlooked: LookupFunction = (hostname) => {
  throw new Error(`"${hostname}" was looked up`);
};

describe('an address that is not a public one', () => {
  it.each(PRIVATE)('%s (%s) is refused', async (host, kind) => {
    const options = kind === 'a name' ? FETCH_MEDIA : { ...FETCH_MEDIA, lookup: unlooked };
    expect(await refusal(`https://${host}/a.png`, options)).toBe(NOT_PUBLIC);
  });

  it.each(['8.8.8.8', '1.1.1.1', '172.32.0.1', '2606:4700:4700::1111', '::ffff:8.8.8.8'])(
    'is not %s',
    (address) => {
      expect(isPublicAddress(address)).toBe(true);
    },
  );

  it.each(['', 'example.com', 'fe80::1%eth0', '999.1.1.1'])('is anything that is none: "%s"', (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });
});

/** A resolver that knows these names. */
const lookupOf =
  (names: Readonly<Record<string, readonly string[]>>, asked: string[] = []): LookupFunction =>
  (hostname, options, done) => {
    asked.push(hostname);
    expect(options.all).toBe(true);
    const addresses = (names[hostname] ?? []).map((address) => ({
      address,
      family: address.includes(':') ? 6 : 4,
    }));
    done(null, addresses);
  };

describe('a name', () => {
  it.each([
    ['a private address', ['10.0.0.7']],
    ['a public address and a private one', ['93.184.216.34', '192.168.1.1']],
    ['an IPv6 address that stands for a private one', ['::ffff:10.0.0.7']],
    ['the loopback of IPv6', ['::1']],
    ['nothing', []],
  ])('that leads to %s is refused', async (_what, addresses) => {
    const lookup = lookupOf({ 'inside.test': addresses });
    expect(await refusal('https://inside.test/a.png', { ...FETCH_MEDIA, lookup })).toBe(NOT_PUBLIC);
  });

  it('that leads to a private address is refused after a redirect, too', async () => {
    await using server = await startMediaServer(redirectTo('https://inside.test/secret'));
    const asked: string[] = [];
    const lookup = lookupOf({ 'media.test': ['127.0.0.1'], 'inside.test': ['10.0.0.7'] }, asked);
    const options = { ...server.options, lookup };
    expect(await refusal(`https://media.test:${server.port}/a.png`, options)).toBe(NOT_PUBLIC);
    expect(asked).toEqual(['media.test', 'inside.test']);
  });

  it('is looked up once for each connection, which is to the very address that was checked', async () => {
    await using server = await startMediaServer(sendBytes);
    const asked: string[] = [];
    // A second answer would be another one, as from a server that means harm.
    const answers = [['127.0.0.1'], ['10.0.0.7']];
    const lookup: LookupFunction = (hostname, options, done) =>
      lookupOf({ [hostname]: answers.shift() ?? [] }, asked)(hostname, options, done);
    const fetched = await fetchMedia(`https://media.test:${server.port}/`, never(), {
      ...server.options,
      lookup,
    });
    expect(fetched).toEqual(BYTES);
    expect(asked).toEqual(['media.test']);
  });

  it('that nobody knows is a server that cannot be reached', async () => {
    const lookup: LookupFunction = (_hostname, _options, done) =>
      done(Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND' }), '');
    expect(await refusal('https://nowhere.test/', { ...FETCH_MEDIA, lookup })).toBe(NOT_REACHED);
  });
});

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
