import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo, LookupFunction } from 'node:net';
import { describe, expect, it } from 'vitest';
import { ModelgraphError } from '../../../src/core/errors.ts';
import { FETCH_MEDIA, fetchMedia, type FetchMediaOptions } from '../../../src/services/media/fetch-media.ts';
import { isPublicAddress } from '../../../src/services/media/guarded-lookup.ts';
import { never } from '../../providers/text/openai/openai-harness.ts';
import { failureOf } from '../../support/upstream/provider-error.ts';
import { TEST_CERTIFICATE, TEST_KEY } from '../../support/upstream/test-certificate.ts';

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
