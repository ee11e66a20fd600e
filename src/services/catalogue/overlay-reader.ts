import type { ServiceLog } from '../../core/service-log.ts';
import { ReloadedFiles } from '../../lib/reloaded-files.ts';
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

/**
 * The operator's overlay, read again whenever its file has changed. The first poll reads it in any case, since it may have
 * changed after the catalogue was made of it.
 */
export const createOverlayReader = (options: OverlayReaderOptions): ReloadedFiles => {
  const { file, read, live, intervalMs, onTaken, log } = options;
  return new ReloadedFiles({
    files: [file],
    intervalMs,
    read: async () => {
      const { overlay, problems } = await read(file);
      if (live.takeOverlay(file, overlay, problems)) onTaken();
    },
    onError: (error) => log.error({ err: error }, 'the overlay of the catalogue could not be taken'),
  });
};
