import { chmod, mkdir, readdir, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { mkdtemp } from 'node:fs/promises';
import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { copyProject } from './project-copy.ts';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../../', import.meta.url));

interface LockedPackage {
  readonly dev?: boolean;
}

/** The packages that npm would install beside this one, without those that lie in another one. */
const readProductionPackages = async (): Promise<readonly string[]> => {
  const lock = JSON.parse(await readFile(join(ROOT, 'package-lock.json'), 'utf8')) as {
    readonly packages: Readonly<Record<string, LockedPackage>>;
  };
  return Object.entries(lock.packages).flatMap(([where, { dev }]) => {
    const [, name] = /^node_modules\/((?:@[^/]+\/)?[^/]+)$/.exec(where) ?? [];
    return name === undefined || dev === true ? [] : [name];
  });
};

export interface InstalledPackage extends AsyncDisposable {
  /** An otherwise empty folder with the package in its node_modules. */
  readonly folder: string;
  /** The paths in the package, from its root. */
  readonly files: readonly string[];
}

/**
 * Packs a copy of this project with npm, and unpacks that in an empty folder as npm does: with the packages of production,
 * which are linked, and the command in node_modules/.bin. No registry is asked.
 */
export const installPacked = async (): Promise<InstalledPackage> => {
  await using copy = await copyProject();
  const folder = await mkdtemp(join(tmpdir(), 'modelgraph-packed-'));
  const packed = await copy.run('npm', 'pack', '--pack-destination', folder);
  if (packed.status !== 0) throw new Error(packed.output);
  const [archive = ''] = (await readdir(folder)).filter((name) => name.endsWith('.tgz'));
  const modules = join(folder, 'node_modules');
  const root = join(modules, 'modelgraph');
  await mkdir(root, { recursive: true });
  await run('tar', ['-xzf', join(folder, archive), '-C', root, '--strip-components=1']);
  await rm(join(folder, archive));
  for (const name of await readProductionPackages()) {
    await mkdir(dirname(join(modules, name)), { recursive: true });
    await symlink(join(ROOT, 'node_modules', name), join(modules, name));
  }
  const { bin } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as {
    readonly bin: Readonly<Record<string, string>>;
  };
  await mkdir(join(modules, '.bin'));
  for (const [name, path] of Object.entries(bin)) {
    await chmod(join(root, path), 0o755);
    await symlink(join('..', 'modelgraph', path), join(modules, '.bin', name));
  }
  await symlink(process.execPath, join(modules, '.bin', 'node'));
  const files = (await readdir(root, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1));
  return { folder, files, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
};
