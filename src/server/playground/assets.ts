import { readdir, readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { brotliDecompress, gzip } from 'node:zlib';

const decompress = promisify(brotliDecompress);
const compress = promisify(gzip);

/** GraphiQL's files, written by `npm run playground`. */
const FOLDER = new URL('generated/assets/', import.meta.url);

const MEDIA_TYPES: ReadonlyMap<string, string> = new Map([
  ['js', 'text/javascript; charset=utf-8'],
  ['css', 'text/css; charset=utf-8'],
  ['ttf', 'font/ttf'],
  ['woff', 'font/woff'],
  ['woff2', 'font/woff2'],
]);

export interface PlaygroundAsset {
  readonly body: Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

/** A name changes with the content, so a browser never has to ask for it again. */
const headersOf = (
  name: string,
  encoding: string | null,
  body: Buffer,
): Readonly<Record<string, string>> => ({
  'content-type': MEDIA_TYPES.get(name.slice(name.lastIndexOf('.') + 1)) ?? 'application/octet-stream',
  ...(encoding !== null && { 'content-encoding': encoding, vary: 'accept-encoding' }),
  'content-length': String(body.length),
  'cache-control': 'public, max-age=31536000, immutable',
  'x-content-type-options': 'nosniff',
});

const readAsset = async (name: string, encoding: 'br' | 'gzip' | null): Promise<PlaygroundAsset> => {
  if (encoding === null) {
    const body = await readFile(new URL(name, FOLDER));
    return { body, headers: headersOf(name, null, body) };
  }
  const file = await readFile(new URL(`${name}.br`, FOLDER));
  const body = encoding === 'br' ? file : await compress(await decompress(file));
  return { body, headers: headersOf(name, encoding, body) };
};

/**
 * The function gives a file of the playground by its name, brotli-compressed where the browser takes that, else by gzip;
 * undefined for a name that none has. Every file is read once.
 */
export const createPlaygroundAssets = (): ((
  name: string,
  acceptEncoding: string,
) => Promise<PlaygroundAsset | undefined>) => {
  const files = new Map<string, Promise<PlaygroundAsset>>();
  let listing: Promise<ReadonlySet<string>> | undefined;
  return async (name, acceptEncoding) => {
    listing ??= readdir(FOLDER).then((names) => new Set(names));
    const names = await listing;
    const isPlain = names.has(name) && !name.endsWith('.br');
    if (!isPlain && !names.has(`${name}.br`)) return undefined;
    const encoding = isPlain ? null : /\bbr\b/.test(acceptEncoding) ? 'br' : 'gzip';
    const key = `${name} ${encoding ?? ''}`;
    const file = files.get(key) ?? readAsset(name, encoding);
    files.set(key, file);
    return file;
  };
};
