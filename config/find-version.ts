import { readFileSync } from 'node:fs';
import { findPackageJSON } from 'node:module';

/** The version of this package, from the manifest above this file: the same for the sources and for what is built of them. */
export const findVersion = (): string => {
  const manifest = findPackageJSON(import.meta.url);
  if (manifest === undefined) throw new Error('The manifest of this package is gone.');
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { readonly version: string };
  return version;
};
