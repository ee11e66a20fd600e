import type { ServiceLog } from '../../core/service-log.ts';
import { FilePoller } from '../../lib/file-poller.ts';
import { SingleFlight } from '../../lib/single-flight.ts';
import type { CatalogueOverlay } from '../../registry/catalogue-layers.ts';
import type { LiveCatalogue } from './live-catalogue.ts';

/** How an overlay is read: with every problem, and null where it cannot be read. Never rejects. */
export type ReadOverlay = (file: string) => Promise<{
  readonly overlay: CatalogueOverlay | null;
  readonly problems: readonly string[];
}>;

/** Pause between two polls of the file's status, in milliseconds. */
export const OVERLAY_INTERVAL_MS = 2_000;

export interface OverlayReaderOptions {
  /** As the operator names it. */
  readonly file: string;
  readonly read: ReadOverlay;
  readonly live: LiveCatalogue;
  readonly intervalMs: number;
  /** Called after a changed overlay was taken. */
  readonly onTaken: () => void;
  readonly log: ServiceLog;
}

/** Reads the operator's overlay again whenever its file has changed, and when it is asked to. */
export class OverlayReader {
  readonly #options: OverlayReaderOptions;
  readonly #reading: SingleFlight;
  readonly #poller: FilePoller;

  constructor(options: OverlayReaderOptions) {
    this.#options = options;
    this.#reading = new SingleFlight(
      () => this.#read(),
      (error) => options.log.error({ err: error }, 'the overlay of the catalogue could not be taken'),
    );
    this.#poller = new FilePoller([options.file], options.intervalMs, () => this.#reading.run());
  }

  /** The first poll reads the file in any case, since it may have changed after the catalogue was made of it. */
  start(): void {
    this.#poller.start();
  }

  /** Resolves once the file has been read as it is now, and taken or refused. */
  readNow(): Promise<void> {
    return this.#reading.run();
  }

  /** Resolves when nothing is under way. */
  async stop(): Promise<void> {
    this.#poller.stop();
    await this.#reading.settled();
  }

  async #read(): Promise<void> {
    const { file, read, live, onTaken } = this.#options;
    await this.#poller.note();
    const { overlay, problems } = await read(file);
    if (live.takeOverlay(file, overlay, problems)) onTaken();
  }
}
