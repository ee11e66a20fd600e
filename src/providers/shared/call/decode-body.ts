import { pipeline, Readable, type Transform } from 'node:stream';
import {
  constants,
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createZstdDecompress,
} from 'node:zlib';
import { takeNext, toReadyIterator } from '../../../lib/ready-iterator.ts';
import type { ByteSource } from './byte-source.ts';

/** What has come is given on at once; a body may end early, as browsers and `fetch` allow it. */
const ZLIB = { flush: constants.Z_SYNC_FLUSH, finishFlush: constants.Z_SYNC_FLUSH };
const BROTLI = { flush: constants.BROTLI_OPERATION_FLUSH, finishFlush: constants.BROTLI_OPERATION_FLUSH };

const DECODERS: ReadonlyMap<string, () => Transform> = new Map<string, () => Transform>([
  ['gzip', () => createGunzip(ZLIB)],
  ['x-gzip', () => createGunzip(ZLIB)],
  ['deflate', () => createInflate(ZLIB)],
  ['br', () => createBrotliDecompress(BROTLI)],
  ['zstd', () => createZstdDecompress()],
]);

/** More are a server's way to make much out of little. */
const MAX_CODINGS = 5;

/**
 * The bytes of a body as they were before its codings, of which each is undone, the last one first. As they are where one of
 * them is not known. Throws for more than five; a body that cannot be decoded fails as one that breaks off.
 */
export const decodeBody = (source: ByteSource, contentEncoding: string | null): ByteSource => {
  const codings = (contentEncoding ?? '')
    .toLowerCase()
    .split(',')
    .map((coding) => coding.trim())
    .filter((coding) => coding !== '' && coding !== 'identity');
  if (codings.length === 0) return source;
  if (codings.length > MAX_CODINGS) throw new Error(`more than ${MAX_CODINGS} content codings`);
  const makers = codings.toReversed().map((coding) => DECODERS.get(coding));
  const decoders = makers.flatMap((make) => make?.() ?? []);
  if (decoders.length < makers.length) return source;
  const decoded = toReadyIterator(readDecoded(source, decoders));
  return {
    take: () => decoded.take(),
    get hasEnded() {
      return decoded.hasEnded;
    },
    whenReady: (wake) => decoded.whenReady(wake),
    async cancel(reason) {
      // First: what is decoded may wait for a piece that never comes.
      await source.cancel(reason);
      await decoded.return();
    },
  };
};

async function* readDecoded(source: ByteSource, decoders: readonly Transform[]): AsyncGenerator<Uint8Array> {
  const failed = { error: undefined as unknown };
  const pieces = Readable.from(piecesOf(source, failed));
  const decoded = pipeline([pieces, ...decoders], () => undefined) as Transform;
  try {
    for await (const piece of decoded) yield piece as Uint8Array;
  } catch (error) {
    if (failed.error === error) throw error;
    throw new TypeError('terminated', { cause: error });
  } finally {
    await source.cancel();
  }
}

async function* piecesOf(source: ByteSource, failed: { error: unknown }): AsyncGenerator<Uint8Array> {
  try {
    for (let piece = await takeNext(source); piece !== undefined; piece = await takeNext(source)) yield piece;
  } catch (error) {
    failed.error = error;
    throw error;
  }
}
