import { stat } from 'node:fs/promises';

/** What of a file's status changes with its content, with renames and links as well; null: there is no file. */
const statusOf = async (file: string): Promise<string | null> => {
  const found = await stat(file).catch(() => null);
  return found && [found.ino, found.mtimeMs, found.ctimeMs, found.size].join(' ');
};

/** Polls the status of files for changes since they were read last. */
export class FilePoller {
  readonly #files: readonly string[];
  readonly #intervalMs: number;
  readonly #onChange: () => Promise<void>;
  #status = '';
  #polling: NodeJS.Timeout | undefined;

  /** `onChange` is called at each poll that finds a change, until `note` is; it never rejects. */
  constructor(files: readonly string[], intervalMs: number, onChange: () => Promise<void>) {
    this.#files = files;
    this.#intervalMs = intervalMs;
    this.#onChange = onChange;
  }

  /** Has to resolve before the files are read, so that no change is missed that comes meanwhile. */
  async note(): Promise<void> {
    this.#status = await this.#read();
  }

  start(): void {
    const poll = async (): Promise<void> => {
      if ((await this.#read()) !== this.#status) await this.#onChange();
    };
    this.#polling = setInterval(() => void poll(), this.#intervalMs).unref();
  }

  stop(): void {
    clearInterval(this.#polling);
  }

  async #read(): Promise<string> {
    return JSON.stringify(await Promise.all(this.#files.map(statusOf)));
  }
}
