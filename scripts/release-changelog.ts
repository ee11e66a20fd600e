import { readFileSync, writeFileSync } from 'node:fs';

const CHANGELOG = new URL('../CHANGELOG.md', import.meta.url);
const PACKAGE = new URL('../package.json', import.meta.url);

const UNRELEASED = '## [Unreleased]\n';

/**
 * The changelog with the unreleased changes under the heading of a version, and no unreleased ones. Throws where there
 * is nothing to release, or the version has a heading already.
 */
export const releaseChangelog = (text: string, version: string, date: string): string => {
  const [head, unreleased] = text.split(UNRELEASED);
  if (head === undefined || unreleased === undefined)
    throw new Error('CHANGELOG.md has no heading "## [Unreleased]".');
  if (text.includes(`\n## [${version}]`)) throw new Error(`CHANGELOG.md has version ${version} already.`);
  const [changes = ''] = unreleased.split('\n## [');
  if (!changes.includes('\n- ')) throw new Error('CHANGELOG.md has no unreleased changes.');
  return `${head}${UNRELEASED}\n## [${version}] - ${date}\n${unreleased}`;
};

/**
 * `npm version` runs this twice: with `--check` before it changes anything, and after it has written the new version to
 * package.json.
 */
if (import.meta.main) {
  const { version } = JSON.parse(readFileSync(PACKAGE, 'utf8')) as { readonly version: string };
  const isCheck = process.argv.includes('--check');
  try {
    const date = new Date().toISOString().slice(0, 10);
    const released = releaseChangelog(readFileSync(CHANGELOG, 'utf8'), isCheck ? 'next' : version, date);
    if (!isCheck) writeFileSync(CHANGELOG, released);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
