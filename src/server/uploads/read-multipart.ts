import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { Busboy, type BusboyInstance } from '@fastify/busboy';
import type { GraphQLError } from 'graphql';
import { hasMoreJsonValues } from '../../lib/has-more-json-values.ts';
import { isRecord } from '../../lib/is-record.ts';
import { parseExactJson } from '../../lib/exact-json.ts';
import { parseJson } from '../../lib/parse-json.ts';
import { bodyTooLarge } from './body.ts';
import { type ByteMeter, meteredChunks } from './metered-chunks.ts';
import { maxBodyValuesOf, type OperationLimits } from '../limits.ts';
import type { OperationParams } from '../prepare-operation.ts';
import { toRefusalError, tooManyValues } from '../refusal.ts';
import type { DocumentPolicy } from '../trusted-documents/resolve-document.ts';
import { wantsNoStore } from './wants-no-store.ts';
import type { Uploads } from './uploads.ts';

export interface MultipartLimits {
  /** Of `operations` and of `map`, each, and of all that comes before them. */
  readonly maxBodyBytes: number;
  readonly limits: OperationLimits;
  readonly maxUploadBytes: number;
  /** For operations that hand in a batch, if that is more. */
  readonly maxBatchFileBytes: number;
  /** For operations that name their document by its id. */
  readonly documents?: Pick<DocumentPolicy, 'resolve'>;
}

/** Each file takes about a millisecond to store, however small it is. */
const MAX_PARTS = 512;

/** What may come in one piece with the fields, of the files after them. */
const MAX_CHUNK_BYTES = 256 * 1024;

const mentionsBatch = (operations: string, { documents }: MultipartLimits): boolean => {
  if (operations.includes('submitBatch')) return true;
  const params = documents === undefined ? undefined : parseJson(operations);
  const resolved = isRecord(params) ? documents?.resolve(params) : undefined;
  return (
    resolved !== undefined && 'params' in resolved && String(resolved.params.query).includes('submitBatch')
  );
};

/** How large the body may be whose `operations` are these. Naming the field in vain lets a file become larger, no more. */
const limitOf = (operations: string, limits: MultipartLimits): number =>
  mentionsBatch(operations, limits)
    ? Math.max(limits.maxUploadBytes, limits.maxBatchFileBytes)
    : limits.maxUploadBytes;

/** How large a body may become before its `operations` have come. */
const earlyLimitOf = ({ maxBodyBytes }: MultipartLimits): number => maxBodyBytes + MAX_CHUNK_BYTES;

/** Puts a value where a path such as `variables.input.0.file` leads; false when it leads nowhere. */
const putAt = (root: Record<string, unknown>, path: string, value: unknown): boolean => {
  const keys = path.split('.');
  const last = keys.pop() ?? '';
  let at: unknown = root;
  for (const key of keys) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) return false;
    at = (at as Record<string, unknown>)[key];
  }
  if (typeof at !== 'object' || at === null || !Object.hasOwn(at, last)) return false;
  (at as Record<string, unknown>)[last] = value;
  return true;
};

/** `operations` and `map` are the only fields there are: others would be kept in memory for nothing. */
const FIELDS: ReadonlySet<string> = new Set(['operations', 'map']);

const otherField = (): GraphQLError =>
  toRefusalError({
    code: 'INVALID_REQUEST',
    message:
      'The fields of a GraphQL multipart request are operations and map, once each; its other parts are files.',
  });

const tooManyParts = (): GraphQLError =>
  toRefusalError({ code: 'INVALID_REQUEST', message: `A form has at most ${MAX_PARTS} parts.` });

const noUploads = (): GraphQLError =>
  toRefusalError({
    code: 'INVALID_REQUEST',
    message:
      'A generation that is not stored (store: false) takes no uploads: they are written to a disk. Send the bytes as base64 or by url, or leave store out.',
  });

/** Why a field is not taken. */
const findFieldRefusal = (
  { name, value, isTruncated }: { name: string; value: string; isTruncated: boolean },
  taken: ReadonlyMap<string, string>,
  { maxBodyBytes, limits }: MultipartLimits,
): GraphQLError | undefined => {
  if (isTruncated) return bodyTooLarge(maxBodyBytes);
  const mostValues = maxBodyValuesOf(limits);
  if (!FIELDS.has(name) || taken.has(name)) return otherField();
  return hasMoreJsonValues(Buffer.from(value), mostValues) ? tooManyValues(mostValues) : undefined;
};

/** `operations` with each file of `map` in its place, by the GraphQL multipart request specification. */
const assemble = (
  fields: ReadonlyMap<string, string>,
  files: ReadonlyMap<string, File>,
): OperationParams | undefined => {
  const operations = parseExactJson(fields.get('operations') ?? '');
  const map = parseJson(fields.get('map') ?? '');
  if (!isRecord(operations) || !isRecord(map)) return undefined;
  for (const [name, paths] of Object.entries(map)) {
    const file = files.get(name);
    if (file === undefined || !Array.isArray(paths)) return undefined;
    if (!paths.every((path) => typeof path === 'string' && putAt(operations, path, file))) return undefined;
  }
  return operations;
};

const createParser = (request: IncomingMessage, maxFieldBytes: number): BusboyInstance | undefined => {
  try {
    return new Busboy({
      headers: { ...request.headers, 'content-type': request.headers['content-type'] ?? '' },
      limits: { fieldSize: maxFieldBytes, fields: FIELDS.size, parts: MAX_PARTS },
    });
  } catch {
    // Its content type says too little to read it by.
    return undefined;
  }
};

/**
 * Ends the reading of files with an error: a pipeline never settles if its source is destroyed without one once all of it
 * has come.
 */
const abandonAll = (files: readonly Readable[]): void => {
  for (const file of files) {
    // A file that could not be written to disk has nothing else that listens.
    file.on('error', () => undefined);
    file.destroy(new Error('the request is over'));
  }
};

/** Writes one file to the disk. The first one of a name counts. */
const takeFile = async (
  uploads: Uploads,
  files: Map<string, File>,
  part: {
    readonly name: string;
    readonly bytes: Readable;
    readonly filename: string;
    readonly type: string;
  },
): Promise<void> => {
  const file = await uploads.take(part.bytes, part.filename, part.type);
  if (!files.has(part.name)) files.set(part.name, file);
};

/**
 * The parameters of a GraphQL multipart request, its files written to `uploads` as they come; undefined when it is none.
 * Throws the refusal of a body that is too large, as `readBody` does, and what the meter of its bytes throws.
 */
export const readMultipart = async (
  request: IncomingMessage,
  uploads: Uploads,
  { meter, ...limits }: MultipartLimits & { readonly meter: ByteMeter | null },
): Promise<OperationParams | undefined> => {
  const most = Math.max(limits.maxUploadBytes, limits.maxBatchFileBytes);
  const parser = createParser(request, limits.maxBodyBytes);
  const fields = new Map<string, string>();
  const files = new Map<string, File>();
  const streams: Readable[] = [];
  const writing: Promise<void>[] = [];
  const failure = Promise.withResolvers<never>();
  // It may be rejected while nothing awaits it.
  failure.promise.catch(() => undefined);
  const finished = Promise.withResolvers<void>();
  let allowed: number | undefined;
  let takesNoUploads = false;
  let readable = parser !== undefined;
  const stopReading = (): void => {
    readable = false;
    finished.resolve();
  };

  parser?.on('field', (name, value, _nameTruncated, isTruncated) => {
    const refusal = findFieldRefusal({ name, value, isTruncated }, fields, limits);
    if (refusal !== undefined) return failure.reject(refusal);
    fields.set(name, value);
    if (name !== 'operations') return;
    allowed ??= limitOf(value, limits);
    takesNoUploads = wantsNoStore(value);
  });
  parser?.on('file', (name, bytes, filename, _encoding, type) => {
    streams.push(bytes);
    if (takesNoUploads) return failure.reject(noUploads());
    // Its operation should have come before it.
    allowed ??= limits.maxUploadBytes;
    writing.push(
      takeFile(uploads, files, { name, bytes, filename, type }).catch((error: unknown) => {
        if (readable) failure.reject(error);
      }),
    );
  });
  parser?.on('error', stopReading);
  parser?.on('partsLimit', () => failure.reject(tooManyParts()));
  parser?.on('fieldsLimit', () => failure.reject(otherField()));
  parser?.on('finish', finished.resolve);

  const parse = (chunk: Buffer): Promise<void> => {
    const { promise, resolve } = Promise.withResolvers<void>();
    // Called once what is in the chunk has been taken, so that no more is read than can be written.
    parser?.write(chunk, () => resolve());
    return Promise.race([promise, finished.promise, failure.promise]);
  };
  try {
    const findBounds = () => ({ announced: allowed ?? most, received: allowed ?? earlyLimitOf(limits) });
    const chunks = meteredChunks(request, findBounds, { meter, most });
    for await (const chunk of chunks) if (readable) await parse(chunk);
    if (parser === undefined || !readable) return undefined;
    parser.end();
    await Promise.race([finished.promise, failure.promise]);
    if (!readable) return undefined;
    await Promise.race([Promise.all(writing), failure.promise]);
    return assemble(fields, files);
  } finally {
    // Nothing is written any more once this is over: the files may be removed.
    readable = false;
    abandonAll(streams);
    await Promise.all(writing);
  }
};
