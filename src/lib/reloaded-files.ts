import { stat } from 'node:fs/promises';
import { SingleFlight } from './single-flight.ts';

export interface ReloadedFilesOptions {
  readonly files: readonly string[];
  /** Pause between two polls of the files' status, in milliseconds. */
  readonly intervalMs: number;
  /** Reads the files and takes or refuses what is in them. Runs once at a time. */
  readonly read: () => Promise<void>;
  /** Takes what `read` throws. */
  readonly onError: (error: unknown) => void;
}

/** What of a file's status changes with its content, with renames and links as well; null: there is no file. */
const statusOf = async (file: string): Promise<string | null> => {
  const found = await stat(file).catch(() => null);
  return found && [found.ino, found.mtimeMs, found.ctimeMs, found.size].join(' ');
};

/** Files that are read again whenever a poll finds their status changed, and when it is asked for. */
export class ReloadedFiles {
  readonly #options: ReloadedFilesOptions;
  readonly #reading: SingleFlight;
  #status = '';
  #polling: NodeJS.Timeout | undefined;

  constructor(options: ReloadedFilesOptions) {
    this.#options = options;
    this.#reading = new SingleFlight(async () => {
      await this.note();
      await options.read();
    }, options.onError);
  }

  /** Has to resolve before a first reading outside of this one, so that no change is missed that comes meanwhile. */
  async note(): Promise<void> {
    this.#status = await this.#readStatus();
  }

  /** Begins to poll. Files whose status was never noted are read by the first poll. */
  start(): void {
    const poll = async (): Promise<void> => {
      if ((await this.#readStatus()) !== this.#status) await this.readNow();
    };
    this.#polling = setInterval(() => void poll(), this.#options.intervalMs).unref();
  }

  /** Resolves once the files have been read as they are now, and taken or refused. Never rejects. */
  readNow(): Promise<void> {
    return this.#reading.run();
  }

  /** Resolves when nothing is under way. */
  async stop(): Promise<void> {
    clearInterval(this.#polling);
    await this.#reading.settled();
  }

  async #readStatus(): Promise<string> {
    return JSON.stringify(await Promise.all(this.#options.files.map(statusOf)));
  }
}
