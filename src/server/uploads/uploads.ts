import { randomUUID } from 'node:crypto';
import { createWriteStream, openAsBlob } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { openTemporaryFolder, type TemporaryFolder } from '../../lib/temporary-folder.ts';

/** Files of one request, on disk for as long as it lasts, readable by this user alone. */
export class Uploads implements AsyncDisposable {
  #folder: TemporaryFolder | undefined;

  /** Writes the bytes to disk as they come. Rejects when they end early or the disk takes no more. */
  async take(bytes: Readable, name: string, type: string): Promise<File> {
    this.#folder ??= openTemporaryFolder();
    const path = join(this.#folder.path, randomUUID());
    await pipeline(bytes, createWriteStream(path, { mode: 0o600, flags: 'wx' }));
    return new File([await openAsBlob(path, { type })], name, { type });
  }

  /** Removes the files; what still reads one of them fails. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#folder?.[Symbol.asyncDispose]();
  }
}
