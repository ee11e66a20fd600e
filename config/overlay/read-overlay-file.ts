import { basename } from 'node:path';
import { readJsonFile } from '../read-json-file.ts';
import { type ParsedOverlay, parseOverlay } from './parse-overlay.ts';

/** An overlay as its file is now, with what is wrong with it; null: it cannot be read. */
export interface ReadOverlay {
  readonly overlay: ParsedOverlay | null;
  readonly problems: readonly string[];
}

/** Reads the operator's overlay. Problems are given, each with the file and the place in it. */
export const readOverlayFile = async (file: string): Promise<ReadOverlay> => {
  const read = await readJsonFile(file);
  if ('problem' in read) return { overlay: null, problems: [read.problem] };
  return parseOverlay(read.value, {
    file,
    source: basename(file),
    day: read.changed.toISOString().slice(0, 10),
  });
};
