import { readFileSync, writeFileSync } from 'node:fs';
import { describePicture, drawPicture } from './picture.ts';
import { readResults } from './results-file.ts';

const PICTURE = new URL('../../docs/performance.svg', import.meta.url);
const README = new URL('../../README.md', import.meta.url);
const IN_README = /!\[[^\]]*\]\(docs\/performance\.svg\)/;

/** Draws the latest results of `peers`, and says in the README what the picture shows. False: there are none yet. */
export const writePicture = (): boolean => {
  const { peers } = readResults();
  if (peers === undefined) return false;
  writeFileSync(PICTURE, drawPicture(peers));
  const readme = readFileSync(README, 'utf8');
  writeFileSync(
    README,
    readme.replace(IN_README, () => `![${describePicture(peers)}](docs/performance.svg)`),
  );
  return true;
};
