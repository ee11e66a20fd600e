import { readdir } from 'node:fs/promises';
import { get, type IncomingHttpHeaders } from 'node:http';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { getIntrospectionQuery } from 'graphql';
import { expect, test } from 'vitest';
import { request, startApp } from '../../support/app/app.ts';

test('a browser gets the page compressed, with a policy that lets it talk to no other server, and an API client gets the API', async () => {
  await using app = await startApp();
  const page = await fetch(app.url, { headers: { accept: 'text/html' } });
  expect(page.status).toBe(200);
  expect(page.headers.get('content-encoding')).toBe('gzip');
  expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
  expect(await page.text()).toContain('Modelgraph playground');
  expect(await request(app, '{ __typename }')).toEqual({ data: { __typename: 'Query' } });
});

test('a browser that opens the playground with a query in its address gets the page, and an API client its result', async () => {
  await using app = await startApp();
  const url = `${app.url}?query=%7B__typename%7D`;
  const page = await fetch(url, { headers: { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' } });
  expect(await page.text()).toContain('Modelgraph playground');
  const answer = await fetch(url, { headers: { 'graphql-require-preflight': '1' } });
  expect(await answer.json()).toEqual({ data: { __typename: 'Query' } });
});

/** Gives a response as it came over the wire: `fetch` would decompress it. */
const getRaw = (
  url: string,
  encoding: string | undefined,
): Promise<{
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}> =>
  new Promise((resolve, reject) => {
    const headers = { accept: 'text/html', ...(encoding !== undefined && { 'accept-encoding': encoding }) };
    get(url, { headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks) }),
      );
    }).on('error', reject);
  });

const MEGABYTE = 1_000_000;

test('less than a megabyte is transferred before the editor, less than two in all, compressed and kept for good', async () => {
  await using app = await startApp();
  const page = await getRaw(app.url, 'gzip, deflate, br');
  const html = gunzipSync(page.body).toString('utf8');
  const first = [...html.matchAll(/(?:src|href)="(\/graphql\/playground\/[^"]+)"/g)].map(
    ([, path = '']) => path,
  );
  expect(first).toHaveLength(2);
  let before = page.body.length;
  for (const path of first) {
    const { headers, body } = await getRaw(new URL(path, app.url).href, 'gzip, deflate, br');
    before += body.length;
    expect(headers).toMatchObject({
      'content-encoding': 'br',
      'cache-control': 'public, max-age=31536000, immutable',
    });
  }
  expect(before).toBeLessThan(MEGABYTE);
  const names = await readdir(new URL('../../../src/server/playground/generated/assets/', import.meta.url));
  let all = page.body.length;
  for (const name of names) {
    const { body } = await getRaw(`${app.url}/playground/${name.replace(/\.br$/, '')}`, 'br');
    all += body.length;
  }
  expect(all).toBeLessThan(2 * MEGABYTE);
});

test('a browser that knows no brotli gets the same files by gzip', async () => {
  await using app = await startApp();
  const html = await (await fetch(app.url, { headers: { accept: 'text/html' } })).text();
  const url = new URL(/src="([^"]+)"/.exec(html)?.[1] ?? '', app.url).href;
  const [small, large] = [await getRaw(url, 'br'), await getRaw(url, 'gzip')];
  expect(large.headers['content-encoding']).toBe('gzip');
  expect(gunzipSync(large.body).equals(brotliDecompressSync(small.body))).toBe(true);
});

test.each([undefined, 'identity', 'br;q=0, gzip;q=0.0', 'zstd'])(
  'a client that takes neither gzip nor brotli gets the page and its files as they are: %s',
  async (encoding) => {
    await using app = await startApp();
    const page = await getRaw(app.url, encoding);
    expect(page.headers['content-encoding']).toBeUndefined();
    const url = new URL(/src="([^"]+)"/.exec(page.body.toString('utf8'))?.[1] ?? '', app.url).href;
    const [plain, small] = [await getRaw(url, encoding), await getRaw(url, 'BR ; q=0.5')];
    expect(plain.headers['content-encoding']).toBeUndefined();
    expect(small.headers['content-encoding']).toBe('br');
    expect(plain.body.equals(brotliDecompressSync(small.body))).toBe(true);
  },
);

test('the playground gets a long answer compressed, and no other client does', async () => {
  await using app = await startApp();
  const ask = (headers: Readonly<Record<string, string>>) =>
    fetch(app.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'accept-encoding': 'gzip', ...headers },
      body: JSON.stringify({ query: getIntrospectionQuery() }),
    });
  const compressed = await ask({ 'x-graphql-client': 'playground' });
  expect(compressed.headers.get('content-encoding')).toBe('gzip');
  expect(Number(compressed.headers.get('content-length'))).toBeLessThan(50_000);
  const plain = await ask({});
  expect(plain.headers.get('content-encoding')).toBeNull();
  expect(await compressed.json()).toEqual(await plain.json());
});

test.each(['nothing.js', '../graphiql.json', '%2e%2e%2fbrowser.js', 'graphiql.css', ''])(
  'there is no file of the playground called "%s"',
  async (name) => {
    await using app = await startApp();
    const { status, headers } = await getRaw(`${app.url}/playground/${name}`, 'br');
    expect(status).toBe(404);
    expect(headers['cache-control'] ?? '').not.toContain('immutable');
  },
);

test('a server whose playground is off gives no page', async () => {
  await using app = await startApp({ playground: false });
  const answer = await fetch(app.url, { headers: { accept: 'text/html' } });
  expect(answer.status).toBe(403);
  expect(answer.headers.get('content-type')).toContain('json');
});
