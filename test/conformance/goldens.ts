import { readFileSync, writeFileSync } from 'node:fs';
import type { Digest } from './digest.ts';

const FILE = new URL('goldens.json', import.meta.url);

/** What each exchange of each recording was found to give, when somebody last compared it with the recording. */
export type Goldens = Readonly<Record<string, readonly Digest[]>>;

export const readGoldens = (): Goldens => JSON.parse(readFileSync(FILE, 'utf8')) as Goldens;

export const writeGoldens = (goldens: Goldens): void =>
  writeFileSync(FILE, `${JSON.stringify(goldens, null, 2)}\n`);
