import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface OverlayFile extends Disposable {
  readonly path: string;
  /** Puts a value, or a text that may be no JSON, in the place of what the file holds, as an editor does: at once. */
  write(content: unknown): void;
}

/** A file of a catalogue, in a folder of its own that is gone afterwards. */
export const createOverlayFile = (content: unknown, name = 'catalogue.json'): OverlayFile => {
  const directory = mkdtempSync(join(tmpdir(), 'overlay-'));
  const path = join(directory, name);
  const write = (value: unknown): void => {
    const next = `${path}.next`;
    writeFileSync(next, typeof value === 'string' ? value : JSON.stringify(value));
    renameSync(next, path);
  };
  write(content);
  return { path, write, [Symbol.dispose]: () => rmSync(directory, { recursive: true }) };
};

/** What is said of a file, without its folder. */
export const withoutFolder = (text: string): string => text.replaceAll(/\S*\/overlay-[^/]+\//g, '');
