import { spawnSync } from 'node:child_process';
import { cpSync, globSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const TSC = join(ROOT, 'node_modules', '.bin', 'tsc');

/** What the server reads beside its modules, such as the pages of the playground, lies among them. */
const ASSETS = ['src/**/*', 'config/**/*', 'cli/**/*'];
const NOT_ASSETS = ['**/*.ts', '**/tsconfig.json'];

/** `npm run build`: makes `dist` of the sources, which Node runs without types: npm packs it, and packages have no others. */
const build = (): number => {
  rmSync(join(ROOT, 'dist'), { recursive: true, force: true });
  const { status } = spawnSync(process.execPath, [TSC, '-p', 'tsconfig.build.json'], {
    cwd: ROOT,
    stdio: 'inherit',
  });
  if (status !== 0) return 1;
  for (const path of globSync(ASSETS, { cwd: ROOT, exclude: NOT_ASSETS }))
    if (statSync(join(ROOT, path)).isFile()) cpSync(join(ROOT, path), join(ROOT, 'dist', path));
  return 0;
};

process.exitCode = build();
