import { readdir, readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { brotliDecompress, gzip } from 'node:zlib';
import { type Encoding, findEncoding } from './find-encoding.ts';

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

interface AssetFile {
  readonly name: string;
  readonly isCompressed: boolean;
}

/** A name changes with the content, so a browser never has to ask for it again. */
const headersOf = (
  { name, isCompressed }: AssetFile,
  encoding: Encoding | undefined,
  body: Buffer,
): Readonly<Record<string, string>> => ({
  'content-type': MEDIA_TYPES.get(name.slice(name.lastIndexOf('.') + 1)) ?? 'application/octet-stream',
  ...(encoding !== undefined && { 'content-encoding': encoding }),
  ...(isCompressed && { vary: 'accept-encoding' }),
  'content-length': String(body.length),
  'cache-control': 'public, max-age=31536000, immutable',
  'x-content-type-options': 'nosniff',
});

const readBody = async (
  { name, isCompressed }: AssetFile,
  encoding: Encoding | undefined,
): Promise<Buffer> => {
  if (!isCompressed) return readFile(new URL(name, FOLDER));
  const file = await readFile(new URL(`${name}.br`, FOLDER));
  if (encoding === 'br') return file;
  const plain = await decompress(file);
  return encoding === undefined ? plain : compress(plain);
};

const readAsset = async (file: AssetFile, encoding: Encoding | undefined): Promise<PlaygroundAsset> => {
  const body = await readBody(file, encoding);
  return { body, headers: headersOf(file, encoding, body) };
};

/**
 * The function gives a file of the playground by its name, compressed by brotli or gzip as the client takes it;
 * undefined for a name that none has. Every file is read once.
 */
export const createPlaygroundAssets = (): ((
  name: string,
  acceptEncoding: string | undefined,
) => Promise<PlaygroundAsset | undefined>) => {
  const files = new Map<string, Promise<PlaygroundAsset>>();
  let listing: Promise<ReadonlySet<string>> | undefined;
  return async (name, acceptEncoding) => {
    listing ??= readdir(FOLDER).then((names) => new Set(names));
    const names = await listing;
    const isCompressed = names.has(`${name}.br`);
    if (!isCompressed && (!names.has(name) || name.endsWith('.br'))) return undefined;
    const encoding = isCompressed ? findEncoding(acceptEncoding, ['br', 'gzip']) : undefined;
    const key = `${name} ${encoding ?? ''}`;
    const file = files.get(key) ?? readAsset({ name, isCompressed }, encoding);
    files.set(key, file);
    return file;
  };
};
