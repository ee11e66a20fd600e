import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { cruise, type IViolation } from 'dependency-cruiser';
import extractDepcruiseConfig from 'dependency-cruiser/config-utl/extract-depcruise-config';

const REPOSITORY = fileURLToPath(new URL('..', import.meta.url));
const RULES = fileURLToPath(new URL('../.dependency-cruiser.mjs', import.meta.url));

const FOLDERS = ['src', 'config', 'cli', 'client', 'scripts', 'bench', 'test', 'examples'];
/** The folders that the rules cover, as far as they exist. */
const CHECKED_FOLDERS = FOLDERS.filter((folder) => existsSync(new URL(`../${folder}`, import.meta.url)));

export interface ImportCheck {
  readonly violations: readonly IViolation[];
  readonly modules: number;
  /** What each rule says to do instead, by the rule's name. */
  readonly advice: ReadonlyMap<string, string>;
}

/** Checks the sources under `root` against the rules of `.dependency-cruiser.mjs`. */
export const checkImports = async (root: string, folders: readonly string[]): Promise<ImportCheck> => {
  const { forbidden = [], options } = await extractDepcruiseConfig(RULES);
  // The command line would warn about TypeScript 7 at every run, although swc parses the sources.
  const { output } = await cruise([...folders], {
    ...options,
    baseDir: root,
    validate: true,
    ruleSet: { forbidden },
  });
  if (typeof output === 'string') throw new TypeError('the cruise returned a report instead of a result');
  return {
    violations: output.summary.violations,
    modules: output.modules.filter(({ source }) => folders.some((folder) => source.startsWith(`${folder}/`)))
      .length,
    advice: new Map(forbidden.map((rule) => [rule.name ?? '', rule.comment ?? ''])),
  };
};

const toLine = ({ rule, from, to, cycle = [] }: IViolation): string =>
  `${rule.name}: ${[from, ...(cycle.length > 0 ? cycle.map(({ name }) => name) : [to])].join(' → ')}`;

if (import.meta.main) {
  const { violations, modules, advice } = await checkImports(REPOSITORY, CHECKED_FOLDERS);
  for (const violation of violations)
    process.stdout.write(`${toLine(violation)}\n    ${advice.get(violation.rule.name) ?? ''}\n`);
  process.stdout.write(`${violations.length} import rule violations in ${modules} modules\n`);
  process.exitCode = violations.length === 0 ? 0 : 1;
}
