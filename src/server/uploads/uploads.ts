import { randomUUID } from 'node:crypto';
import { createWriteStream, openAsBlob } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { GraphQLError } from 'graphql';
import type { ServiceLog } from '../../core/service-log.ts';
import { toRefusalError } from '../refusal.ts';
import { openTemporaryFolder, type TemporaryFolder } from '../../lib/temporary-folder.ts';

/** What an operating system says of a disk that takes no more: full, over its quota, read-only, failing, out of descriptors. */
const DISK_FAILURES: ReadonlySet<unknown> = new Set([
  'ENOSPC',
  'EDQUOT',
  'EROFS',
  'EIO',
  'EMFILE',
  'ENFILE',
  'EACCES',
  'ENOENT',
]);

const isDiskFailure = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && DISK_FAILURES.has(error.code);

const diskFailed = (): GraphQLError =>
  toRefusalError({
    code: 'SERVICE_UNAVAILABLE',
    message:
      'The server cannot store the upload now: its disk for temporary files is full or cannot be written to. Send the request again later.',
  });

/** Files of one request, on disk for as long as it lasts, readable by this user alone. */
export class Uploads implements AsyncDisposable {
  readonly #log: ServiceLog;
  #folder: TemporaryFolder | undefined;

  constructor(log: ServiceLog) {
    this.#log = log;
  }

  /**
   * Writes the bytes to disk as they come. Rejects when they end early, and with the refusal `SERVICE_UNAVAILABLE` when the disk
   * takes no more.
   */
  async take(bytes: Readable, name: string, type: string): Promise<File> {
    try {
      this.#folder ??= openTemporaryFolder();
      const path = join(this.#folder.path, randomUUID());
      await pipeline(bytes, createWriteStream(path, { mode: 0o600, flags: 'wx' }));
      return new File([await openAsBlob(path, { type })], name, { type });
    } catch (error) {
      if (!isDiskFailure(error)) throw error;
      this.#log.error({ err: error }, 'an upload could not be stored on the disk for temporary files');
      throw diskFailed();
    }
  }

  /** Removes the files; what still reads one of them fails. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#folder?.[Symbol.asyncDispose]();
  }
}
