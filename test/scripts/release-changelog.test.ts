import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { releaseChangelog } from '../../scripts/release-changelog.ts';

const HEAD = '# Changelog\n\nWords about it.\n\n';
const OLDER = '\n## [0.1.0] - 2026-11-01\n\n### Added\n\n- The first thing.\n';
const CHANGES = '\n### Added\n\n- A thing.\n\n### Fixed\n\n- Another.\n';

test.each([
  ['the first version', ''],
  ['a later version', OLDER],
])('the changes go under %s, and nothing is unreleased any more', (_case, older) => {
  expect(releaseChangelog(`${HEAD}## [Unreleased]\n${CHANGES}${older}`, '0.2.0', '2026-12-01')).toBe(
    `${HEAD}## [Unreleased]\n\n## [0.2.0] - 2026-12-01\n${CHANGES}${older}`,
  );
});

test.each([
  ['without unreleased changes', `${HEAD}## [Unreleased]\n${OLDER}`, /no unreleased changes/],
  ['without the heading', `${HEAD}${OLDER}`, /no heading/],
  [
    'with that version already',
    `${HEAD}## [Unreleased]\n${CHANGES}\n## [0.2.0] - 2026-11-02\n`,
    /0\.2\.0 already/,
  ],
])('a changelog %s cannot be released', (_case, text, problem) => {
  expect(() => releaseChangelog(text, '0.2.0', '2026-12-01')).toThrow(problem);
});

test('the changelog of this project can be released', () => {
  const text = readFileSync(new URL('../../CHANGELOG.md', import.meta.url), 'utf8');
  const released = releaseChangelog(text, '999.0.0', '2026-12-01');
  expect(released).toContain('## [Unreleased]\n\n## [999.0.0] - 2026-12-01\n');
});
