import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { delimiter, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const FOLDER = new URL('../peers/', import.meta.url);

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
}

const readManifest = (): Manifest =>
  JSON.parse(readFileSync(new URL('package.json', FOLDER), 'utf8')) as Manifest;

/** The version of a package that the peers are installed with. */
export const getPeerVersion = (name: string): string => {
  const version = readManifest().dependencies[name];
  if (version === undefined) throw new RangeError(`bench/peers/package.json has no ${name}`);
  return version;
};

const findInstalled = (name: string): string | undefined => {
  try {
    const text = readFileSync(new URL(`node_modules/${name}/package.json`, FOLDER), 'utf8');
    return (JSON.parse(text) as { readonly version: string }).version;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
};

const isInstalled = (): boolean =>
  Object.entries(readManifest().dependencies).every(([name, version]) => findInstalled(name) === version);

/** Runs npm under the Node of this process. Resolves with what it printed if it failed, and with null otherwise. */
const runNpm = async (...parameters: readonly string[]): Promise<string | null> => {
  const path = `${dirname(process.execPath)}${delimiter}${process.env['PATH'] ?? ''}`;
  const npm = spawn('npm', parameters, {
    cwd: fileURLToPath(FOLDER),
    env: { ...process.env, PATH: path },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let printed = '';
  npm.stderr.on('data', (chunk: Buffer) => (printed += String(chunk)));
  try {
    const [code] = (await once(npm, 'close')) as [number | null];
    return code === 0 ? null : printed.trim();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
};

/**
 * Installs the packages of `bench/peers` in the versions of its lock file, without their install scripts, unless they
 * are there. Resolves with the reason as text where that fails, which happens without a registry.
 */
export const installPeers = async (say: (line: string) => void): Promise<string | null> => {
  if (isInstalled()) return null;
  say('installing the packages of bench/peers');
  const failure = await runNpm('ci', '--ignore-scripts', '--no-audit', '--no-fund', '--fetch-retries=1');
  return failure === null
    ? null
    : `npm could not install bench/peers (is the package registry within reach?): ${failure.split('\n')[0]}`;
};
